"""How the tests call each kernel of the registry, and which values they feed it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from imgpipe.kernels import FILTERS

RANK = ("median", "erosion", "dilation", "opening", "closing")
AVERAGING = ("mean", "gaussian", "convolve", "correlate")
# linear as well; of integers they make floats, and their window has a size of its own
DERIVATIVES = ("sobel", "laplace", "gaussian_laplace")
SIGMA = ("gaussian", "gaussian_laplace")
WEIGHTED = ("convolve", "correlate")
WINDOWLESS = (*SIGMA, *WEIGHTED, *DERIVATIVES)
# pixels across which a NaN spreads at the default settings, 3 where nothing is said
REACH = dict.fromkeys((*SIGMA, "opening", "closing", "white_tophat", "black_tophat"), 5)
DTYPES = ("bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
# each has loops of its own, which seldom anyone compiles: in whole runs
RARE = ("i1", "i4", "i8", "u4", "u8")
MODES = ("reflect", "nearest", "mirror", "wrap", "constant")

_WEIGHTS = np.array([0.0, 2.0, -1.0, 3.0, 0.5])
# what a kernel needs beside the image; a new kernel that works on the image alone needs no entry
NEEDED: dict[str, Any] = {
    **dict.fromkeys(SIGMA, lambda ndim: {"sigma": 1.0, "truncate": 2.0}),
    "convolve": lambda ndim: {"weights": _weights(ndim)},
    "correlate": lambda ndim: {"weights": _weights(ndim)},
}


def with_rare(dtypes: Iterable[str]) -> list[Any]:
    """Parameters of a test, of which those of rare dtypes are left to whole runs."""
    return in_whole_runs(dtypes, RARE)


def in_whole_runs(dtypes: Iterable[str], rare: Iterable[str]) -> list[Any]:
    """Parameters of a test, of which those that are rare for it are left to whole runs."""
    return [pytest.param(t, marks=pytest.mark.full) if t in rare else t for t in dtypes]


def _weights(ndim: int) -> np.ndarray:
    weights = _WEIGHTS[:3].reshape((1,) * (ndim - 1) + (3,))
    for axis in range(ndim - 1):
        weights = weights + _WEIGHTS[1:4].reshape([3 if a == axis else 1 for a in range(ndim)])
    return weights / 8


def call(name: str, image: Any, **options: Any) -> np.ndarray:
    """Run a kernel with the least it needs."""
    axes = options.get("axes")
    ndim = np.ndim(image) if axes is None else len(np.atleast_1d(axes))
    needed = NEEDED[name](ndim) if name in NEEDED else {}
    if np.asarray(image).dtype.kind == "b" and name in AVERAGING:
        options.setdefault("output", np.float64)
    return FILTERS[name](image, **{**needed, **options})


def pixels(dtype: Any, shape: Any, seed: int = 0, extremes: bool = True) -> np.ndarray:
    """Random pixels that repeat, and reach the dtype's limits."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind == "f":
        return np.round(rng.normal(0, 50, shape), rng.integers(0, 4)).astype(dtype)
    info = np.iinfo(dtype)
    image = rng.integers(info.min, info.max, shape, dtype, endpoint=True)
    if extremes:
        limits = np.array([info.min, info.max, info.max - 1, 0, 1], dtype)
        image = np.where(rng.random(shape) < 0.3, rng.choice(limits, shape), image)
    return image


# what these give on a flat image is 0; of a kernel that is named nowhere above, one pixel tells
DIFFERENCES = ("gradient", "white_tophat", "black_tophat")
DIFFERENCES += tuple(
    name
    for name in FILTERS
    if name not in (*RANK, *AVERAGING, *DERIVATIVES, *DIFFERENCES) and call(name, np.ones(1)) == 0
)
