"""Texture, patterns and oriented gradients as ONNX give what `extract` gives."""

import numpy as np
import pytest
from textures import graph_of, measured

from imgpipe._common import InputError
from imgpipe.features import extract

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
SHAPES = ((23, 38), (5, 6), (2, 3), (1, 1))
DTYPES = ("uint8", "uint16", "float32")


def _pictures(shape: tuple[int, int], dtype: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Awkward gray images: of one value, ties, steps, slopes, and random ones of few and many."""
    y, x = np.indices(shape)
    few = rng.integers(0, 3, shape)
    many = rng.normal(100, 30, shape).clip(0, 255)
    pictures = [0 * y + 7, 255 * ((y + x) % 2), x // 3 + 2 * (y // 3), 3 * y + 5 * x, few, many]
    scale = {"uint8": 1, "uint16": 257, "float32": 0.1}[dtype]
    return [(scale * np.asarray(p)).astype(dtype) for p in pictures]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", ["lbp", "hog"])
def test_gray(family: str, shape: tuple[int, int], dtype: str) -> None:
    for pixels in _pictures(shape, dtype, np.random.default_rng(1)):
        _same(pixels, family)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("family", ["lbp", "hog"])
def test_colour(family: str, dtype: str) -> None:
    rng = np.random.default_rng(2)
    for shape in SHAPES[:2]:
        pictures = _pictures(shape, dtype, rng)
        _same(np.stack([pictures[k] for k in (5, 3, 1)], axis=2), family)
        _same(np.stack(3 * [pictures[2]], axis=2), family)


def test_large_images_are_taken_in_strips() -> None:
    pixels = np.random.default_rng(7).integers(0, 4000, (233, 301)).astype(np.uint16)
    for family in ("lbp", "hog"):
        nodes = onnx.load_from_string(graph_of(pixels.shape, "uint16", family)).graph.node
        assert "Loop" in {node.op_type for node in nodes}
        _same(pixels, family)


def test_patterns_are_counted_exactly() -> None:
    rng = np.random.default_rng(3)
    for pixels in _pictures((40, 31), "uint16", rng):
        assert np.array_equal(measured(pixels, "lbp"), _expected(pixels, "lbp"))


MATRICES = ("glcm", "glrlm", "ngtdm", "ngldm")
SETTINGS = (
    {},
    {"aggregation": "all", "distance": (1, 3)},
    {"aggregation": "BTW3", "bins": 5},
    {"bin_width": 12.5},
    {"bin_width": 30.0, "low": -20.0, "aggregation": ("BTW3", "8QNN"), "distance": 2},
)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("family", MATRICES)
def test_gray_levels(family: str, dtype: str, settings: dict[str, object]) -> None:
    if dtype == "uint16" and "bin_width" in settings:
        settings = {**settings, "bin_width": 1000}
    for shape in SHAPES[:: 1 if dtype == "uint8" else 3]:
        for pixels in _pictures(shape, dtype, np.random.default_rng(4)):
            _same(pixels, family, **settings)


@pytest.mark.parametrize("family", MATRICES)
def test_pixels_that_are_levels(family: str) -> None:
    for shape in SHAPES:
        for pixels in _pictures(shape, "uint8", np.random.default_rng(5)):
            _same(pixels // 4 + 1, family, bins=None, aggregation="BTW3")


@pytest.mark.parametrize("family", MATRICES)
def test_levels_of_colour(family: str) -> None:
    pictures = _pictures(SHAPES[0], "uint8", np.random.default_rng(6))
    _same(np.stack([pictures[k] for k in (5, 3, 1)], axis=2), family, bins=16)


def test_more_matrices_than_memory_holds_are_refused() -> None:
    with pytest.raises(InputError, match="glcm with bins=4096 cannot be exported"):
        graph_of((20, 20), "uint8", "glcm", bins=4096, distance=range(1, 9), aggregation="BTW3")


def _expected(pixels: np.ndarray, family: str, **settings: object) -> np.ndarray:
    axis = None if pixels.ndim == 2 else 2
    return np.array(list(extract(pixels, families=family, channel_axis=axis, **settings).values()))


def _same(pixels: np.ndarray, family: str, **settings: object) -> None:
    found, expected = (of(pixels, family, **settings) for of in (measured, _expected))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
