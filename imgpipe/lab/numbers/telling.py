"""The features that the lab shows, and what each tells."""

from imgpipe._common.texts import Text, say

FAMILIES = ("intensity", "histogram", "glcm", "ngtdm")
"""Families of which some features are shown."""
TELLING: dict[str, Text] = {
    "intensity_mean": say("The average gray value."),
    "intensity_median": say("Half of the pixels are darker, half are brighter."),
    "intensity_variance": say("How far gray values scatter round their mean, squared."),
    "intensity_skewness": say("Above 0 where few pixels are much brighter than the others."),
    "intensity_kurtosis": say("Above 0 where extreme values are frequent; 0 for a bell curve."),
    "intensity_minimum": say("The darkest pixel."),
    "intensity_percentile_10": say("A tenth of the pixels are darker."),
    "intensity_percentile_90": say("A tenth of the pixels are brighter."),
    "intensity_maximum": say("The brightest pixel."),
    "histogram_entropy": say("High where all gray levels are about as frequent."),
    "histogram_uniformity": say("High where few gray levels dominate; 1 for one alone."),
    "glcm_contrast": say("High where neighbours differ much: noise and edges."),
    "glcm_correlation": say("Near 1 where a pixel foretells its neighbour; 0 for pure noise."),
    "glcm_inverse_difference": say("1 where all neighbours are equal; smoothing raises it."),
    "glcm_angular_second_moment": say("High where few pairs of gray levels dominate."),
    "glcm_joint_entropy": say("High where the pairs of neighbours are of many kinds."),
    "ngtdm_coarseness": say("High where gray values change little over a neighbourhood."),
    "ngtdm_busyness": say("High where gray values change fast from pixel to pixel."),
}
"""By name, without channel."""
