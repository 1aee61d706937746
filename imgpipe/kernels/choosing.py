"""Kernels by name, with settings that they take."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError, did_you_mean, unknown_name
from imgpipe._common.registry import settings_of as parameters
from imgpipe.kernels import FILTERS, OWN
from imgpipe.kernels.plans.dtypes import real_cval, real_weights, supported
from imgpipe.kernels.separable.gaussians import gaussian_lines, orders_of
from imgpipe.kernels.windows.window import axis_within, spread, window_of


def kernel_named(name: Any) -> Any:
    """Look a kernel up by its name."""
    if not isinstance(name, str) or name not in FILTERS:
        raise unknown_name("kernel", name, FILTERS)
    return FILTERS[name]


def settings_of(name: Any) -> Mapping[str, inspect.Parameter] | None:
    """Give the settings that a kernel takes; None where it is unknown, or takes any."""
    if not isinstance(name, str) or name not in FILTERS:
        return None
    return parameters(FILTERS[name])


def defaults_of(name: Any) -> dict[str, Any]:
    """Give the settings of a kernel that have a default, with it."""
    known = (settings_of(name) or {}).items()
    return {key: each.default for key, each in known if each.default is not each.empty}


def check_settings(name: Any, settings: Mapping[str, Any]) -> None:
    """Refuse settings that the kernel does not take; an unknown kernel is refused when used."""
    known = settings_of(name)
    if known is None:
        return
    for key in settings:
        if key not in known:
            takes = ", ".join(known) or "none"
            raise InputError(
                f"{name} takes no setting {key!r}; it takes {takes}{did_you_mean(key, known)}"
            )
    if isinstance(settings.get("output"), np.ndarray):
        raise InputError("output is an array, which all images would share; give a dtype, or none")


def require_settings(name: str, given: Mapping[str, Any]) -> None:
    """Refuse settings that lack one which the kernel needs, or hold one that would do nothing."""
    for key, parameter in (settings_of(name) or {}).items():
        if parameter.default is parameter.empty and key not in given:
            raise InputError(f"{name} needs {key}: Filter({name!r}, {key}=...)")
    modes = given.get("mode", "reflect")
    constant = {"constant", "grid-constant"} & {*([modes] if isinstance(modes, str) else modes)}
    if "cval" in given and not constant:
        raise InputError(
            f"{name}: cval is the value beyond the border of mode='constant', and mode is {modes!r}"
        )


def extent_of(name: str, settings: Mapping[str, Any], ndim: int) -> tuple[int, ...] | None:
    """Check the values of settings, and say how long the window is along each axis.

    Parameters
    ----------
    name : str
        A kernel.
    settings : dict
        That it takes (`check_settings`).
    ndim : int
        Number of axes that it slides along.

    Returns
    -------
    tuple of int or None
        None for a kernel of another package, whose settings mean what it likes.

    Raises
    ------
    InputError
        For a value that the kernel refuses, whatever the image.
    """
    if name not in OWN:
        return None
    given = {**defaults_of(name), **settings}
    try:
        if given["output"] is not None:
            supported(np.dtype(given["output"]), "output")
        real_cval(given["cval"])
        return _lengths(given, ndim)
    except InputError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name}: {error}") from None


def _lengths(given: Mapping[str, Any], ndim: int) -> tuple[int, ...]:
    """Lengths of the window, by the ways in which kernels are told of it."""
    every, origin, mode = tuple(range(ndim)), given.get("origin", 0), given["mode"]
    if "weights" in given:
        return spread(ndim, every, real_weights(given["weights"], ndim).shape, origin, mode).sizes
    if "sigma" in given:
        # without an order it is that of the Laplacian, which differentiates along each axis
        orders = orders_of(given.get("order", 2), ndim)
        lines = gaussian_lines(given["sigma"], given["truncate"], given["radius"], ndim, orders)
        return spread(ndim, every, [line.size for line in lines], origin, mode).sizes
    if "size" not in given:
        axis_within(given.get("axis", -1), ndim)
        return spread(ndim, every, [3] * ndim, origin, mode).sizes
    return window_of(ndim, given["size"], origin, mode, None, given.get("footprint")).sizes
