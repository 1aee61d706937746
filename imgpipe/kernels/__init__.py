"""Pixels to pixels: the filters of `scipy.ndimage`, at speed.

Every function takes an image of 1 to 4 axes and returns one of the same shape. ``KERNELS`` maps the
names to the functions; tests, benchmarks and the command line are driven by it.
"""

from collections.abc import Callable
from typing import Any

from imgpipe.kernels._threads import set_threads, threads
from imgpipe.kernels.dilation import dilation
from imgpipe.kernels.erosion import erosion
from imgpipe.kernels.gaussian import gaussian
from imgpipe.kernels.mean import mean
from imgpipe.kernels.median import median

KERNELS: dict[str, Callable[..., Any]] = {
    "mean": mean,
    "median": median,
    "gaussian": gaussian,
    "erosion": erosion,
    "dilation": dilation,
}

__all__ = [
    "KERNELS",
    "dilation",
    "erosion",
    "gaussian",
    "mean",
    "median",
    "set_threads",
    "threads",
]
