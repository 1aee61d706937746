"""Moving median over a box or a footprint."""

from functools import lru_cache
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit, jit_helper
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.nonfinite.rank_filters import ranked
from imgpipe.kernels.plans.dtypes import Array, exact_cval, loop_dtype
from imgpipe.kernels.plans.plan import Plan, kept_array, planned
from imgpipe.kernels.ranks.boxes import square_box
from imgpipe.kernels.ranks.network import MAXIMUM, MINIMUM, Program, median_program
from imgpipe.kernels.ranks.sliding_histogram import sliding_median
from imgpipe.kernels.ranks.strips import room
from imgpipe.kernels.windows.padding import flat, line_starts, padded
from imgpipe.kernels.windows.passes import Run, long_lines
from imgpipe.kernels.windows.window import Window, window_of

# above so many cells a running histogram is faster than a network
_MOST_CELLS = 343
# a window of more pixels would keep one output busy for minutes
_MOST_EVER = 2**26
# lines of a network are cut to so many bytes, so that its registers stay in cache
_LINE_BYTES = 1024
# below so many bytes a line is too short for a run of its own
_SHORT_LINE_BYTES = 256


def median(
    image: Any,
    size: Any = 3,
    *,
    footprint: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    output: Any = None,
) -> Array:
    """Replace each pixel by the median of a window around it.

    The meaning is that of `scipy.ndimage.median_filter`; the result is exact for every dtype. A
    window with an even number of cells gives the upper of its two middle values.

    Parameters
    ----------
    image : array_like
        1 to 4 axes; bool, integers of 8 to 64 bits, float32 or float64.
    size : int or sequence of int
        Length of the box in pixels, on all axes or on each of `axes`.
    footprint : array_like of bool, optional
        Shape of the window, with one dimension per filtered axis, in the order of `axes`;
        it overrides `size`.
    mode : str or sequence of str
        Border: ``reflect``, ``nearest``, ``mirror``, ``wrap``, ``constant`` or a ``grid-`` alias.
    cval : scalar
        Value outside the image for ``constant``; the image's dtype must be able to hold it.
    origin : int or sequence of int
        Shift of the window; positive values move it towards the start of the axis.
    axes : int or sequence of int, optional
        Axes to filter, all by default; ``axes=(1, 2)`` filters a stack of images one by one.
    output : array or dtype, optional
        Array to fill (it may overlap `image`), or dtype of the result.

    Returns
    -------
    ndarray
        The result, of the image's shape and, by default, dtype.

    Raises
    ------
    InputError
        If an argument cannot be used (a ValueError).
    TypeError
        If a dtype cannot be used; the message names a cast.

    Notes
    -----
    Up to 343 cells, sorting networks over whole lines of pixels (Adams, "Fast median filters using
    separable sorting networks", ACM TOG 2021), written out as loops for square boxes to 15; above,
    a running histogram (Huang, Yang and Tang, "A fast two-dimensional median filtering algorithm",
    IEEE TASSP 1979).

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.kernels import median
    >>> median(np.array([1, 2, 90, 3, 4], np.uint8))
    array([1, 2, 3, 4, 4], dtype=uint8)
    """
    return planned(
        _plan, image, output, size, kept_array(footprint, bool), mode, cval, origin, axes
    )


def _plan(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    _output: np.dtype[Any],
    size: Any,
    footprint: Any,
    mode: Any,
    cval: Any,
    origin: Any,
    axes: Any,
) -> Plan:
    window = window_of(len(shape), size, origin, mode, axes, footprint)
    if window.count > _MOST_EVER:
        raise InputError(
            f"size {size!r} makes a window of {window.count} pixels, over {_MOST_EVER}"
        )
    value = exact_cval(cval, dtype)

    def general(image: Array, out: Array) -> None:
        ranked(image, window, value, out, lines)

    def lines(image: Array, edge: Any, out: Array) -> None:
        long_lines(_line_filter, shape, window, edge)(image, out)

    square = None
    if 0 not in shape and not (window.constant and value != value):
        square = square_box(shape, loop_dtype(dtype), window, value)
    if square is None:
        return Plan(dtype, general)

    def boxes(image: Array, out: Array) -> None:
        # a true result means that there is a NaN somewhere
        if square(image, out):
            general(image, out)

    return Plan(dtype, boxes)


def _line_filter(_shape: tuple[int, ...], window: Window, cval: Any) -> Run:
    def run(image: Array, out: Array) -> bool:
        loop = _network if window.count <= _MOST_CELLS else sliding_median
        loop(image, window, cval, out)
        return False

    return run


def _network(image: Array, window: Window, cval: Any, out: Array) -> None:
    source = padded(image, window, cval)
    shape, pitch = image.shape, source.shape[-1]
    rows = shape[-2] if image.ndim > 1 else 1
    if rows == 1 or shape[-1] * image.itemsize >= _SHORT_LINE_BYTES:
        _run_network(source, window, shape, rows, out.reshape(-1, shape[-1]))
        return
    # in the padded copy the rows of a plane follow one another: they make one long line
    flat_out = np.empty((image.size // (rows * shape[-1]), rows * pitch), image.dtype)
    _run_network(source, window, (*shape[:-2], 1, shape[-1]), 1, flat_out)
    inside = flat_out.reshape(*shape[:-1], pitch)[..., : shape[-1]]
    np.copyto(out, inside)


def _run_network(
    source: Array, window: Window, shape: tuple[int, ...], rows: int, out: Array
) -> None:
    """Run the program over lines of windows that start as those of an image of `shape` do."""
    cells = None if window.footprint is None else window.footprint.tobytes()
    program, lead = _program(window.sizes, cells, rows > 1)
    reach = window.sizes[-1] - 1
    lanes = 64 // source.itemsize
    length = max(_LINE_BYTES // source.itemsize, 4 * reach)
    length = -(-min(length, out.shape[1] + reach) // lanes) * lanes
    pitch = -(-(length + reach) // lanes) * lanes
    registers = program.steps * np.array([1, pitch, pitch, pitch, 1, pitch, 1])
    kind, low, high, a, a_shift, b, b_shift = registers.T
    group = len(program.outputs)
    run_bands(
        _network_lines,
        len(out) // rows * -(-rows // group),
        out.nbytes * len(registers) / 16,
        source.ravel(),
        out,
        line_starts(shape, source.shape),
        rows,
        flat(lead, source.shape),
        np.stack([kind, low, high, a + a_shift, b + b_shift], axis=1).astype(np.uint64),
        program.outputs @ np.array([pitch, 1]),
        program.registers,
        length,
        reach,
        pitch,
    )


@lru_cache(maxsize=64)
def _program(
    sizes: tuple[int, ...], cells: bytes | None, several_rows: bool
) -> tuple[Program, Array]:
    """Build the program of a window, for two rows at once where these share cells.

    The second result has the position, from the window's first corner, of each source line.
    """
    filled = np.ones(sizes, bool) if cells is None else np.frombuffer(cells, bool).reshape(sizes)
    positions = np.argwhere(filled)
    pair = several_rows and sizes[-2] > 1
    step = np.zeros(len(sizes), np.int64)
    if pair:
        step[-2] = 1
    windows = [positions + step * row for row in range(1 + pair)]
    lead = np.unique(np.concatenate(windows)[:, :-1], axis=0)
    number = {tuple(position): line for line, position in enumerate(lead.tolist())}
    program = median_program(
        tuple(tuple((number[tuple(p[:-1])], p[-1]) for p in window.tolist()) for window in windows)
    )
    return program, np.hstack([lead, np.zeros((len(lead), 1), np.int64)])


@jit
def _network_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    starts: Array,
    rows: int,
    sources: Array,
    steps: Array,
    outputs: Array,
    registers: int,
    length: int,
    reach: int,
    pitch: int,
) -> None:
    width = out.shape[1]
    group = outputs.size
    groups = (rows + group - 1) // group
    scratch = room(registers * pitch, x)
    for number in range(start, stop):
        plane = number // groups
        # the last pair of an odd number of rows overlaps the one before
        i = min((number - plane * groups) * group, rows - group)
        line = plane * rows + i
        for first in range(0, width, length - reach):
            for s in range(sources.size):
                part = x[starts[line] + sources[s] + first :]
                register = scratch[s * pitch :]
                for j in range(min(pitch, part.size)):
                    register[j] = part[j]
            _run_steps(scratch, steps, np.uint64(length))
            count = min(length - reach, width - first)
            for g in range(group):
                result = scratch[outputs[g] :]
                target = out[line + g, first:]
                for j in range(count):
                    target[j] = result[j]


@jit_helper
def _run_steps(scratch: Array, steps: Array, length: Any) -> None:
    # unsigned numbers throughout: an index that may be negative costs the vector loop
    for t in range(steps.shape[0]):
        low, high = steps[t, 1], steps[t, 2]
        a, b = steps[t, 3], steps[t, 4]
        if steps[t, 0] == MINIMUM:
            for j in range(length):
                scratch[low + j] = min(scratch[a + j], scratch[b + j])
        elif steps[t, 0] == MAXIMUM:
            for j in range(length):
                scratch[high + j] = max(scratch[a + j], scratch[b + j])
        else:
            for j in range(length):
                p, q = scratch[a + j], scratch[b + j]
                scratch[low + j] = min(p, q)
                scratch[high + j] = max(p, q)
