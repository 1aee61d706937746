"""Pixels to pixels: the filters of `scipy.ndimage`, at speed.

Every function takes an image of 1 to 4 axes and returns one of the same shape. ``KERNELS`` maps the
names to the functions, ``DERIVATIVES`` those of slopes and curvatures; tests, benchmarks and the
command line are driven by both, ``FILTERS``.

A file at the top (``mean.py``) checks arguments and plans; what it runs stands in a folder:

- for all: ``plans`` (dtypes, what a call prepares), ``windows`` (sizes and borders), ``nonfinite``
- mean: ``box``; Gaussian and its derivatives: ``separable``
- convolve, correlate, Sobel, Laplace: ``correlation``, ``separable``
- erosion and dilation: ``extrema``; what is made of them: ``morphology``
- median: ``ranks``
"""

from collections import ChainMap
from collections.abc import Callable
from typing import Any

from imgpipe._common import InputError
from imgpipe._common.registry import Registry, require_callable
from imgpipe._runtime.threads import set_threads, threads
from imgpipe.kernels.convolve import convolve, correlate
from imgpipe.kernels.dilation import dilation
from imgpipe.kernels.erosion import erosion
from imgpipe.kernels.gaussian import gaussian
from imgpipe.kernels.gradient import gradient
from imgpipe.kernels.laplace import gaussian_laplace, laplace
from imgpipe.kernels.mean import mean
from imgpipe.kernels.median import median
from imgpipe.kernels.opening import closing, opening
from imgpipe.kernels.sobel import sobel
from imgpipe.kernels.top_hat import black_tophat, white_tophat
from imgpipe.kernels.warming import warm

DERIVATIVES: dict[str, Callable[..., Any]] = {
    "sobel": sobel,
    "laplace": laplace,
    "gaussian_laplace": gaussian_laplace,
}
"""Slopes and curvatures: they have no window whose size could be chosen."""


def _check(name: str, kernel: Any) -> None:
    if name in DERIVATIVES:
        raise InputError(f"the name {name!r} is taken by another kernel")
    require_callable("kernel", name, kernel, "axes")


KERNELS: Registry[Callable[..., Any]] = Registry(
    "kernel",
    "imgpipe.kernels",
    {
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
    },
    _check,
)

FILTERS: ChainMap[str, Callable[..., Any]] = ChainMap(DERIVATIVES, KERNELS)
"""Both by name, as `learn.Filter` and the command line know them."""
OWN = (*KERNELS.own, *DERIVATIVES)
"""Names of those that are imgpipe's."""


def register(name: str, kernel: Callable[..., Any]) -> None:
    """Add a kernel to `KERNELS`, for this process: `learn.Filter` then knows it by its name.

    A package that is installed adds its kernels by entry points of the group ``imgpipe.kernels``
    instead; then the command line and workers know them too.

    Parameters
    ----------
    name : str
        A name that no kernel has, without spaces and commas.
    kernel : callable
        ``kernel(image, *, axes=None, ...)`` returns an array of the image's shape and slides along
        `axes` only. Its other arguments are the settings that `learn.Filter` takes.

    Raises
    ------
    InputError
        If the name is taken, or the kernel takes no `axes`.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe import kernels
    >>> def inverted(image, *, axes=None):
    ...     return 255 - image
    >>> kernels.register("inverted", inverted)
    >>> kernels.KERNELS["inverted"](np.array([0, 5, 255], np.uint8)).tolist()
    [255, 250, 0]
    >>> del kernels.KERNELS["inverted"]
    """
    KERNELS.register(name, kernel)


__all__ = ["DERIVATIVES", "FILTERS", "KERNELS", "register", "set_threads", "threads", "warm", *OWN]
