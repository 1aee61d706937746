"""What steps and settings are called on the page."""

from imgpipe._common.texts import Text, say

FILTERS: dict[str, tuple[Text, Text]] = {
    "mean": (say("Mean filter"), say("Each pixel becomes the average of its window.")),
    "median": (
        say("Median filter"),
        say("Each pixel becomes the middle value of its window: specks go, edges stay."),
    ),
    "gaussian": (
        say("Gaussian"),
        say("An average in which near pixels count more; its derivatives show slopes."),
    ),
    "convolve": (
        say("Convolution"),
        say("Each pixel becomes a weighted sum of its neighbours, by weights turned round."),
    ),
    "correlate": (
        say("Correlation"),
        say("Each pixel becomes a weighted sum of its neighbours, by weights as they are."),
    ),
    "sobel": (say("Sobel"), say("The slope along one axis, smoothed along the other.")),
    "laplace": (say("Laplace"), say("The curvature: high in dark lines, low in bright ones.")),
    "gaussian_laplace": (
        say("Laplacian of Gaussian"),
        say("Smoothed curvature: blobs as wide as it stand out dark."),
    ),
    "erosion": (say("Erosion"), say("The lowest value of the window: bright parts shrink.")),
    "dilation": (say("Dilation"), say("The highest value of the window: bright parts grow.")),
    "opening": (
        say("Opening"),
        say("Erosion, then dilation: bright parts smaller than the window go."),
    ),
    "closing": (
        say("Closing"),
        say("Dilation, then erosion: dark parts smaller than the window go."),
    ),
    "gradient": (
        say("Morphological gradient"),
        say("Dilation minus erosion: high where the window holds an edge."),
    ),
    "white_tophat": (
        say("White top-hat"),
        say("The image minus its opening: bright parts smaller than the window."),
    ),
    "black_tophat": (
        say("Black top-hat"),
        say("The closing minus the image: dark parts smaller than the window."),
    ),
    "window": (
        say("Window"),
        say("A range of values becomes 0 to 1: one that has a name, or by centre and width."),
    ),
    "zscore": (say("z-score"), say("The mean becomes 0, the standard deviation 1.")),
    "percentile": (
        say("Percentile range"),
        say("The values between two percentiles become 0 to 1; those beyond are cut off."),
    ),
    "gamma": (
        say("Gamma"),
        say("Below 1 dark values are spread out, above 1 bright ones."),
    ),
    "clahe": (say("CLAHE"), say("Contrast is evened out tile by tile, within a limit.")),
    "n4": (say("N4"), say("Slow changes of brightness, as coils make in MR, are taken out.")),
    "nlm": (
        say("Non-local means"),
        say("Noise is averaged away over parts of the image that look alike."),
    ),
    "tv": (say("Total variation"), say("Noise is flattened, edges are kept.")),
    "resample": (say("Resampling"), say("Pixels of another size in mm.")),
    "resize": (say("Another size"), say("Another number of pixels, on both sides the same.")),
    "crop": (say("Crop"), say("Cut to what is brighter than the background.")),
}
"""Titles, and what each does in a sentence."""

SEGMENTERS: dict[str, tuple[Text, Text]] = {
    "otsu": (say("Otsu's threshold"), say("Divides gray values into the two most unlike classes.")),
    "multi-otsu": (say("Otsu's classes"), say("Several classes of gray values, darkest first.")),
    "fixed": (say("Fixed threshold"), say("All that is brighter than a value.")),
    "local": (
        say("Local threshold"),
        say("All that is brighter than the mean of its neighbourhood."),
    ),
    "active-contour": (
        say("Active contour"),
        say("A contour moves downhill until it is short and divides bright from dark."),
    ),
    "cells": (say("Cells"), say("Bright cells on dark ground, each for itself.")),
    "lungs": (say("Lungs in CT"), say("Both lungs, from values in Hounsfield units.")),
    "body": (say("Body"), say("The largest bright part, holes filled.")),
    "bright-lesion": (say("Bright lesion"), say("What hangs together with the brightest spot.")),
    "dark-lesion": (
        say("Dark mass in ultrasound"),
        say("The dark part that most looks like a mass of the breast."),
    ),
    "chest-xray-lungs": (
        say("Lung fields in X-rays"),
        say("The dark field on either side of the spine."),
    ),
}
"""Titles, and what each finds in a sentence."""

SETTINGS: dict[str, Text] = {
    "axis": say("Direction"),
    "bins": say("Gray levels"),
    "block": say("Neighbourhood (pixels)"),
    "center": say("Centre"),
    "classes": say("Classes"),
    "clip": say("Limit of contrast"),
    "distance": say("Search distance (pixels)"),
    "function": say("Course"),
    "gamma": say("Power"),
    "high": say("High percentile"),
    "interpolation": say("Interpolation"),
    "iterations": say("Iterations at most"),
    "lambda1": say("Weight inside"),
    "lambda2": say("Weight outside"),
    "level": say("Level of the border"),
    "levels": say("Levels of the grid"),
    "low": say("Low percentile"),
    "margin": say("Margin (pixels)"),
    "mode": say("Beyond the border"),
    "mu": say("Weight of the length"),
    "order": say("Derivative"),
    "patch": say("Patch (pixels)"),
    "preset": say("Named window"),
    "shrink": say("Reduced for the fit"),
    "sigma": say("Width (pixels)"),
    "size": say("Window (pixels)"),
    "spacing": say("Size of a pixel (mm)"),
    "strength": say("Strength"),
    "threshold": say("Threshold"),
    "tiles": say("Tiles along an axis"),
    "tolerance": say("Tolerance"),
    "value": say("Gray value"),
    "weight": say("Weight"),
    "weights": say("Weights"),
    "width": say("Width of the window"),
}
"""By the name of a setting, of whatever step; those of one alone stand in `OF_ONE`."""

OF_ONE: dict[tuple[str, str], Text] = {
    ("bright-lesion", "holes"): say("Fill holes"),
    ("bright-lesion", "smoothing"): say("Smoothing (mm)"),
    ("body", "opening"): say("Thinnest part (mm)"),
    ("cells", "min_size"): say("Smallest cell (share of the median)"),
    ("chest-xray-lungs", "closing"): say("Closing (share of the longer side)"),
    ("chest-xray-lungs", "max_size"): say("Largest field (share of the image)"),
    ("chest-xray-lungs", "min_size"): say("Smallest field (share of the image)"),
    ("chest-xray-lungs", "smoothing"): say("Smoothing (share of the longer side)"),
    ("dark-lesion", "max_size"): say("Largest mass (share of the image)"),
    ("dark-lesion", "min_size"): say("Smallest mass (share of the image)"),
    ("dark-lesion", "smoothing"): say("Smoothing (share of the longer side)"),
    ("lungs", "closing"): say("Closed gaps (mm)"),
    ("lungs", "gas"): say("Gas below (HU)"),
    ("lungs", "holes"): say("Holes filled up to (cm²)"),
    ("lungs", "min_size"): say("Smallest part (cm²)"),
    ("lungs", "threshold"): say("Air below (HU)"),
    ("nlm", "sigma"): say("Noise (gray values)"),
    ("resize", "size"): say("Pixels along a side"),
}
