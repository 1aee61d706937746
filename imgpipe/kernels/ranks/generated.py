"""Instructions of a median network: one for each minimum and maximum of a vector of pixels.

A network's values are lines of pixels, and a step may read its neighbours along the line. So the
steps are cut into loops: within one, a value stays in a register; a value that another loop reads,
or that is read at a shift, is a line of the scratch array.

They are written for LLVM rather than in Python, of which Numba compiles a hundred lines in a
second: of 15 x 15 pixels, 3,400 steps, in 2 s rather than 25.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import for_range_slice

from imgpipe._runtime.jit import VECTOR_BYTES, jit_instructions
from imgpipe.kernels.plans.dtypes import Array
from imgpipe.kernels.ranks.network import MINIMUM, Network, Value, box_network

# rows at once by the length of the box: those that need the fewest operations for a pixel
WAYS = {5: 2, 7: 2, 9: 2, 11: 4, 13: 4, 15: 4}
# steps in a loop: the time to compile one grows faster than its length
_STEPS = 160
_INDEX = ir.IntType(64)


@cache
def box_layout(size: int, itemsize: int) -> "Layout":
    """Return the layout for boxes of `size` x `size` pixels of so many bytes."""
    # the scratch stays in the first or second level of cache
    line = 256 if size > 9 else 1024 if size <= 5 else 512
    return Layout(box_network(size, WAYS[size]), line // itemsize, VECTOR_BYTES // itemsize, size)


class Layout:
    """Which loop computes each value, and where in the scratch it is kept for others."""

    def __init__(self, network: Network, line: int, lanes: int, size: int) -> None:
        self.network, self.line, self.lanes = network, line, lanes
        self.ways = len(network.outputs)
        # loops take whole vectors, and read as far beyond them as the box reaches
        self.margin = 2 * self.whole(size - 1)
        self.spacing = line + self.margin
        self.loops = _loops(network)
        self.loop = {node: number for number, nodes in enumerate(self.loops) for node in nodes}
        self.reach = self._reaches()
        self.offset, self.slots = self._offsets()

    def whole(self, count: int) -> int:
        """Whole vectors of at least `count` pixels."""
        return -(-count // self.lanes) * self.lanes

    def length(self, number: int) -> int:
        """Pixels that a loop computes: the line and what others read beyond it."""
        return self.line + self.whole(max(self.reach[node] for node in self.loops[number]))

    def _reaches(self) -> dict[int, int]:
        """How far beyond the end of the line each value is read."""
        reach = dict.fromkeys(self.loop, 0)
        for node in reversed(self.network.order):
            for operand, shift in self.network.operands(node):
                if operand in reach:
                    reach[operand] = max(reach[operand], reach[node] + shift)
        return reach

    def _offsets(self) -> tuple[dict[int, int], int]:
        last_read: dict[int, int] = {}
        for node in self.network.order:
            for operand, _ in self.network.operands(node):
                if operand in self.loop and self.loop[operand] != self.loop[node]:
                    last_read[operand] = max(last_read.get(operand, 0), self.loop[node])
        for node, _ in self.network.outputs:
            last_read[node] = len(self.loops)
        offset: dict[int, int] = {}
        free: list[int] = []
        used = 0
        for number, nodes in enumerate(self.loops):
            for node in nodes:
                if node in last_read:
                    if not free:
                        free, used = [used], used + 1
                    offset[node] = free.pop() * self.spacing
            # only now: a loop never writes a line that it reads
            free += [offset[n] // self.spacing for n, last in last_read.items() if last == number]
        return offset, used


def _loops(network: Network) -> list[list[int]]:
    """Cut the steps into loops in which no value is read at a shift by the loop that makes it."""
    depth: dict[int, int] = {}
    for node in network.order:
        reads = [(depth[o] + (s > 0)) for o, s in network.operands(node) if o in depth]
        depth[node] = max(reads, default=0)
    loops = []
    for level in range(max(depth.values()) + 1):
        nodes = [node for node in network.order if depth[node] == level]
        count = -(-len(nodes) // _STEPS)
        loops += [
            nodes[len(nodes) * c // count : len(nodes) * (c + 1) // count] for c in range(count)
        ]
    return loops


def _run_in_python(
    strip: Array,
    at: int,
    pitch: int,
    stride: int,
    _scratch: Array,
    result: Array,
    length: int,
    box: tuple[int, ...],
) -> None:
    layout = box_layout(len(box), strip.itemsize)
    network, ways = layout.network, layout.ways
    values = {
        row: strip[at + row % ways * stride + row // ways * pitch :]
        for row in range(network.sources)
    }
    for node in network.order:
        count = layout.line + layout.reach[node]
        a, b = (values[n][shift : shift + count] for n, shift in network.operands(node))
        values[node] = (np.minimum if network.kind(node) == MINIMUM else np.maximum)(a, b)
    for way, (node, _) in enumerate(network.outputs):
        result[way * length + at : way * length + at + layout.line] = values[node]


@jit_instructions(_run_in_python)
def run_network(
    _typing: Any,
    strip: Any,
    at: Any,
    pitch: Any,
    stride: Any,
    scratch: Any,
    result: Any,
    length: Any,
    box: Any,
) -> Any:
    """Compute the medians of one line, from pixel `at` of a strip on; `box` has its size zeros.

    Row ``ways * n + w`` of the strip begins at ``w * stride + n * pitch``, the medians of way w at
    ``w * length`` of the result. How long a tuple is belongs to its type.
    """
    indices = types.int64, types.int64, types.int64

    def write(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        pixels = [context.make_array(signature.args[n])(context, builder, arguments[n]).data
                  for n in (0, 4, 5)]  # fmt: skip
        layout = box_layout(len(box), strip.dtype.bitwidth // 8)
        writer = _Writer(builder, layout, strip.dtype, *pixels)
        writer.rows(arguments[1], *arguments[2:4])
        for number in range(len(layout.loops)):
            with writer.loop(layout.length(number)) as j:
                writer.steps(number, j)
        with writer.loop(layout.line) as j:
            writer.medians(j, arguments[1], arguments[6])
        return context.get_dummy_value()

    return types.void(strip, *indices, scratch, result, types.int64, box), write


class _Writer:
    """Writes the loops of a network; pixels are vectors, and an index is that of the first."""

    def __init__(
        self, builder: ir.IRBuilder, layout: Layout, dtype: Any, strip: Any, scratch: Any, out: Any
    ) -> None:
        self.builder, self.layout = builder, layout
        self.strip, self.scratch, self.out = strip, scratch, out
        self.vector = ir.VectorType(strip.type.pointee, layout.lanes).as_pointer()
        self.align = dtype.bitwidth // 8
        real = isinstance(dtype, types.Float)
        whole = builder.icmp_signed if getattr(dtype, "signed", False) else builder.icmp_unsigned
        self.compare = builder.fcmp_ordered if real else whole

    def rows(self, at: Any, pitch: Any, stride: Any) -> None:
        """Find the beginnings of the source rows."""
        ways, build = self.layout.ways, self.builder
        self.starts = []
        for row in range(self.layout.network.sources):
            across = build.mul(_INDEX(row % ways), stride)
            down = build.mul(_INDEX(row // ways), pitch)
            self.starts.append(build.add(at, build.add(across, down)))

    @contextmanager
    def loop(self, length: int) -> Iterator[Any]:
        """Write what follows into a loop over whole vectors."""
        stop, step = _INDEX(length), _INDEX(self.layout.lanes)
        with for_range_slice(self.builder, _INDEX(0), stop, step, _INDEX) as (j, _):
            yield j

    def steps(self, number: int, j: Any) -> None:
        """Write the steps of one loop."""
        layout, build = self.layout, self.builder
        values: dict[Value, Any] = {}

        def read(value: Value) -> Any:
            if value not in values:
                node, shift = value
                if node < layout.network.sources:
                    place = build.add(self.starts[node], _INDEX(shift))
                    values[value] = self._load(self.strip, build.add(j, place))
                else:
                    place = _INDEX(layout.offset[node] + shift)
                    values[value] = self._load(self.scratch, build.add(j, place))
            return values[value]

        for node in layout.loops[number]:
            a, b = map(read, layout.network.operands(node))
            order = "<" if layout.network.kind(node) == MINIMUM else ">"
            # as Python has it: of equal ones the first
            values[node, 0] = build.select(self.compare(order, b, a), b, a)
        for node in layout.loops[number]:
            if node in layout.offset:
                place = build.add(j, _INDEX(layout.offset[node]))
                self._store(values[node, 0], self.scratch, place)

    def medians(self, j: Any, at: Any, length: Any) -> None:
        """Copy the medians out of the scratch."""
        build = self.builder
        for way, (node, _) in enumerate(self.layout.network.outputs):
            median = self._load(self.scratch, build.add(j, _INDEX(self.layout.offset[node])))
            place = build.add(build.add(j, at), build.mul(_INDEX(way), length))
            self._store(median, self.out, place)

    def _load(self, pixels: Any, index: Any) -> Any:
        return self.builder.load(self._pointer(pixels, index), align=self.align)

    def _store(self, value: Any, pixels: Any, index: Any) -> None:
        self.builder.store(value, self._pointer(pixels, index), align=self.align)

    def _pointer(self, pixels: Any, index: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(pixels, [index]), self.vector)
