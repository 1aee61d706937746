"""Pixels to pixels: the filters of `scipy.ndimage`, at speed.

Every function takes an image of 1 to 4 axes and returns one of the same shape. ``KERNELS`` maps the
names to the functions; tests, benchmarks and the command line are driven by it.

A public file (``mean.py``) checks arguments and plans; files with an underscore hold what it runs:

- for all: ``_arrays`` (dtypes), ``_windows`` (sizes and borders), ``_plans`` (what a call prepares,
  kept), ``_threads`` (bands side by side), ``_finite`` and ``_averaging`` (NaN), ``_jit``
- mean: ``_box`` lays out, ``_box_rows``, ``_box_flat``, ``_box_whole``, ``_box_float`` add,
  ``_box_volumes`` does so for a few planes at a time
- erosion and dilation: ``_extremum`` chooses; ``_box_``, ``_small_`` and ``_footprint_extremum``
  compare
- weighted sums: ``_weighted_plan`` and ``_weighted`` along axes, ``_small_planes`` for stacks;
  ``_blocks``, ``_dense``, ``_dense_near`` and ``_bricks`` tap by tap, ``_upright`` and
  ``_spectrum`` by transform
- median: ``_median_nine`` and ``_straightline`` for small boxes, ``_median_small`` for stacks,
  ``_networks`` for small windows, ``_column_histograms`` and ``_ranked_tiles`` for large ones,
  ``_sliding`` for the rest
"""

from collections.abc import Callable
from typing import Any

from imgpipe._runtime.threads import set_threads, threads
from imgpipe.kernels.convolve import convolve, correlate
from imgpipe.kernels.dilation import dilation
from imgpipe.kernels.erosion import erosion
from imgpipe.kernels.gaussian import gaussian
from imgpipe.kernels.gradient import gradient
from imgpipe.kernels.mean import mean
from imgpipe.kernels.median import median
from imgpipe.kernels.opening import closing, opening
from imgpipe.kernels.top_hat import black_tophat, white_tophat
from imgpipe.kernels.warming import warm

KERNELS: dict[str, Callable[..., Any]] = {
    "mean": mean,
    "median": median,
    "gaussian": gaussian,
    "erosion": erosion,
    "dilation": dilation,
    "opening": opening,
    "closing": closing,
    "gradient": gradient,
    "white_tophat": white_tophat,
    "black_tophat": black_tophat,
    "convolve": convolve,
    "correlate": correlate,
}

__all__ = [
    "KERNELS",
    "black_tophat",
    "closing",
    "convolve",
    "correlate",
    "dilation",
    "erosion",
    "gaussian",
    "gradient",
    "mean",
    "median",
    "opening",
    "set_threads",
    "threads",
    "warm",
    "white_tophat",
]
