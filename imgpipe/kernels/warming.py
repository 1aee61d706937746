"""Compile the kernels ahead of their first use."""

import gc
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from imgpipe.kernels.convolve import correlate
from imgpipe.kernels.dilation import dilation
from imgpipe.kernels.erosion import erosion
from imgpipe.kernels.gaussian import gaussian
from imgpipe.kernels.mean import mean
from imgpipe.kernels.median import median
from imgpipe.kernels.plans.dtypes import Array

# both kinds of 16-bit integers share loops: apart, so that two processes do not compile them twice
WARM_DTYPES = ("uint8", "uint16", "float32", "int16")
# large enough for the loops of images; smaller ones have loops of their own
_SHAPE = (48, 320)


def calls() -> list[tuple[str, Callable[[], None]]]:
    """Return calls that compile the common loops, each by itself: processes may share them.

    They can be pickled. The longest come first, and those that share loops are far apart.
    """
    return [
        (f"{kernel.__name__} {dtype}", partial(_compile, kernel, dtype))
        for kernel in (median, correlate, mean, gaussian, erosion, dilation)
        for dtype in WARM_DTYPES
    ]


def warm() -> list[tuple[str, float]]:
    """Compile the loops for the common dtypes and windows into the on-disk cache.

    What is less common compiles at its first use: float64, volumes, stacks of small images,
    footprints, large medians but of bytes, large dense weights, and other windows.

    Returns
    -------
    list of (str, float)
        What was compiled or loaded, and the wall time in seconds.

    Examples
    --------
    >>> from imgpipe.kernels import warm
    >>> timings = warm()  # doctest: +SKIP
    """
    return [(name, _seconds(call)) for name, call in calls()]


def _seconds(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _compile(kernel: Callable[..., Array], dtype: str) -> None:
    image = np.zeros(_SHAPE, dtype)
    # a compiler leaves little garbage: looking for it takes a fifteenth of the time
    collects = gc.isenabled()
    gc.disable()
    try:
        for window in _windows(kernel, dtype):
            kernel(image, **window)
    finally:
        if collects:
            gc.enable()


def _windows(kernel: Callable[..., Array], dtype: str) -> Iterator[dict[str, Any]]:
    """Yield arguments that reach each loop of a kernel but those of large and odd windows."""
    if kernel is gaussian:
        yield from ({"sigma": k / 6, "radius": k // 2} for k in (3, 5, 7))
    elif kernel is correlate:
        weights = np.random.default_rng(0).normal(size=(7, 7)) / 49
        yield from ({"weights": weights[:k, :k]} for k in (3, 5, 7))
    elif kernel is median:
        yield from ({"size": k} for k in ((3, 5, 7, 31) if dtype == "uint8" else (3, 5, 7)))
    else:
        yield from ({"size": k} for k in ((3, 31) if kernel is mean else (3, 7)))
