"""Selection networks: the median of a window by minima and maxima of whole lines of pixels.

They are built symbolically: a value is a node (a line of pixels) and a shift along that line, and
equal values are one node. Columns are sorted and neighbouring columns merged by Batcher's odd-even
networks (Knuth, The Art of Computer Programming 3, 5.3.4; Adams, "Fast median filters using
separable sorting networks", ACM TOG 2021), so that what windows share along the line is computed
once by itself. Ranks that cannot be the median become constants and vanish, and so does what nobody
reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

MINIMUM, MAXIMUM = 0, 1

# a value: (node, shift); the two constants lie below and above all pixels
Value = tuple[int, int]
Cell = tuple[int, int]  # (source line, shift along it)
_LOW: Value = (-1, 0)
_HIGH: Value = (-2, 0)


@dataclass(frozen=True)
class Network:
    """The minima and maxima that some medians need, in an order in which they can be computed.

    Nodes below `sources` are the source lines; `outputs` are the medians, one for each window.
    """

    sources: int
    steps: tuple[tuple[int, Value, Value], ...]  # of all nodes: (kind, value, value)
    order: tuple[int, ...]
    outputs: tuple[Value, ...]

    def kind(self, node: int) -> int:
        return self.steps[node][0]

    def operands(self, node: int) -> tuple[Value, Value]:
        return self.steps[node][1:]


def box_network(size: int, ways: int) -> Network:
    """Build the network of square boxes in as many neighbouring rows as `ways`."""
    steps = range(size)
    return median_network(
        tuple(tuple((y + row, x) for y in steps for x in steps) for row in range(ways))
    )


@lru_cache(maxsize=64)
def median_network(windows: tuple[tuple[Cell, ...], ...]) -> Network:
    """Build the network of windows with equal numbers of cells; halve them to share the cells."""
    builder = _Builder(1 + max(line for window in windows for line, _ in window))
    results: list[Value] = []
    builder.share([], set(), [set(window) for window in windows], results)
    return builder.network(results)


class _Builder:
    """A growing set of nodes, each a minimum or maximum of two values."""

    def __init__(self, sources: int) -> None:
        self.sources = sources
        self.operands: list[tuple[int, Value, Value]] = [(-1, _LOW, _LOW)] * sources
        self.known: dict[tuple[int, Value, Value], int] = {}

    def pick(self, kind: int, a: Value, b: Value) -> Value:
        neutral, absorbing = (_HIGH, _LOW) if kind == MINIMUM else (_LOW, _HIGH)
        if a == neutral or b == absorbing:
            return b
        if a in (b, absorbing) or b == neutral:
            return a
        if b < a:
            a, b = b, a
        base = min(a[1], b[1])
        key = (kind, (a[0], a[1] - base), (b[0], b[1] - base))
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = len(self.operands)
            self.operands.append(key)
        return node, base

    def sort_cells(self, cells: Iterable[Cell], rank: int, count: int) -> list[Value]:
        """Sort cells column by column, then merge neighbouring columns, 2, 4, 8, ... at a time."""
        columns: dict[int, list[Value]] = {}
        for line, shift in sorted(cells):
            columns.setdefault(shift, []).append((line, shift))
        ordered = [
            self._sort(columns.get(shift, []), rank, count)
            for shift in range(min(columns, default=0), max(columns, default=-1) + 1)
        ]
        return self._merge_all(ordered, rank, count)

    def _sort(self, values: list[Value], rank: int, count: int) -> list[Value]:
        return self._merge_all([[value] for value in values], rank, count)

    def _merge_all(self, lists: list[list[Value]], rank: int, count: int) -> list[Value]:
        if len(lists) <= 1:
            return lists[0] if lists else []
        half = 1 << ((len(lists) - 1).bit_length() - 1)
        first = self._merge_all(lists[:half], rank, count)
        second = self._merge_all(lists[half:], rank, count)
        return self.merge(first, second, rank, count)

    def merge(self, a: list[Value], b: list[Value], rank: int, count: int) -> list[Value]:
        """Merge two sorted lists; ranks that cannot be `rank` of `count` become constants."""
        merged = self._odd_even(a, b)
        size = len(merged)
        for t in range(size):
            if t > rank:
                merged[t] = _HIGH
            elif size - 1 - t > count - 1 - rank:
                merged[t] = _LOW
        return merged

    def _odd_even(self, a: Sequence[Value], b: Sequence[Value]) -> list[Value]:
        if not a or not b:
            return list(a) + list(b)
        if len(a) == len(b) == 1:
            return [self.pick(MINIMUM, a[0], b[0]), self.pick(MAXIMUM, a[0], b[0])]
        even = self._odd_even(a[::2], b[::2])
        odd = self._odd_even(a[1::2], b[1::2])
        merged = [even[0]]
        for t in range(max(len(odd), len(even) - 1)):
            if t < len(odd) and t + 1 < len(even):
                merged.append(self.pick(MINIMUM, odd[t], even[t + 1]))
                merged.append(self.pick(MAXIMUM, odd[t], even[t + 1]))
            else:
                merged.append(odd[t] if t < len(odd) else even[t + 1])
        return merged

    def share(
        self,
        base: list[Value],
        sorted_cells: set[Cell],
        windows: list[set[Cell]],
        results: list[Value],
    ) -> None:
        """Add what all windows share to `base`, the sorted cells, then go on with each half."""
        count = len(windows[0])
        rank = count // 2
        shared = set.intersection(*windows)
        rest = self.sort_cells(shared - sorted_cells, rank, count)
        base = self.merge(base, rest, rank, count)
        if len(windows) == 1:
            results.append(base[rank])
            return
        half = len(windows) // 2
        self.share(base, shared, windows[:half], results)
        self.share(base, shared, windows[half:], results)

    def network(self, results: list[Value]) -> Network:
        """Return what the results need."""
        needed = {node for node, _ in results}
        for node in range(len(self.operands) - 1, self.sources - 1, -1):
            if node in needed:
                _, a, b = self.operands[node]
                needed |= {a[0], b[0]}
        order = tuple(n for n in range(self.sources, len(self.operands)) if n in needed)
        return Network(self.sources, tuple(self.operands), order, tuple(results))
