"""Windows: size, origin, mode, footprint and axes, checked and spread over an image.

A window of length k on an axis covers the k cells from ``i - before`` on, with SciPy's centre
``before = k // 2 + origin``. Positions outside the image are looked up in a table per axis.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import index
from typing import Any, TypeVar

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.plans.plan import KeptArray
from imgpipe.kernels.windows.borders import border_table, mode_of

T = TypeVar("T")

# longer windows are a slip of the keyboard, and would fill memory with border
LONGEST = 2**16


@dataclass(frozen=True)
class Window:
    """A window over every axis of an image; `footprint` is None where it is a full box."""

    sizes: tuple[int, ...]
    before: tuple[int, ...]
    modes: tuple[str, ...]
    footprint: Array | None = None
    axes: tuple[int, ...] | None = None  # those of the image as given, where they were reordered

    def mirrored(self) -> "Window":
        """Return the window turned by half a circle: each cell lies on the other side."""
        before = tuple(k - 1 - b for k, b in zip(self.sizes, self.before, strict=True))
        footprint = None if self.footprint is None else np.flip(self.footprint)
        return replace(self, before=before, footprint=footprint)

    def reordered(self, order: Sequence[int]) -> "Window":
        """Return the window of an image whose axes were transposed to `order`."""
        return Window(
            tuple(self.sizes[a] for a in order),
            tuple(self.before[a] for a in order),
            tuple(self.modes[a] for a in order),
            None if self.footprint is None else self.footprint.transpose(order),
            tuple(self.ordered(range(len(order)))[a] for a in order),
        )

    def ordered(self, values: Sequence[T]) -> list[T]:
        """Return one value per axis, given for the axes of the image before any reordering."""
        return [values[a] for a in self.axes] if self.axes else list(values)

    def along(self, axis: int, cells: Array) -> "Window | None":
        """Return some cells of the line along one axis; None where there are none."""
        if not cells.any():
            return None
        line = [k if a == axis else 1 for a, k in enumerate(self.sizes)]
        before = [b if a == axis else 0 for a, b in enumerate(self.before)]
        return Window(tuple(line), tuple(before), self.modes, cells.reshape(line))

    def table(self, axis: int, length: int) -> Array:
        """Source index of each position the window can reach along one axis, -1 for `cval`."""
        return border_table(length, self.before[axis], self.sizes[axis], self.modes[axis])

    @property
    def count(self) -> int:
        """Number of cells."""
        if self.footprint is None:
            return math.prod(self.sizes)
        return int(np.count_nonzero(self.footprint))

    @property
    def constant(self) -> bool:
        """True where `cval` can be read."""
        return "constant" in self.modes


def window_of(
    ndim: int, size: Any, origin: Any, mode: Any, axes: Any, footprint: Any = None
) -> Window:
    """Check the arguments that shape a window and spread them over all axes of the image."""
    chosen = axes_of(axes, ndim)
    cells = None
    if footprint is not None:
        cells = _footprint(footprint, len(chosen))
        sizes = list(cells.shape)
    else:
        sizes = [whole(k, "size") for k in per_axis(size, "size", len(chosen))]
        for k in sizes:
            if k < 1:
                raise InputError(f"size must be at least 1 on each axis, got {size!r}")
            check_length(k, "size", size)
    return spread(ndim, chosen, sizes, origin, mode, cells)


def check_length(length: float, name: str, given: Any) -> None:
    """Refuse a window that is longer than any image it could be meant for."""
    if length > LONGEST:
        raise InputError(
            f"{name} {given!r} makes a window longer than {LONGEST} pixels, the most there may be"
        )


def spread(
    ndim: int,
    axes: tuple[int, ...],
    sizes: Sequence[int],
    origin: Any,
    mode: Any,
    footprint: Array | None = None,
) -> Window:
    """Return the window over all axes, with length 1 on those that are not filtered."""
    origins = [whole(o, "origin") for o in per_axis(origin, "origin", len(axes))]
    modes = [mode_of(m) for m in per_axis(mode, "mode", len(axes))]
    full_sizes, before, full_modes = [1] * ndim, [0] * ndim, ["reflect"] * ndim
    for axis, k, o, m in zip(axes, sizes, origins, modes, strict=True):
        if not 0 <= k // 2 + o < k:
            low, high = -(k // 2), (k - 1) // 2
            raise InputError(
                f"origin must lie between {low} and {high} for a window of {k}, got {o}"
            )
        full_sizes[axis], before[axis], full_modes[axis] = k, k // 2 + o, m
    if footprint is not None:
        footprint = over_all_axes(footprint, axes, ndim)
    return Window(tuple(full_sizes), tuple(before), tuple(full_modes), footprint)


def over_all_axes(cells: Array, axes: tuple[int, ...], ndim: int) -> Array:
    """Return `cells`, whose dimensions belong to `axes`, with one dimension for every axis."""
    ordered = cells.transpose(np.argsort(axes))
    return ordered.reshape([cells.shape[axes.index(a)] if a in axes else 1 for a in range(ndim)])


def axes_of(axes: Any, ndim: int) -> tuple[int, ...]:
    """Return `axes` as distinct non-negative integers; None is all of them."""
    if axes is None:
        return tuple(range(ndim))
    given = list(axes) if isinstance(axes, (tuple, list, np.ndarray, range)) else [axes]
    numbers = [whole(a, "axes") for a in given]
    for a in numbers:
        if not -ndim <= a < ndim:
            raise InputError(f"axes must lie between {-ndim} and {ndim - 1}, got {axes!r}")
    numbers = [a % ndim for a in numbers]
    if len(set(numbers)) < len(numbers):
        raise InputError(f"axes must be distinct, got {axes!r}")
    return tuple(numbers)


def axis_within(axis: Any, count: int) -> int:
    """Return an axis, which is one of `count`, as a non-negative integer."""
    number = whole(axis, "axis")
    if not -count <= number < count:
        raise InputError(
            f"axis must lie between {-count} and {count - 1}, a place among the axes that are "
            f"filtered, got {axis!r}"
        )
    return number % count


def per_axis(value: Any, name: str, count: int) -> list[Any]:
    """Return one value per filtered axis from a scalar or a sequence of that length."""
    if isinstance(value, str) or not hasattr(value, "__len__") or np.ndim(value) == 0:
        return [value] * count
    table = isinstance(value, np.ndarray) and value.ndim > 1
    if table or len(value) != count:
        found = f"an array of shape {value.shape}" if table else repr(value)
        raise InputError(
            f"{name} must be one value or one per filtered axis ({count}), got {found}"
        )
    return list(value)


def _footprint(footprint: Any, ndim: int) -> Array:
    cells = footprint.array() if isinstance(footprint, KeptArray) else np.asarray(footprint)
    if cells.dtype.kind not in "biuf" or cells.ndim != ndim:
        raise InputError(
            f"footprint must be a boolean array with one dimension per filtered axis ({ndim}), "
            f"got shape {cells.shape} and dtype {cells.dtype}"
        )
    cells = cells.astype(bool)
    if not cells.any():
        raise InputError("footprint must have at least one nonzero cell")
    return cells


def whole(value: Any, name: str) -> int:
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        return index(value)
    except TypeError:
        raise InputError(f"{name} must be an integer, got {value!r}") from None
