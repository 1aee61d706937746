"""Statistics from a graph are those of `imgpipe.features`."""

from typing import Any

import numpy as np
import pytest
from awkward_images import awkward
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from textures import measured

from imgpipe.features import extract

pytest.importorskip("onnxruntime")


def check(image: np.ndarray, family: str, **settings: Any) -> None:
    """Compare with `imgpipe.features`, NaN and infinity included."""
    axis = None if image.ndim == 2 else 2
    expected = extract(image, families=family, channel_axis=axis, **settings)
    found = measured(image, family, **settings)
    np.testing.assert_allclose(found, list(expected.values()), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(12, 9), (6, 5, 3), (1, 2)], ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("family", ["intensity", "histogram"])
def test_statistics_are_those_of_features(family: str, dtype: str, shape: tuple[int, ...]) -> None:
    """All statistics agree, and are undefined for the same images."""
    for image in awkward(shape, dtype):
        check(image, family)


@pytest.mark.parametrize("settings", [{"bins": 7}, {"bin_width": 25.0}, {"bins": None}], ids=str)
def test_histograms_of_other_levels(settings: dict[str, Any]) -> None:
    """The number of levels may be known only when the image is."""
    for dtype in ("uint8", "float32"):
        for image in awkward((12, 9), dtype)[1:6]:
            check(np.minimum(image, 255) + (image < 1), "histogram", **settings)


def test_many_pixels_of_16_bits_are_counted() -> None:
    """An image of more pixels than are sorted."""
    rng = np.random.default_rng(0)
    for most in (2, 40, 65535):
        check(rng.integers(0, most + 1, (200, 190)).astype(np.uint16), "intensity")


@given(st.data(), st.sampled_from(["uint8", "uint16"]), st.sampled_from([(3, 4), (1, 3)]))
@example_settings(max_examples=60)
def test_any_numbers(data: st.DataObject, dtype: str, shape: tuple[int, ...]) -> None:
    """Ties of modes, of slopes and of percentiles are decided alike."""
    most = data.draw(st.sampled_from([1, 3, 255]))
    image = data.draw(arrays(dtype, shape, elements=st.integers(0, most)))
    check(image, "intensity")
    check(image, "histogram", bins=5)
