"""Statistics from a graph are those of `imgpipe.features`."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from awkward_images import awkward
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from textures import measured

from imgpipe._common import InputError
from imgpipe._runtime.onnx_runtime import onnxruntime
from imgpipe.bundle import load, save
from imgpipe.bundle.exporting import graph_of
from imgpipe.datasets import Dataset
from imgpipe.features import extract
from imgpipe.learn import fit

pytest.importorskip("onnxruntime")
OF_LENGTHS = ("gradient", "local_intensity")


def check(image: np.ndarray, family: str, **settings: Any) -> None:
    """Compare with `imgpipe.features`, NaN and infinity included."""
    axis = None if image.ndim == 2 else 2
    expected = extract(image, families=family, channel_axis=axis, **settings)
    found = measured(image, family, **settings)
    np.testing.assert_allclose(found, list(expected.values()), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(12, 9), (6, 5, 3), (1, 2)], ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("family", ["intensity", "histogram", "gradient", "local_intensity", "ivh"])
def test_statistics_are_those_of_features(family: str, dtype: str, shape: tuple[int, ...]) -> None:
    """All statistics agree, and are undefined for the same images."""
    settings = {"spacing": (1.0, 1.0)} if family in OF_LENGTHS else {}
    for image in awkward(shape, dtype):
        check(image, family, **settings)


@pytest.mark.parametrize("settings", [{"bins": 7}, {"bin_width": 25.0}, {"bins": None}], ids=str)
def test_histograms_of_other_levels(settings: dict[str, Any]) -> None:
    """The number of levels may be known only when the image is."""
    for dtype in ("uint8", "float32"):
        for image in awkward((12, 9), dtype)[1:6]:
            check(np.minimum(image, 255) + (image < 1), "histogram", **settings)


@pytest.mark.parametrize("shape", [(12, 9), (6, 5, 3)], ids=str)
@pytest.mark.parametrize(
    "settings", [{"ivh_bins": 10}, {"ivh_bin_width": 0.3}, {"ivh_bin_width": 1 / 7}], ids=str
)
def test_bins_of_the_intensity_volume_histogram(
    settings: dict[str, Any], shape: tuple[int, ...]
) -> None:
    """Bins in arbitrary and in calibrated units."""
    for dtype in ("uint8", "float32"):
        for image in awkward(shape, dtype):
            check(np.minimum(image, image.dtype.type(250)), "ivh", **settings)


@pytest.mark.parametrize("family", OF_LENGTHS)
def test_lengths(family: str) -> None:
    """Pixels have a size, by which slopes are divided and discs drawn."""
    for spacing in ((0.5, 2.0), (3.1, 3.1), (40.0, 90.0)):
        check(awkward((12, 9), "uint8")[0], family, spacing=spacing)
    with pytest.raises(InputError, match=f"{family} of pixels whose size stands in their files"):
        measured(awkward((12, 9), "uint8")[0], family)


def test_many_pixels_of_16_bits_are_counted() -> None:
    """An image of more pixels than are sorted."""
    rng = np.random.default_rng(0)
    for most in (2, 40, 65535):
        check(rng.integers(0, most + 1, (200, 190)).astype(np.uint16), "intensity")


@given(st.data(), st.sampled_from(["uint8", "uint16"]), st.sampled_from([(3, 4), (1, 3)]))
@example_settings(max_examples=60, deadline=None)
def test_whole_numbers(data: st.DataObject, dtype: str, shape: tuple[int, ...]) -> None:
    """Ties of modes, of slopes and of percentiles are decided alike."""
    most = data.draw(st.sampled_from([1, 3, 255]))
    image = data.draw(arrays(dtype, shape, elements=st.integers(0, most)))
    check(image, "intensity")
    check(image, "histogram", bins=5)
    check(image, "ivh")


def test_levels_that_are_refused_have_no_probabilities(levels: Dataset, tmp_path: Path) -> None:
    """An image with more gray levels than a matrix can hold gets NaN, others what a bundle says."""
    model = fit(levels, "logistic", families=["intensity", "histogram"], bin_width=0.05)
    save(model, tmp_path / "model.imgpipe")
    graph = onnxruntime("a test").InferenceSession(graph_of(tmp_path / "model.imgpipe").content)
    images = np.stack([levels.images[0], levels.images[0]])
    images[1, 0, :2] = 0, 255
    told = load(tmp_path / "model.imgpipe").predict(images)
    assert "5101 gray levels" in told.errors[1]
    said = [graph.run(None, {"image": image})[0] for image in images]
    np.testing.assert_allclose(said, told.probabilities, atol=1e-9)
