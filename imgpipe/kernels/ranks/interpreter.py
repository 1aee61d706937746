"""The median of any small window: a selection network as a program, and what runs it.

A program is data, so that one compiled loop serves every window of a dtype.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe._runtime.threads import run_bands
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.ranks.network import MAXIMUM, MINIMUM, Network, median_network
from imgpipe.kernels.ranks.strips import aligned_empty
from imgpipe.kernels.windows.padding import flat, line_starts, padded
from imgpipe.kernels.windows.window import Window

# lines of a network are cut to so many bytes, so that its registers stay in cache
_LINE_BYTES = 1024
# below so many bytes a line is too short for a run of its own
_SHORT_LINE_BYTES = 256
# beside the kinds of a network's steps: both of the same two values
_BOTH = 2


@dataclass(frozen=True)
class Program:
    """Steps over registers of lines.

    `steps` has rows (kind, register out, second register out, register a, shift a, register b,
    shift b); the first registers hold the source lines, which begin at `sources`, positions from
    the window's first corner. `outputs` are (register, shift) of the medians, one row for each
    line of windows that a run yields.
    """

    steps: Array
    registers: int
    outputs: Array
    sources: Array


class Lines(NamedTuple):
    """How the lines of an image and of the registers lie in memory."""

    rows: int  # of a plane
    registers: int
    pitch: int  # from register to register
    length: int  # pixels of a line that are compared
    reach: int  # of which the last so many have no window


def network_median(image: Array, window: Window, cval: Any, out: Array) -> None:
    """Write the upper median of every window of an image without NaN."""
    source = padded(image, window, cval)
    shape, pitch = image.shape, source.shape[-1]
    rows = shape[-2] if image.ndim > 1 else 1
    if rows == 1 or shape[-1] * image.itemsize >= _SHORT_LINE_BYTES:
        _filter_lines(source, window, shape, rows, out.reshape(-1, shape[-1]))
        return
    # in the padded copy the rows of a plane follow one another: they make one long line
    flat_out = np.empty((image.size // (rows * shape[-1]), rows * pitch), image.dtype)
    _filter_lines(source, window, (*shape[:-2], 1, shape[-1]), 1, flat_out)
    inside = flat_out.reshape(*shape[:-1], pitch)[..., : shape[-1]]
    np.copyto(out, inside)


def _filter_lines(
    source: Array, window: Window, shape: tuple[int, ...], rows: int, out: Array
) -> None:
    """Filter lines of windows that start as those of an image of `shape` do."""
    footprint = None if window.footprint is None else window.footprint.tobytes()
    program = _program(window.sizes, footprint, rows > 1)
    reach = window.sizes[-1] - 1
    lanes = 64 // source.itemsize
    length = max(_LINE_BYTES // source.itemsize, 4 * reach)
    length = -(-min(length, out.shape[1] + reach) // lanes) * lanes
    pitch = -(-(length + reach) // lanes) * lanes
    places = program.steps * np.array([1, pitch, pitch, pitch, 1, pitch, 1])
    kind, low, high, a, a_shift, b, b_shift = places.T
    run_bands(
        _network_lines,
        len(out) // rows * -(-rows // len(program.outputs)),
        out.nbytes * len(program.steps) / 16,
        source.ravel(),
        out,
        line_starts(shape, source.shape),
        flat(program.sources, source.shape),
        np.stack([kind, low, high, a + a_shift, b + b_shift], axis=1).astype(np.uint64),
        program.outputs @ np.array([pitch, 1]),
        np.array(Lines(rows, program.registers, pitch, length, reach)),
    )


@jit
def _network_lines(
    start: int,
    stop: int,
    x: Array,
    out: Array,
    starts: Array,
    sources: Array,
    steps: Array,
    outputs: Array,
    layout: Array,
) -> None:
    """Write groups `start` to `stop` of as many lines as there are outputs, laid out as `Lines`."""
    rows, registers, pitch, length, reach = layout
    width, group = out.shape[1], outputs.size
    groups = (rows + group - 1) // group
    scratch = aligned_empty(registers * pitch, x)
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


@jit_helper(inline=True)
def _run_steps(scratch: Array, steps: Array, length: Any) -> None:
    # unsigned numbers throughout: an index that may be negative costs the vector loop
    for t in range(steps.shape[0]):
        kind, low, high, a, b = steps[t, 0], steps[t, 1], steps[t, 2], steps[t, 3], steps[t, 4]
        if kind == MINIMUM:
            for j in range(length):
                scratch[low + j] = min(scratch[a + j], scratch[b + j])
        elif kind == MAXIMUM:
            for j in range(length):
                scratch[high + j] = max(scratch[a + j], scratch[b + j])
        else:
            for j in range(length):
                p, q = scratch[a + j], scratch[b + j]
                scratch[low + j] = min(p, q)
                scratch[high + j] = max(p, q)


@lru_cache(maxsize=64)
def _program(sizes: tuple[int, ...], footprint: bytes | None, several_rows: bool) -> Program:
    """Build the program of a window, for two rows at once where these share cells."""
    filled = np.ones(sizes, bool)
    if footprint is not None:
        filled = np.frombuffer(footprint, bool).reshape(sizes)
    positions = np.argwhere(filled)
    pair = several_rows and sizes[-2] > 1
    step = np.zeros(len(sizes), np.int64)
    if pair:
        step[-2] = 1
    windows = [positions + step * row for row in range(1 + pair)]
    lead = np.unique(np.concatenate(windows)[:, :-1], axis=0)
    number = {tuple(position): line for line, position in enumerate(lead.tolist())}
    network = median_network(
        tuple(tuple((number[tuple(p[:-1])], p[-1]) for p in window.tolist()) for window in windows)
    )
    return _allocate(network, np.hstack([lead, np.zeros((len(lead), 1), np.int64)]))


def _allocate(network: Network, sources: Array) -> Program:
    order, results = network.order, network.outputs
    partner = _partners(network)
    last_read: dict[int, int] = {}
    for position, node in enumerate(order):
        for operand, _ in network.operands(node):
            last_read[operand] = position
    for node, _ in results:
        last_read[node] = len(order)
    register = {line: line for line in range(network.sources)}
    free: list[int] = []
    used = network.sources
    steps = []
    for position, node in enumerate(order):
        kind, a, b = network.steps[node]
        if node not in register:
            outs = partner.get(node, (node,))
            for out in outs:
                if free:
                    register[out] = free.pop()
                else:
                    register[out], used = used, used + 1
            second = register[outs[-1]]
            kind = _BOTH if len(outs) == 2 else kind
            steps.append(
                (kind, register[outs[0]], second, register[a[0]], a[1], register[b[0]], b[1])
            )
        # freed only now: a step never writes a register that it reads
        for operand in {a[0], b[0]}:
            if last_read[operand] == position:
                free.append(register[operand])
    outputs = [(register[node], shift) for node, shift in results]
    return Program(np.array(steps, np.int64).reshape(-1, 7), used, np.array(outputs), sources)


def _partners(network: Network) -> dict[int, tuple[int, int]]:
    """Map nodes to (minimum, maximum) of the same two values, where both are needed."""
    nodes = {network.steps[node]: node for node in network.order}
    pairs = {}
    for (kind, a, b), node in nodes.items():
        other = nodes.get((MAXIMUM, a, b))
        if kind == MINIMUM and other is not None:
            pairs[node] = pairs[other] = (node, other)
    return pairs
