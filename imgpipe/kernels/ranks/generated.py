"""Source of loops that run a median network: one statement for each minimum and maximum.

A network's values are lines of pixels, and a step may read its neighbours along the line. So the
steps are cut into loops: within one, a value stays in a register; a value that another loop reads,
or that is read at a shift, is a line of the scratch array. All lines lie in that one array, at
offsets written out as numbers, and every loop has a fixed length: that is what lets LLVM prove that
nothing overlaps, and vectorise bodies of hundreds of steps.
"""

from imgpipe.kernels.ranks.network import MINIMUM, Network, Value, box_network

# steps in a function: the time to compile one grows with the square of its length
_PART = 160
_VECTOR_BYTES = 64

_HEAD = '''"""Median of a {size} x {size} box, {ways} rows at once; from `_straightline.py`."""

import numpy as np

from imgpipe._runtime.jit import jit_helper, jit
from imgpipe.kernels.ranks.strips import fill, room, spread

LINE = {line}
'''

_LINES = """
@jit
def lines(start, stop, x, out, table, tall, before, cval, flip):
    height, width = out.shape[1], out.shape[2]
    pitch = width + {reach}
    length = (tall // {ways} * pitch + {line} - 1) // {line} * {line}
    stride = length + {below} * pitch + {margin}
    strip = room({ways} * stride, x)
    result = room({ways} * length, x)
    scratch = room(np.int64({slots} * {spacing}), x)
    rows, columns = table[: height + {reach}], table[height + {reach} :]
    strips = (height + tall - 1) // tall
    nan = False
    for number in range(start, stop):
        plane = number // strips
        top = (number - plane * strips) * tall
        count = min(tall, height - top)
        part = rows[top : top + count + {reach}]
        nan |= fill(strip, x[plane], part, columns, before, cval, {ways}, stride, flip)
        flat = (count + {ways} - 1) // {ways} * pitch
        for at in range(0, flat, {line}):
{calls}
        spread(result, out[plane], top, count, pitch, {ways}, length, flip)
    return nan
"""


def box_source(size: int, itemsize: int, ways: int) -> str:
    """Return a module whose function `lines` filters images by a box of `size` x `size`."""
    network = box_network(size, ways)
    line, vector = _line_bytes(size, itemsize) // itemsize, _VECTOR_BYTES // itemsize
    beyond = -(-(size - 1) // vector) * vector
    layout = _Layout(network, line, vector, 2 * beyond)
    parts = [_part(layout, number) for number in range(len(layout.parts))]
    calls = [
        f"part_{number}(scratch" + (", strip[at:], pitch, stride)" if reads else ")")
        for number, (_, reads) in enumerate(parts)
    ]
    for way, (node, _) in enumerate(network.outputs):
        calls.append(f"line_{way} = result[{way} * length + at :]")
        calls.append(f"for j in range({line}):")
        calls.append(f"    line_{way}[j] = scratch[j + {layout.offset[node]}]")
    text = _HEAD.format(size=size, ways=ways, line=line)
    text += "\n".join(part for part, _ in parts)
    return text + _LINES.format(
        ways=ways,
        reach=size - 1,
        below=(size + ways - 2) // ways,
        line=line,
        margin=2 * beyond,
        slots=layout.slots,
        spacing=layout.spacing,
        calls="\n".join(" " * 12 + call for call in calls),
    )


def _line_bytes(size: int, itemsize: int) -> int:
    """Length of a line by which the scratch stays in the first or second level of cache."""
    if size > 9:
        return 256
    return 1024 if size <= 5 else 512


class _Layout:
    """Which loop computes each value, and where in the scratch it is kept for others."""

    def __init__(self, network: Network, line: int, vector: int, margin: int) -> None:
        self.network, self.line, self.vector = network, line, vector
        self.ways = len(network.outputs)
        self.spacing = line + margin
        self.parts = _parts(network)
        self.part = {node: p for p, nodes in enumerate(self.parts) for node in nodes}
        self.reach = self._reaches()
        self.offset, self.slots = self._offsets()

    def _reaches(self) -> dict[int, int]:
        """How far beyond the end of the line each value is read."""
        reach = dict.fromkeys(self.part, 0)
        for node in reversed(self.network.order):
            for operand, shift in self.network.operands(node):
                if operand in reach:
                    reach[operand] = max(reach[operand], reach[node] + shift)
        return reach

    def _offsets(self) -> tuple[dict[int, int], int]:
        last_read: dict[int, int] = {}
        for node in self.network.order:
            for operand, _ in self.network.operands(node):
                if operand in self.part and self.part[operand] != self.part[node]:
                    last_read[operand] = max(last_read.get(operand, 0), self.part[node])
        for node, _ in self.network.outputs:
            last_read[node] = len(self.parts)
        offset: dict[int, int] = {}
        free: list[int] = []
        used = 0
        for number, nodes in enumerate(self.parts):
            for node in nodes:
                if node in last_read:
                    if not free:
                        free, used = [used], used + 1
                    offset[node] = free.pop() * self.spacing
            # only now: a loop never writes a line that it reads
            free += [offset[n] // self.spacing for n, last in last_read.items() if last == number]
        return offset, used


def _parts(network: Network) -> list[list[int]]:
    """Cut the steps into loops in which no value is read at a shift by the loop that makes it."""
    depth: dict[int, int] = {}
    for node in network.order:
        reads = [(depth[o] + (s > 0)) for o, s in network.operands(node) if o in depth]
        depth[node] = max(reads, default=0)
    parts = []
    for level in range(max(depth.values()) + 1):
        nodes = [node for node in network.order if depth[node] == level]
        count = -(-len(nodes) // _PART)
        parts += [
            nodes[len(nodes) * c // count : len(nodes) * (c + 1) // count] for c in range(count)
        ]
    return parts


def _part(layout: _Layout, number: int) -> tuple[str, bool]:
    """Write one loop; also say whether it reads the image's own rows."""
    network, nodes = layout.network, layout.parts[number]
    body: list[str] = []
    rows: set[int] = set()
    names: dict[Value, str] = {}

    def read(value: Value) -> str:
        node, shift = value
        if layout.part.get(node) == number:
            return f"v{node}"
        if value not in names:
            names[value] = f"r{node}_{shift}" if node < network.sources else f"v{node}_{shift}"
            at = f"row_{node}[j + {shift}]"
            if node < network.sources:
                rows.add(node)
            else:
                at = f"s[j + {layout.offset[node] + shift}]"
            body.append(f"{names[value]} = {at}")
        return names[value]

    for node in nodes:
        a, b = map(read, network.operands(node))
        name = "min" if network.kind(node) == MINIMUM else "max"
        body.append(f"v{node} = {name}({a}, {b})")
    body += [f"s[j + {layout.offset[node]}] = v{node}" for node in nodes if node in layout.offset]
    # whole vectors: no loop has a tail
    reach = max(layout.reach[node] for node in nodes)
    length = layout.line + -(-reach // layout.vector) * layout.vector
    text = ["", "@jit_helper", f"def part_{number}(s{', strip, pitch, stride' if rows else ''}):"]
    for row in sorted(rows):
        across, down = row % layout.ways, row // layout.ways
        text.append(f"    row_{row} = strip[{across} * stride + {down} * pitch :]")
    text.append(f"    for j in range({length}):")
    text += ["        " + statement for statement in body]
    return "\n".join(text) + "\n", bool(rows)
