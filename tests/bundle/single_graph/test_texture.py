"""Patterns and oriented gradients as ONNX give what `extract` gives."""

import numpy as np
import pytest
from textures import measured

from imgpipe.features import extract

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


def test_patterns_are_counted_exactly() -> None:
    rng = np.random.default_rng(3)
    for pixels in _pictures((40, 31), "uint16", rng):
        assert np.array_equal(measured(pixels, "lbp"), _expected(pixels, "lbp"))


def _expected(pixels: np.ndarray, family: str, **settings: object) -> np.ndarray:
    axis = None if pixels.ndim == 2 else 2
    return np.array(list(extract(pixels, families=family, channel_axis=axis, **settings).values()))


def _same(pixels: np.ndarray, family: str, **settings: object) -> None:
    found, expected = (of(pixels, family, **settings) for of in (measured, _expected))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
