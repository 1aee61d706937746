"""Passes of a filter over an image: axes one by one or two at once, along lines long enough."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.windows.borders import border_table
from imgpipe.kernels.windows.window import Window

# run(image, out) filters a C-ordered image; what a true result means, each loop says
Run = Callable[[Array, Array], bool]

# lines shorter than this are not worth a vector loop: a longer axis is moved to the end
_SHORT = 16


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
    identity = border_table(shape[1], 0, 1, "reflect"), border_table(shape[2], 0, 1, "reflect")
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
    build: Callable[..., Run], shape: tuple[int, ...], window: Window, *arguments: Any
) -> Run:
    """Return ``build(shape, window, *arguments)``, a long axis moved to the end if need be.

    A colour image has lines of three: its columns then make the vectors.
    """
    order = _long_axis_last(shape, window)
    if order is None:
        return build(shape, window, *arguments)
    turned = tuple(shape[axis] for axis in order)
    return transposed(order, build(turned, window.reordered(order), *arguments))


def _long_axis_last(shape: tuple[int, ...], window: Window) -> list[int] | None:
    """Return the order of axes in which lines are long; None where they are, or none is longer.

    The axis is one that is filtered: floats are added up in this order, and an image must come out
    the same however many there are in its stack.
    """
    filtered = [axis for axis, k in enumerate(window.sizes) if k > 1]
    longest = max(filtered, key=shape.__getitem__, default=int(np.argmax(shape)))
    if shape[-1] >= _SHORT or shape[longest] < 2 * shape[-1]:
        return None
    return [axis for axis in range(len(shape)) if axis != longest] + [longest]


def transposed(order: Sequence[int], run: Run) -> Run:
    """Return what filters an image by running `run` on it with its axes in another order."""
    back = np.argsort(order)

    def run_transposed(image: Array, out: Array) -> bool:
        source = np.ascontiguousarray(image.transpose(order))
        result = np.empty(source.shape, out.dtype)
        answer = run(source, result)
        np.copyto(out, result.transpose(back))
        return answer

    return run_transposed


def in_turn(runs: Sequence[Run], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Run:
    """Return what filters an image by one run after the other, through arrays of `dtype`."""
    if len(runs) == 1:
        return runs[0]

    def run_in_turn(image: Array, out: Array) -> bool:
        answer = False
        for number, run in enumerate(runs, 1):
            result = out if number == len(runs) else np.empty(shape, dtype)
            answer |= run(image, result)
            image = result
        return answer

    return run_in_turn
