"""Large images and windows: what only shows beyond one strip, one tile or one counter."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from kernel_calls import AVERAGING, DERIVATIVES, WEIGHTED

from imgpipe.kernels import FILTERS

pytestmark = [pytest.mark.slow, pytest.mark.jit]

DTYPES = ("u1", "u2", "i2", "f4")
# one that every strip height divides, and one that none does
SHAPES = ((2048, 2048), (1021, 1999))
SIZES = (3, 5, 9, 15, 31)
SAMPLES = 4000
LAPLACIAN: dict[str, Any] = {"sigma": 1.0, "radius": 2}
# each has loops of its own: on one dtype (`test_long_boxes_equal_scipy` has more medians)
LONG_TO_COMPILE = {("median", 15), ("gaussian", 9), ("gaussian", 15)}


def picture(dtype: str, shape: tuple[int, int]) -> np.ndarray:
    """Noise on one side, smooth waves with edges on the other."""
    rows, columns = np.indices(shape, dtype=np.float32)
    waves = np.sin(rows / 31) + np.sin(columns / 43)
    waves = (waves + 2 + 2 * (waves > 0.8)) / 6
    half = shape[1] // 2
    waves[:, half:] = np.random.default_rng(0).random((shape[0], shape[1] - half))
    if np.dtype(dtype).kind == "f":
        return (waves * 2000 - 1000).astype(dtype)
    info = np.iinfo(dtype)
    return (info.min + waves.clip(0, 1) * (info.max - info.min)).astype(dtype)


def weights_of(k: int) -> np.ndarray:
    """Weights of full rank: no shorter way to their sum."""
    weights = np.random.default_rng(k).normal(0, 1, (k, k))
    return weights / np.abs(weights).sum()


def arguments(name: str, k: int) -> dict[str, Any]:
    if name == "gaussian":
        return {"sigma": k / 6, "radius": k // 2}
    if name in DERIVATIVES:
        return LAPLACIAN if name == "gaussian_laplace" else {}
    return {"weights": weights_of(k)} if name in WEIGHTED else {"size": k}


def sampled(image: np.ndarray, k: int, mode: str) -> tuple[Any, np.ndarray]:
    """Pixels (all over, at the borders, and two whole lines) and the windows around them."""
    rng = np.random.default_rng(k)
    height, width = image.shape
    rows, columns = rng.integers(0, height, SAMPLES), rng.integers(0, width, SAMPLES)
    near = rng.integers(-k, k, SAMPLES // 2)
    rows[: SAMPLES // 4] = near[: SAMPLES // 4] % height
    columns[SAMPLES // 4 : SAMPLES // 2] = near[SAMPLES // 4 :] % width
    rows = np.concatenate([rows, np.arange(height), np.full(width, height // 3)])
    columns = np.concatenate([columns, np.full(height, width // 3), np.arange(width)])
    padded = np.pad(image, k // 2, {"mirror": "reflect", "nearest": "edge"}[mode])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k))
    return (rows, columns), windows[rows, columns].reshape(len(rows), k * k)


def middle(windows: np.ndarray) -> np.ndarray:
    half = windows.shape[1] // 2
    return np.partition(windows, half, axis=1)[:, half]


def wide(image: np.ndarray) -> np.ndarray:
    """A type in which differences of pixels neither wrap nor round."""
    return image if image.dtype.kind == "f" else image.astype(np.int32)


def saturated(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype.kind == "f":
        return values
    return np.clip(values, np.iinfo(dtype).min, np.iinfo(dtype).max)


# what SciPy computes over a whole image of this size in well under a second
WHOLE: dict[str, Callable[..., np.ndarray]] = {
    "mean": lambda x, k, mode: ndi.uniform_filter(x.astype(float), k, mode=mode),
    "gaussian": lambda x, k, mode: ndi.gaussian_filter(
        x.astype(float), k / 6, radius=k // 2, mode=mode
    ),
    "erosion": lambda x, k, mode: ndi.grey_erosion(x, (k, k), mode=mode),
    "dilation": lambda x, k, mode: ndi.grey_dilation(x, (k, k), mode=mode),
    "opening": lambda x, k, mode: ndi.grey_opening(x, (k, k), mode=mode),
    "closing": lambda x, k, mode: ndi.grey_closing(x, (k, k), mode=mode),
    "gradient": lambda x, k, mode: ndi.morphological_gradient(wide(x), (k, k), mode=mode),
    "white_tophat": lambda x, k, mode: ndi.white_tophat(wide(x), (k, k), mode=mode),
    "black_tophat": lambda x, k, mode: ndi.black_tophat(wide(x), (k, k), mode=mode),
    "sobel": lambda x, k, mode: ndi.sobel(x.astype(float), mode=mode),
    "laplace": lambda x, k, mode: ndi.laplace(x.astype(float), mode=mode),
    "gaussian_laplace": lambda x, k, mode: ndi.gaussian_laplace(
        x.astype(float), mode=mode, **LAPLACIAN
    ),
}
# what is looked at window by window, at some thousand pixels
SAMPLED: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "median": lambda windows, _: middle(windows),
    "correlate": lambda windows, k: windows.astype(float) @ weights_of(k).ravel(),
    "convolve": lambda windows, k: windows.astype(float) @ weights_of(k)[::-1, ::-1].ravel(),
}


def assert_close(name: str, result: np.ndarray, expected: np.ndarray, image: np.ndarray) -> None:
    """Ranks are exact; averages are the nearest integer, or within float32's rounding."""
    if name in DERIVATIVES:
        assert result.dtype == np.float32
        peak = float(np.abs(image.astype(float)).max())
        assert np.abs(result - expected).max() <= 2e-6 * peak
        return
    assert result.dtype == image.dtype
    expected = saturated(expected, image.dtype)
    if name not in AVERAGING:
        assert np.array_equal(result, expected)
        return
    peak = float(np.abs(image.astype(float)).max())
    slack = 2e-6 * peak if image.dtype.kind == "f" else 0.5 + 5e-7 * peak
    assert np.abs(result - expected).max() <= slack


def cases() -> list[Any]:
    """Every kernel and dtype; the kernels made of others, on fewer windows."""
    made = []
    for name in FILTERS:
        derived = name not in ("mean", "gaussian", "erosion", "dilation", "median", "convolve")
        for n, dtype in enumerate(DTYPES):
            # a derivative has a window of its own, whatever the size
            sizes = SIZES[:1] if name in DERIVATIVES else SIZES[1::3] if derived else SIZES
            for m, k in enumerate(sizes):
                if (name, k) in LONG_TO_COMPILE and dtype != "u1":
                    continue
                # of bytes, such a window is compiled ahead
                rare = (name, k) == ("median", 31) and dtype != "u1"
                # what they are made of is run on each
                rare |= derived and dtype in ("u2", "i2")
                shape = SHAPES[(n + m) % 2]
                made.append(
                    pytest.param(name, dtype, k, shape, marks=pytest.mark.full if rare else ())
                )
    return made


@pytest.mark.grid(share=0.2)
@pytest.mark.parametrize(("name", "dtype", "k", "shape"), cases())
def test_large_images_and_windows(name: str, dtype: str, k: int, shape: tuple[int, int]) -> None:
    """On images of millions of pixels, each kernel gives what SciPy or its definition gives."""
    image = picture(dtype, shape)
    mode = "nearest" if name == "median" else "mirror"
    result = FILTERS[name](image, **arguments(name, k), mode=mode)
    if name in WHOLE:
        assert_close(name, result, WHOLE[name](image, k, mode), image)
    else:
        pixels, windows = sampled(image, k, mode)
        assert_close(name, result[pixels], SAMPLED[name](windows, k), image)


@pytest.mark.full
@pytest.mark.parametrize(
    ("k", "dtype"),
    # each has loops of its own: of 16 bits in whole runs
    [
        pytest.param(k, t, marks=pytest.mark.full if t in ("u2", "i2") else ())
        for k in (9, 31)
        for t in DTYPES
    ],
)
def test_large_weights_of_rank_one(dtype: str, k: int) -> None:
    """Weights that are a product of two lines are summed line by line, with the same result."""
    image = picture(dtype, (1021, 1999))
    line = np.random.default_rng(k).normal(0, 1, k)
    line /= np.abs(line).sum()
    exact = ndi.correlate1d(image.astype(float), line, 0, mode="mirror")
    exact = ndi.correlate1d(exact, line[::-1], 1, mode="mirror")
    result = FILTERS["correlate"](image, np.outer(line, line[::-1]), mode="mirror")
    assert_close("correlate", result, exact, image)


def test_a_new_kernel_needs_an_oracle() -> None:
    """Each kernel of the registry is compared here."""
    assert {*WHOLE, *SAMPLED} == set(FILTERS)
