"""Names of features read as words."""

import pytest

from imgpipe.report.words.features import feature_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("glcm_contrast_d2", "GLCM contrast, distance 2"),
        ("intensity_mean_c0", "Intensity mean, channel 0"),
        ("lbp_p16", "LBP, 16 points"),
        ("hog", "HOG"),
        ("histogram_percentile_90", "Histogram percentile 90"),
    ],
)
def test_feature_names(key: str, name: str) -> None:
    """Names of features read as words."""
    assert feature_name(key) == name
