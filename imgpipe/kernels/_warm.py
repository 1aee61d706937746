"""Compile the kernels ahead of their first use."""

import time

import numpy as np

from imgpipe.kernels.convolve import correlate
from imgpipe.kernels.dilation import dilation
from imgpipe.kernels.erosion import erosion
from imgpipe.kernels.gaussian import gaussian
from imgpipe.kernels.mean import mean
from imgpipe.kernels.median import median

WARM_DTYPES = ("uint8", "uint16", "int16", "float32", "float64")


def warm() -> list[tuple[str, float]]:
    """Compile every loop for the common dtypes and windows into the on-disk cache.

    Returns
    -------
    list of (str, float)
        What was compiled or loaded, and the wall time in seconds.

    Examples
    --------
    >>> from imgpipe.kernels import warm
    >>> timings = warm()  # doctest: +SKIP
    """
    corner = np.eye(3)
    timings = []
    for dtype in WARM_DTYPES:
        image = np.zeros((8, 32), dtype)
        for name, call in (
            ("mean", lambda x: mean(x, 3)),
            ("median 3x3", lambda x: median(x, 3)),
            ("median 5x5", lambda x: median(x, 5)),
            ("median 17x17", lambda x: median(x, 17)),
            ("gaussian", lambda x: gaussian(x, 1.0)),
            ("erosion", lambda x: erosion(x, 3)),
            ("dilation", lambda x: dilation(x, 3)),
            ("correlate", lambda x: correlate(x, corner)),
        ):
            start = time.perf_counter()
            call(image)
            timings.append((f"{name} {dtype}", time.perf_counter() - start))
    return timings
