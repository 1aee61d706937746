"""docs/from_pyradiomics.md: its settings repeat what PyRadiomics measured of a made-up CT."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import features
from imgpipe.images import Image

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "from_pyradiomics.md").read_text(encoding="utf-8")
THEIRS = json.loads((HERE / "pyradiomics.json").read_text())["features"]
NO_COUNTERPART = {
    "firstorder_TotalEnergy",
    "glcm_MCC",
    "shape_Maximum2DDiameterColumn",
    "shape_Maximum2DDiameterRow",
    "shape_Maximum2DDiameterSlice",
}
AXES = {"shape_LeastAxisLength", "shape_MajorAxisLength", "shape_MinorAxisLength"}


def made_up_ct() -> Image:
    """Give the image that PyRadiomics was given, as NIfTI, with voxels of 0.8 x 0.8 x 2.5 mm."""
    values = np.random.default_rng(0).integers(-900, 900, (14, 26, 24))
    for axis in (0, 1, 1, 2, 2):
        values = values + np.roll(values, 1, axis) + np.roll(values, 2, axis)
    values = values // 160 + 30
    z, y, x = np.indices(values.shape)
    mask = 16 * (z - 7) ** 2 + 4 * (y - 13) ** 2 + 5 * (x - 12) ** 2 < 430
    return Image(values.astype(np.int16), spacing=(2.5, 0.8, 0.8), mask=mask)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, float]]:
    """Pair by name PyRadiomics' numbers and ours, by the settings that the page prints."""
    file = tmp_path_factory.mktemp("settings") / "ct.yaml"
    file.write_text(next(b for b in re.findall(r"```yaml\n(.*?)```", PAGE, re.S) if "imgpipe" in b))
    settings = features.read_settings(file)
    chosen: dict[str, Any] = {name: settings[name] for name in ("families", "aggregation")}
    ours = features.extract(made_up_ct(), **settings)
    return {
        each.pyradiomics: (THEIRS[each.pyradiomics], ours[each.name])
        for each in features.catalogue(**chosen, ndim=3)
        if each.pyradiomics in THEIRS and each.name in ours
    }


def test_what_is_the_same(pairs: dict[str, tuple[float, float]]) -> None:
    """98 of its 107 features are equal to a millionth; five have no counterpart."""
    assert set(THEIRS) - set(pairs) == NO_COUNTERPART
    equal = {name for name, (theirs, ours) in pairs.items() if ours == pytest.approx(theirs)}
    assert set(pairs) - equal == {"firstorder_Kurtosis", *AXES}
    assert (len(equal), len(THEIRS)) == (98, 107)


def test_what_differs_by_definition(pairs: dict[str, tuple[float, float]]) -> None:
    """Kurtosis is 3 lower; axes are longer by the root of n / (n - 1), n voxels."""
    theirs, ours = pairs["firstorder_Kurtosis"]
    assert ours == pytest.approx(theirs - 3)
    inside = np.count_nonzero(made_up_ct().mask)
    for name in AXES:
        theirs, ours = pairs[name]
        assert ours / theirs == pytest.approx(np.sqrt(inside / (inside - 1)), rel=1e-6)
