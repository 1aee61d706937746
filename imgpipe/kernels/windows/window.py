"""Windows and borders: size, origin, mode, footprint and axes, checked and spread over an image.

A window of length k on an axis covers the k cells from ``i - before`` on, with SciPy's centre
``before = k // 2 + origin``. Positions outside the image are looked up in a table per axis.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import index
from typing import Any, TypeVar

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.plans.dtypes import Array

T = TypeVar("T")

MODES = {
    "reflect": "reflect",
    "nearest": "nearest",
    "mirror": "mirror",
    "wrap": "wrap",
    "constant": "constant",
    "grid-mirror": "reflect",
    "grid-wrap": "wrap",
    "grid-constant": "constant",
}

# longer windows are a slip of the keyboard, and would fill memory with border
LONGEST = 2**16

# lines shorter than this are not worth a vector loop: a longer axis is moved to the end
_SHORT = 16


@dataclass(frozen=True)
class Window:
    """A window over every axis of an image; `cells` is None where the window is a full box."""

    sizes: tuple[int, ...]
    before: tuple[int, ...]
    modes: tuple[str, ...]
    cells: Array | None = None
    axes: tuple[int, ...] | None = None  # those of the image as given, where they were reordered

    def mirrored(self) -> "Window":
        """Return the window turned by half a circle: each cell lies on the other side."""
        before = tuple(k - 1 - b for k, b in zip(self.sizes, self.before, strict=True))
        cells = None if self.cells is None else np.flip(self.cells)
        return replace(self, before=before, cells=cells)

    def reordered(self, order: Sequence[int]) -> "Window":
        """Return the window of an image whose axes were transposed to `order`."""
        return Window(
            tuple(self.sizes[a] for a in order),
            tuple(self.before[a] for a in order),
            tuple(self.modes[a] for a in order),
            None if self.cells is None else self.cells.transpose(order),
            tuple(order),
        )

    def ordered(self, values: Sequence[T]) -> list[T]:
        """Return one value per axis, given for the axes of the image before any reordering."""
        return [values[a] for a in self.axes] if self.axes else list(values)

    def table(self, axis: int, length: int) -> Array:
        """Source index of each position the window can reach along one axis, -1 for `cval`."""
        return _table(length, self.before[axis], self.sizes[axis], self.modes[axis])

    @property
    def count(self) -> int:
        """Number of cells."""
        return math.prod(self.sizes) if self.cells is None else int(np.count_nonzero(self.cells))

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
        cells = _cells(footprint, len(chosen))
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
    cells: Array | None = None,
) -> Window:
    """Return the window over all axes, with length 1 on those that are not filtered."""
    origins = [whole(o, "origin") for o in per_axis(origin, "origin", len(axes))]
    modes = [_mode(m) for m in per_axis(mode, "mode", len(axes))]
    full_sizes, before, full_modes = [1] * ndim, [0] * ndim, ["reflect"] * ndim
    for axis, k, o, m in zip(axes, sizes, origins, modes, strict=True):
        if not 0 <= k // 2 + o < k:
            low, high = -(k // 2), (k - 1) // 2
            raise InputError(
                f"origin must lie between {low} and {high} for a window of {k}, got {o}"
            )
        full_sizes[axis], before[axis], full_modes[axis] = k, k // 2 + o, m
    if cells is not None:
        cells = over_all_axes(cells, axes, ndim)
    return Window(tuple(full_sizes), tuple(before), tuple(full_modes), cells)


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


@lru_cache(maxsize=256)
def _table(length: int, before: int, size: int, mode: str) -> Array:
    """Source index of positions ``-before`` to ``length + size - 2 - before``; -1 is outside."""
    position = np.arange(-before, length + size - 1 - before)
    if mode == "nearest":
        return np.clip(position, 0, length - 1)
    if mode == "wrap":
        return position % length
    if mode == "constant":
        return np.where((position < 0) | (position >= length), -1, position)
    # "reflect" repeats the edge pixel and has period 2n; "mirror" does not and has 2n - 2
    period = 2 * length if mode == "reflect" else max(2 * length - 2, 1)
    turned = position % period
    return np.minimum(turned, period - turned - (mode == "reflect"))


@dataclass(frozen=True)
class Pass:
    """One pass of a separable filter over planes (outer, n, inner): rows, then columns.

    `rows` and `columns` are the index tables, `above` and `before` their entries of row 0 and
    column 0, `k0` and `k1` the lengths of the window, the axes those of the image (None where
    that direction is not filtered).
    """

    shape: tuple[int, int, int]
    row_axis: int | None
    column_axis: int | None
    rows: Array
    columns: Array
    above: int
    before: int
    k0: int
    k1: int

    @property
    def lines(self) -> int:
        return self.shape[0] * self.shape[1]


def sides_of(columns: Array, width: int, before: int, reach: int) -> Array:
    """Columns under the windows that reach beyond the first one, then beyond the last one."""
    after = reach - before
    left = columns[: before + reach if before else 0]
    return np.concatenate([left, columns[width - after :] if after else columns[:0]])


def passes(shape: tuple[int, ...], window: Window) -> list[Pass]:
    """Split a separable filter into passes: leading axes one by one, then the last two at once."""
    last = len(shape) - 1
    active = [axis for axis, k in enumerate(window.sizes) if k > 1]
    steps = []
    for axis in active:
        if axis < last - 1:
            plane = (math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))
            steps.append(_pass(plane, axis, None, window))
    if not steps or {last - 1, last} & set(active):
        plane = (math.prod(shape[:-2]), shape[-2] if last else 1, shape[-1])
        row_axis = last - 1 if last - 1 in active else None
        column_axis = last if last in active else None
        if row_axis is not None and column_axis is not None and _mostly_border(plane, window):
            steps.append(_pass(plane, row_axis, None, window))
            row_axis = None
        steps.append(_pass(plane, row_axis, column_axis, window))
    return steps


def _mostly_border(plane: tuple[int, int, int], window: Window) -> bool:
    """True where a plane with both borders around it is far larger than with one at a time."""
    return window.sizes[-2] > plane[1] and window.sizes[-1] > plane[2]


def _pass(
    shape: tuple[int, int, int], row_axis: int | None, column_axis: int | None, window: Window
) -> Pass:
    identity = _table(shape[1], 0, 1, "reflect"), _table(shape[2], 0, 1, "reflect")
    return Pass(
        shape,
        row_axis,
        column_axis,
        rows=identity[0] if row_axis is None else window.table(row_axis, shape[1]),
        columns=identity[1] if column_axis is None else window.table(column_axis, shape[2]),
        k0=1 if row_axis is None else window.sizes[row_axis],
        k1=1 if column_axis is None else window.sizes[column_axis],
        above=0 if row_axis is None else window.before[row_axis],
        before=0 if column_axis is None else window.before[column_axis],
    )


def long_lines(
    image: Array, window: Window, compute: Callable[[Array, Window, Array], None], out: Array
) -> None:
    """Run `compute` on the image, with its longest axis moved to the end where lines are short.

    A colour image has lines of three: its columns then make the vectors.
    """
    longest = int(np.argmax(image.shape))
    if image.shape[-1] >= _SHORT or image.shape[longest] < 2 * image.shape[-1]:
        compute(image, window, out)
        return
    order = [a for a in range(image.ndim) if a != longest] + [longest]
    result = np.empty([image.shape[a] for a in order], out.dtype)
    compute(np.ascontiguousarray(image.transpose(order)), window.reordered(order), result)
    np.copyto(out, result.transpose(np.argsort(order)))


def _cells(footprint: Any, ndim: int) -> Array:
    cells = np.asarray(footprint)
    if cells.dtype.kind not in "biuf" or cells.ndim != ndim:
        raise InputError(
            f"footprint must be a boolean array with one dimension per filtered axis ({ndim}), "
            f"got shape {cells.shape} and dtype {cells.dtype}"
        )
    cells = cells.astype(bool)
    if not cells.any():
        raise InputError("footprint must have at least one nonzero cell")
    return cells


def _mode(mode: Any) -> str:
    if not isinstance(mode, str) or mode not in MODES:
        raise InputError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    return MODES[mode]


def whole(value: Any, name: str) -> int:
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        return index(value)
    except TypeError:
        raise InputError(f"{name} must be an integer, got {value!r}") from None
