"""A pytest plugin that puts our kernels in SciPy's place: ``pytest -p scipy_by_imgpipe``.

`scipy.ndimage` gets thin translations to `imgpipe.kernels` before its tests are imported. What
each test did, and whether it met one of ours at all, goes to the file named by SCIPY_BY_IMGPIPE.
"""

import functools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from scipy._lib import _array_api

from imgpipe import kernels

met: list[str] = []
cases: dict[str, dict[str, Any]] = {}


class RefusedError(ValueError, RuntimeError):
    """Our ValueError; SciPy raises a RuntimeError for some of the same mistakes."""


class NotOfferedError(NotImplementedError):
    """SciPy's argument has no counterpart here."""


def offered(**others: Any) -> None:
    """Stop where an argument that we lack is used."""
    for name, value in others.items():
        if value is not None:
            raise NotOfferedError(name)


def ours(name: str, *images: Any, **options: Any) -> Any:
    """Call the kernel; `None` stands for our default."""
    options = {key: value for key, value in options.items() if value is not None}
    try:
        return getattr(kernels, name)(*images, **options)
    except ValueError as error:
        raise RefusedError(str(error)) from error


def border(mode: Any, cval: Any, output: Any) -> dict[str, Any]:
    return {"mode": mode, "cval": cval, "output": output}


def uniform_filter(input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    return ours("mean", input, size, origin=origin, axes=axes, **border(mode, cval, output))


def uniform_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return uniform_filter(input, size, output, mode, cval, origin, axes=(axis,))


def median_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    options = {"size": size, "footprint": footprint, "origin": origin, "axes": axes}
    return ours("median", input, **options, **border(mode, cval, output))


def gaussian_filter(
    input, sigma, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *,
    radius=None, axes=None,
):  # fmt: skip
    if output is None and np.any(np.asarray(order) != 0):
        # ours is a float for integers
        output = np.asarray(input).dtype
    options = {"order": order, "truncate": truncate, "radius": radius, "axes": axes}
    return ours("gaussian", input, sigma, **options, **border(mode, cval, output))


def sobel(input, axis=-1, output=None, mode="reflect", cval=0.0):
    output = np.asarray(input).dtype if output is None else output
    return ours("sobel", input, axis, **border(mode, cval, output))


def laplace(input, output=None, mode="reflect", cval=0.0, *, axes=None):
    output = np.asarray(input).dtype if output is None else output
    return ours("laplace", input, axes=axes, **border(mode, cval, output))


def gaussian_laplace(
    input, sigma, output=None, mode="reflect", cval=0.0, *, axes=None, **options
):  # fmt: skip
    output = np.asarray(input).dtype if output is None else output
    return ours(
        "gaussian_laplace", input, sigma, axes=axes, **options, **border(mode, cval, output)
    )


def gaussian_filter1d(
    input, sigma, axis=-1, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *,
    radius=None,
):  # fmt: skip
    return gaussian_filter(
        input, sigma, order, output, mode, cval, truncate, radius=radius, axes=(axis,)
    )


def _sums(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def nd(input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
        return ours(name, input, weights, origin=origin, axes=axes, **border(mode, cval, output))

    def one(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
        return nd(input, weights, output, mode, cval, origin, axes=(axis,))

    return nd, one


def _morphology(name: str) -> Callable[..., Any]:
    def function(
        input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0,
        origin=0, *, axes=None,
    ):  # fmt: skip
        if structure is not None:
            # a structure of zeros is the footprint of its shape
            offered(structure=structure if np.any(structure) else None)
            footprint = np.ones(np.shape(structure)) if footprint is None else footprint
        options = {"size": size, "footprint": footprint, "origin": origin, "axes": axes}
        return ours(name, input, **options, **border(mode, cval, output))

    return function


def minimum_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    options = {"size": size, "footprint": footprint, "origin": origin, "axes": axes}
    return ours("erosion", input, **options, **border(mode, cval, output))


def maximum_filter(
    input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Dilation with its window turned about the pixel, and the origin with it."""
    count = np.ndim(input) if axes is None else np.size(axes)
    lengths = np.shape(footprint) if footprint is not None else np.ravel(size)
    lengths = tuple(lengths) * (count if len(lengths) == 1 else 1)
    if np.ndim(origin) == 0 or np.size(origin) == len(lengths):
        shifts = np.broadcast_to(origin, (len(lengths),))
        origin = [int(-o - (k % 2 == 0)) for o, k in zip(shifts, lengths, strict=True)]
    footprint = None if footprint is None else np.flip(footprint)
    options = {"size": size, "footprint": footprint, "origin": origin, "axes": axes}
    return ours("dilation", input, **options, **border(mode, cval, output))


def minimum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return minimum_filter(input, size, None, output, mode, cval, origin, axes=(axis,))


def maximum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return maximum_filter(input, size, None, output, mode, cval, origin, axes=(axis,))


correlate, correlate1d = _sums("correlate")
convolve, convolve1d = _sums("convolve")
TRANSLATED = {
    "uniform_filter": uniform_filter,
    "uniform_filter1d": uniform_filter1d,
    "median_filter": median_filter,
    "gaussian_filter": gaussian_filter,
    "gaussian_filter1d": gaussian_filter1d,
    "sobel": sobel,
    "laplace": laplace,
    "gaussian_laplace": gaussian_laplace,
    "minimum_filter": minimum_filter,
    "minimum_filter1d": minimum_filter1d,
    "maximum_filter": maximum_filter,
    "maximum_filter1d": maximum_filter1d,
    "correlate": correlate,
    "correlate1d": correlate1d,
    "convolve": convolve,
    "convolve1d": convolve1d,
    "grey_erosion": _morphology("erosion"),
    "grey_dilation": _morphology("dilation"),
    "grey_opening": _morphology("opening"),
    "grey_closing": _morphology("closing"),
    "morphological_gradient": _morphology("gradient"),
    "white_tophat": _morphology("white_tophat"),
    "black_tophat": _morphology("black_tophat"),
}


def put_in_place(name: str, translated: Callable[..., Any]) -> None:
    """Replace SciPy's function, and note each call."""
    theirs = getattr(ndi, name)

    @functools.wraps(translated)
    def noted(*args: Any, **options: Any) -> Any:
        met.append(name)
        return translated(*args, **options)

    noted.__name__ = name
    # SciPy looks up which array libraries a tested function takes
    table = _array_api.xp_capabilities_table
    if theirs in table:
        table[noted] = table[theirs]
    setattr(ndi, name, noted)


def pytest_configure() -> None:
    """Replace SciPy's functions; only a plugin comes here, not whoever imports this file."""
    for name, function in TRANSLATED.items():
        put_in_place(name, function)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Forget what an earlier test called."""
    met.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    """Note what became of a test that called one of ours."""
    report = yield
    if report.when == "call" and met:
        name = item.nodeid.split("/")[-1].split("::", 1)[1].replace("-numpy", "")
        words = str(call.excinfo.value).strip().splitlines() if call.excinfo else []
        kind = call.excinfo.typename if call.excinfo else ""
        cases[name] = {
            "outcome": report.outcome,
            "called": sorted(set(met)),
            "error": f"{kind}: {' '.join(words)[:300]}" if kind else "",
        }
    return report


def pytest_sessionfinish() -> None:
    """Write all that was noted."""
    Path(os.environ["SCIPY_BY_IMGPIPE"]).write_text(json.dumps(cases, indent=1))
