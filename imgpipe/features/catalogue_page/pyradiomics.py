"""What the words of a parameter file of PyRadiomics are here, and what differs."""

CLASSES = {
    "firstorder": "`intensity`; `histogram` for Entropy and Uniformity",
    "shape": "`morphology`",
    "shape2D": "`morphology` of images",
    "glcm": "`glcm`",
    "glrlm": "`glrlm`",
    "glszm": "`glszm`",
    "gldm": "`ngldm`",
    "ngtdm": "`ngtdm`",
}
"""By feature class: the families."""

_NONE = "none"
SETTINGS: dict[str, tuple[str, str]] = {
    "binWidth": (
        "`bin_width`",
        "its bins begin at a multiple of the width, for each image; here at `low`, else at the "
        "lower end of `range`, else at the minimum: a `low` that is such a multiple gives the same "
        "edges, and levels that differ by a constant",
    ),
    "binCount": ("`bins`", ""),
    "resampledPixelSpacing": (
        "`resampling: spacing`",
        "its order is x, y, z, here z, y, x; its 0 for an axis that stays is `null`. Its grid "
        "begins at a corner of the image; here both grids have one centre",
    ),
    "interpolator": (
        "`resampling: interpolation`",
        "`sitkNearestNeighbor` is `nearest`, `sitkLinear` `linear`, `sitkBSpline` (its default) "
        "`cubic`; others have no counterpart. Its masks are always interpolated by nearest "
        "neighbour: `mask_interpolation: nearest`",
    ),
    "padDistance": (_NONE, "whole images are interpolated"),
    "preCrop": (_NONE, "it changes no number; images are cut to their masks anyway"),
    "resegmentRange": (
        "`range`",
        "with `resegmentMode: absolute`; with `sigma` and [-3, 3] write `outliers: 3`; `relative` "
        "has no counterpart",
    ),
    "resegmentMode": ("see `resegmentRange`", ""),
    "resegmentShape": (_NONE, "re-segmentation never changes the shape, as with its default"),
    "normalize": (
        _NONE,
        "in `extract`; `--filters` of `compare` and `train` have steps that normalise",
    ),
    "normalizeScale": (_NONE, "see `normalize`"),
    "removeOutliers": (
        _NONE,
        "it goes with `normalize`; `outliers` leaves pixels out of the region, as IBSI says",
    ),
    "minimumROISize": (
        _NONE,
        "small regions are measured; a feature that they do not define is blank",
    ),
    "minimumROIDimensions": (_NONE, "see `minimumROISize`"),
    "geometryTolerance": (_NONE, "masks on another grid are brought onto the image"),
    "correctMask": (_NONE, "see `geometryTolerance`"),
    "label": ("`label`", "its default is 1; here all that is not 0"),
    "label_channel": (_NONE, "masks have one channel"),
    "force2D": (
        "`aggregation: [JJUI, 62GR]`",
        "a matrix for each direction in the slices, of all slices; zones within slices",
    ),
    "force2Ddimension": (_NONE, "slices are those along z"),
    "distances": ("`distance`", "of `glcm`; other families look at distance 1"),
    "weightingNorm": (_NONE, "matrices are not weighted by distance"),
    "symmetricalGLCM": (_NONE, "matrices are always symmetrical, as with its default"),
    "gldm_a": (_NONE, "0, as its default and IBSI's"),
    "voxelArrayShift": (
        _NONE,
        "nothing is added to intensities: energy and root mean square are those of the image",
    ),
    "additionalInfo": (_NONE, "settings stand beside each table"),
    "enableCExtensions": (_NONE, ""),
}
"""By setting: what to write, and what differs."""
