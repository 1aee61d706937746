"""Names of features read as words."""

import pytest

from imgpipe._common.texts import Text
from imgpipe.features import FAMILIES, catalogue
from imgpipe.report.languages import speaking, tell
from imgpipe.report.words.features import feature_name, unit_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("glcm_contrast_d2", "GLCM contrast, distance 2"),
        ("intensity_mean_c0", "Intensity mean, channel 0"),
        ("local_intensity_global_peak", "Local intensity global peak"),
        ("glrlm_run_entropy_BTW3_c1", "GLRLM run entropy, BTW3, channel 1"),
        ("glcm_information_correlation_1", "GLCM information correlation 1"),
        ("lbp_p16", "LBP, 16 points"),
        ("lbp_p8_r1_03", "LBP, 8 points, radius 1, pattern 3"),
        ("hog_y0_x1_o2", "HOG, row 0, column 1, orientation 2"),
        ("hog", "HOG"),
        ("histogram_percentile_90", "Histogram percentile 90"),
        ("patient_age", "patient_age"),
        ("glcm_of_my_own", "glcm_of_my_own"),
        ("d2", "d2"),
        ("", ""),
    ],
)
def test_feature_names(key: str, name: str) -> None:
    """Names of features read as words; those of other people's tables stay as they are."""
    assert feature_name(key) == name


@pytest.mark.parametrize("ndim", [2, 3])
def test_every_feature_has_a_name_and_a_unit_in_chinese(ndim: int) -> None:
    """No feature and no unit of the catalogue is left in English."""
    with speaking("zh"):
        for feature in catalogue(list(FAMILIES.own) if ndim == 2 else "all", ndim=ndim):
            name = feature_name(feature.name)
            assert isinstance(name, Text)
            assert not set("abcdefghijklmnopqrstuvwxyz") & set(tell(name)), feature.name
            for unit in (feature.unit, feature.unit.replace("mm", "pixel")):
                said = tell(unit_name(unit)).replace("mm", "")
                assert not set("abcdefghijklmnopqrstuvwxyz") & set(said), unit
                assert "^" not in said


def test_a_name_is_said_in_chinese() -> None:
    with speaking("zh"):
        assert tell(feature_name("glcm_contrast_d2")) == "灰度共生矩阵对比度，距离2"
        assert tell(unit_name("intensity^2/mm^2")) == "灰度值²/mm²"
