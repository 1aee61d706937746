"""Plans: what a call does before its first pixel, done once for a shape and kept.

Checking arguments and laying out borders takes longer than filtering a small image, and data sets
are made of images of one size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import is_
from typing import Any

import numpy as np

from imgpipe.kernels.plans.dtypes import Array, as_bits, as_image, deliver, output_dtype, target


@dataclass(frozen=True, slots=True)
class Plan:
    """How to filter images of one shape and dtype.

    ``run(image, out)`` writes an array `out` of the given dtype; `image` is C-ordered and native,
    and does not overlap `out`. Both are bytes where their dtype is bool.
    """

    dtype: np.dtype[Any]
    run: Callable[[Array, Array], None]


@dataclass(frozen=True, eq=False)
class KeptArray:
    """A footprint or weights by value, so that plans for them are found again."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    bytes: bytes

    def array(self) -> Array:
        """Return the values, read-only."""
        return np.frombuffer(self.bytes, self.dtype).reshape(self.shape)


# equal arrays are one object, told from others without a look at their values
_kept_array = lru_cache(maxsize=512)(KeptArray)


def kept_array(values: Any, dtype: Any = None) -> Any:
    """Return `values` as an array that can be hashed, or as they are where they make none."""
    if values is None:
        return None
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        return values
    array = array.astype(dtype or array.dtype, copy=False)
    return _kept_array(array.shape, array.dtype, array.tobytes())


# build(shape, dtype, output dtype, *arguments) checks the arguments and returns the plan
Build = Callable[..., Plan]


def planned(build: Build, image: Any, output: Any, *arguments: Any) -> Array:
    """Filter `image` by the plan for its shape and dtype; fill `output` or make a new array."""
    image = as_image(image)
    dtype = output_dtype(output, image)
    plan = plan_of(build, image.shape, image.dtype, dtype, *arguments)
    out = target(output, image, plan.dtype)
    if image.size:
        if image.dtype.kind == "b":
            plan.run(as_bits(image), as_bits(out))
        else:
            plan.run(image, out)
    return deliver(out, output, dtype)


# the plan of each kernel's last call, and what it was made for: found again in a third of the time
_Call = tuple[tuple[int, ...], np.dtype[Any], np.dtype[Any], tuple[Any, ...], Plan]
_last: dict[Build, _Call] = {}


def plan_of(
    build: Build, shape: tuple[int, ...], dtype: np.dtype[Any], out: np.dtype[Any], *arguments: Any
) -> Plan:
    """Return a kept plan, or build it; arguments that cannot be hashed are planned every time."""
    last = _last.get(build)
    alike = last is not None and last[1] is dtype and last[2] is out and last[0] == shape
    # the very same objects, not equal ones: 3, 3.0 and True are equal
    if last is not None and alike and all(map(is_, arguments, last[3])):
        return last[4]
    try:
        hash(arguments)
    except TypeError:
        return build(shape, dtype, out, *arguments)
    finer = tuple([_kind(a) for a in arguments if isinstance(a, _FINER)])
    plan = _kept(build, shape, dtype, out, finer, *arguments)
    _last[build] = shape, dtype, out, arguments, plan
    return plan


# where equal keys may differ in more than their type
_FINER = (tuple, float, np.floating)


def _kind(value: Any) -> Any:
    """What tells equal keys apart: 3, 3.0 and True in a tuple, and the sign of a zero."""
    if isinstance(value, tuple):
        return tuple([_kind(item) for item in value])
    signed = isinstance(value, _FINER) and value == 0
    return type(value), str(value) if signed else ""


# typed, since 3, 3.0 and True are equal as keys
@lru_cache(maxsize=512, typed=True)
def _kept(
    build: Build,
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    out: np.dtype[Any],
    _finer: tuple[Any, ...],
    *arguments: Any,
) -> Plan:
    return build(shape, dtype, out, *arguments)
