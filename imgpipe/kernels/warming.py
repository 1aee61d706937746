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

WARM_DTYPES = ("uint8", "uint16", "int16", "float32", "float64")
# large enough for the loops of images; smaller ones have loops of their own
_SHAPE = (48, 320)


def _calls() -> Iterator[tuple[str, Callable[[Array], Any]]]:
    """Yield calls that reach each loop for windows of 3, 5 and 7, and those of large windows."""
    weights = np.random.default_rng(0).normal(size=(31, 31)) / 961
    for k in (3, 31):
        yield f"mean {k}", partial(mean, size=k)
    for k in (3, 5, 7, 31):
        yield f"median {k}", partial(median, size=k)
        yield f"correlate {k}", partial(correlate, weights=weights[:k, :k])
    for k in (3, 5, 7):
        yield f"gaussian {k}", partial(gaussian, sigma=k / 6, radius=k // 2)
    for k in (3, 7):
        yield f"erosion {k}", partial(erosion, size=k)
        yield f"dilation {k}", partial(dilation, size=k)


def warm() -> list[tuple[str, float]]:
    """Compile the loops for the common dtypes and windows into the on-disk cache.

    Volumes, stacks of small images, footprints and other windows compile at their first use.

    Returns
    -------
    list of (str, float)
        What was compiled or loaded, and the wall time in seconds.

    Examples
    --------
    >>> from imgpipe.kernels import warm
    >>> timings = warm()  # doctest: +SKIP
    """
    timings = []
    # a compiler leaves little garbage: looking for it takes a fifteenth of the time
    collects = gc.isenabled()
    gc.disable()
    try:
        for dtype in WARM_DTYPES:
            image = np.zeros(_SHAPE, dtype)
            for name, call in _calls():
                start = time.perf_counter()
                call(image)
                timings.append((f"{name} {dtype}", time.perf_counter() - start))
    finally:
        if collects:
            gc.enable()
    return timings
