"""The loops of dense weights: taps of columns, tiles side by side, transforms along the columns."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from kernel_calls import in_whole_runs, pixels

from imgpipe import kernels


def weights_of(shape: Any, seed: int = 0, gain: float = 1.0) -> np.ndarray:
    """Weights of full rank, a tenth of them 0, whose magnitudes add up to `gain`."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 1, shape)
    weights[rng.random(shape) < 0.1] = 0
    weights.flat[0] = 0.5
    return weights * gain / np.abs(weights).sum()


def agree(image: np.ndarray, weights: np.ndarray, gain: float = 1.0, **options: Any) -> None:
    """Compare with SciPy in float64, within the rounding of the dtype that the loop adds in."""
    result = kernels.correlate(image, weights, **options)
    expected = ndi.correlate(image.astype(float), weights, **options)
    peak = max(1.0, float(np.abs(image.astype(float)).max())) * gain
    assert result.dtype == image.dtype
    if image.dtype.kind == "f":
        slack = peak * (1e-12 if image.itemsize == 8 else 3e-6)
    else:
        info = np.iinfo(image.dtype)
        expected = np.clip(expected, info.min, info.max)
        slack = 0.5 + peak * 3e-6
    assert np.abs(result - expected).max() <= slack


AWKWARD = [
    # (image, window, axes)
    ((5, 6), (3, 3), None),
    ((2, 3), (3, 3), None),
    ((1, 1), (5, 4), None),
    ((70, 41), (3, 3), None),
    ((33, 17), (5, 5), None),
    ((23, 29), (4, 6), None),
    ((4, 5), (9, 12), None),
    ((19, 40), (10, 7), None),
    ((3, 28, 28), (3, 3), (1, 2)),
    ((7, 8, 9), (3, 3, 3), None),
    ((6, 7, 12), (2, 5, 4), None),
    ((20, 21, 3), (3, 3), (0, 1)),
    ((20, 21, 1), (3, 3), (0, 1)),
    ((30, 9, 4), (3, 2, 3), None),
    ((9, 4, 6), (3, 5), (0, 2)),
    ((3, 4, 5, 6), (2, 2, 3, 3), None),
    ((2, 300), (2, 280), None),
    ((30, 40), (15, 14), None),
]


@pytest.mark.grid(share=0.3)
@pytest.mark.parametrize("mode", ["mirror", "constant"])
@pytest.mark.parametrize("dtype", in_whole_runs(["u1", "i2", "f4", "f8"], ["i2", "f8"]))
@pytest.mark.parametrize(("shape", "size", "axes"), AWKWARD)
def test_awkward_shapes_equal_scipy(
    shape: tuple, size: tuple, axes: Any, dtype: str, mode: str
) -> None:
    """Small, narrow and coloured images, windows larger than them, any axes: no exception."""
    options = {"mode": mode, "cval": 3.0, "axes": axes}
    agree(pixels(dtype, shape, 1, extremes=False), weights_of(size), **options)


LARGE = [
    ((150, 700), 3),
    ((131, 1500), 5),
    ((90, 600), 9),
    ((1, 900, 20), 3),
    ((300, 30), 15),
    ((200, 1100), 31),
    ((100, 33), 41),
    ((40, 45, 50), 5),
]


@pytest.mark.jit
@pytest.mark.grid(share=0.35)
@pytest.mark.parametrize("mode", ["reflect", "wrap", "nearest"])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8"])
@pytest.mark.parametrize(("shape", "size"), LARGE)
def test_tiles_leave_no_seams(shape: tuple, size: int, dtype: str, mode: str) -> None:
    """An image that is cut into many tiles, of which the last are smaller, equals SciPy's."""
    window = [min(size, n) for n in shape]
    origin = [k // 3 if k > 1 else 0 for k in window]
    agree(pixels(dtype, shape, 2), weights_of(window), mode=mode, origin=origin)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("size", [3, 5])
def test_floats_that_are_filtered_where_they_are(size: int, dtype: str) -> None:
    """Every border and origin gives SciPy's sums, at the ends of rows, too."""
    image = pixels(dtype, (133, 26), 7, extremes=False)
    half = size // 2
    stack = pixels(dtype, (2, 2, 133, 26), 8, extremes=False)
    agree(stack, weights_of((size, size)), mode="wrap", axes=(2, 3), origin=(half, -half))
    for mode in ("reflect", "mirror", "nearest", "wrap", "constant"):
        for origin in ((0, 0), (-half, half), (half, -half)):
            agree(image, weights_of((size, size)), mode=mode, cval=3.0, origin=origin)


@pytest.mark.parametrize("plane", [0, 1, 2])
def test_one_plane_of_weights_in_a_volume(plane: int) -> None:
    """Where weights fill one plane of their window, each image sees the one that they lie over."""
    weights = np.zeros((3, 3, 3))
    weights[plane] = weights_of((3, 3))
    agree(pixels("f4", (3, 133, 26), 9, extremes=False), weights, mode="wrap")


@pytest.mark.jit
@pytest.mark.parametrize("size", [3, 5, 9, 31])
def test_float64_is_near_the_exact_sum(size: int) -> None:
    """In float64 a sum is within 1e-12 of the largest pixel from the sum of all exact products."""
    image = np.random.default_rng(size).normal(0, 1e3, (size + 40, size + 50))
    weights = weights_of((size, size), size)
    result = kernels.correlate(image, weights)
    for i, j in ((size, size), (size + 3, size + 11), (size + 7, size + 18)):
        a, b = i - size // 2, j - size // 2
        exact = math.fsum((image[a : a + size, b : b + size] * weights).ravel())
        assert abs(result[i, j] - exact) <= 1e-12 * np.abs(image).max()


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")  # without compiling
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("size", [3, 5, 15])
def test_what_is_not_finite_stays_in_its_window(size: int, dtype: str) -> None:
    """NaN and infinities reach the pixels whose windows hold them, and change no other."""
    image = pixels(dtype, (90, 80), 4)
    weights = weights_of((size, size)) + 1.0
    clean = kernels.correlate(image, weights)
    broken = image.copy()
    broken[40, 3], broken[70, 60], broken[10, 50] = np.nan, np.inf, -np.inf
    result = kernels.correlate(broken, weights)
    r = size // 2
    reached = np.zeros(image.shape, bool)
    for (i, j), value in (((40, 3), np.nan), ((70, 60), np.inf), ((10, 50), -np.inf)):
        part = (slice(max(i - r, 0), i + r + 1), slice(max(j - r, 0), j + r + 1))
        reached[part] = True
        assert np.array_equal(result[part], np.full_like(result[part], value), equal_nan=True)
    assert np.isfinite(result[~reached]).all()
    assert np.allclose(result[~reached], clean[~reached], rtol=0, atol=2e-3)


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")  # without compiling
@pytest.mark.parametrize("scale", [1e-45, 1e-300, 1e33, 1e300])
def test_weights_that_float32_cannot_hold(scale: float) -> None:
    """Very small and very large weights act on bytes as they do in float64."""
    image = pixels("u1", (20, 21), 5)
    plain = weights_of((3, 3))
    weights = plain * scale
    result = kernels.correlate(image, weights, output=np.float64)
    # SciPy leaves out weights below 2e-16
    expected = ndi.correlate(image.astype(float), plain) * scale
    assert np.allclose(result, expected, rtol=1e-9, atol=1e-12 * scale)
    single = kernels.correlate(image, weights, output=np.float32)
    with np.errstate(over="ignore"):
        assert np.allclose(single, expected.astype(np.float32), rtol=1e-6, atol=scale * 1e-4)


def test_large_weights_on_integers_are_exact() -> None:
    """Where sums of float32 would be off by whole numbers, float64 is used."""
    image = np.random.default_rng(0).integers(60000, 60100, (40, 50)).astype(np.uint16)
    weights = np.random.default_rng(1).integers(-4000, 4000, (5, 5)).astype(float)
    weights[2, 2] -= weights.sum()
    expected = np.clip(ndi.correlate(image.astype(np.int64), weights), 0, 65535)
    assert np.array_equal(kernels.correlate(image, weights), expected)


@pytest.mark.jit
@pytest.mark.parametrize("size", [3, 7, 21])
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_threads_change_nothing(size: int, dtype: str) -> None:
    """Bands side by side give what one thread gives, bit by bit."""
    image = pixels(dtype, (700, 650), 6, extremes=False)
    weights = weights_of((size, size))
    with kernels.threads(1):
        alone = kernels.correlate(image, weights)
    with kernels.threads(3):
        assert np.array_equal(kernels.correlate(image, weights), alone)


def test_nothing_but_zeros() -> None:
    """Weights that are all 0 look at no pixel."""
    image = np.full((4, 5), np.nan)
    assert not kernels.correlate(image, np.zeros((3, 3))).any()
    for beyond in (np.nan, np.inf):
        options = {"mode": "constant", "cval": beyond, "output": np.float64}
        assert not kernels.correlate(image, np.zeros((3, 3)), **options).any()
