"""Sorting networks of a moving window, of which only what the median needs is kept.

Columns are sorted first, and shared by all windows that hold them; neighbouring columns are merged
to two, four and so on (Batcher's odd-even merge). What the median does not need is never written.
"""

# an operation: a pixel (row, column of the window), a shift (value, columns), or two values
Operation = tuple[str, int, int]


class Network:
    """Operations, each once; values are their numbers."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._known: dict[Operation, int] = {}

    def add(self, kind: str, a: int, b: int) -> int:
        """Give the value of an operation."""
        key = (kind, a, b)
        if key not in self._known:
            self._known[key] = len(self.operations)
            self.operations.append(key)
        return self._known[key]

    def needed(self, value: int) -> list[int]:
        """Give the values that make up one, in an order in which they can be computed."""
        wanted, todo = set(), [value]
        while todo:
            one = todo.pop()
            if one in wanted:
                continue
            wanted.add(one)
            kind, a, b = self.operations[one]
            todo += {"cell": [], "shift": [a]}.get(kind, [a, b])
        return sorted(wanted)

    def sort(self, values: list[int]) -> list[int]:
        """Sort values by merging halves."""
        if len(values) < 2:
            return values
        half = len(values) // 2
        return self.merge(self.sort(values[:half]), self.sort(values[half:]))

    def merge(self, a: list[int], b: list[int]) -> list[int]:
        """Merge sorted values."""
        if not a or not b:
            return a or b
        if len(a) == len(b) == 1:
            return list(self._compare(a[0], b[0]))
        even, odd = self.merge(a[::2], b[::2]), self.merge(a[1::2], b[1::2])
        found = [even[0]]
        for low, high in zip(odd, even[1:], strict=False):
            found += self._compare(low, high)
        paired = min(len(odd), len(even) - 1)
        return found + odd[paired:] + even[paired + 1 :]

    def ranked(self, a: list[int], b: list[int], rank: int) -> int:
        """Give the value number `rank`, from 1 on, of two sorted lists together."""
        candidates = []
        for i in range(max(0, rank - len(b)), min(rank, len(a)) + 1):
            ends = [*a[i - 1 : i], *b[rank - i - 1 : rank - i]] if 0 < i < rank else []
            if not ends:
                ends = [a[rank - 1]] if i == rank else [b[rank - 1]]
            candidates.append(ends[0] if len(ends) == 1 else self.add("Max", *ends))
        best = candidates[0]
        for one in candidates[1:]:
            best = self.add("Min", best, one)
        return best

    def _compare(self, a: int, b: int) -> tuple[int, int]:
        return self.add("Min", a, b), self.add("Max", a, b)


def box_median(rows: int, columns: int) -> tuple[Network, int]:
    """Give a network over cells (row, 0), and its value: the upper median of a box."""
    network, rank = Network(), rows * columns // 2 + 1
    column = network.sort([network.add("cell", row, 0) for row in range(rows)])
    lists, widths = {1: column}, [1]
    while 2 * widths[-1] < columns:
        width = widths[-1]
        lists[2 * width] = network.merge(lists[width], _moved(network, lists[width], width))
        widths.append(2 * width)
    parts, start = [], 0
    for width in reversed(widths):
        while start + width <= columns:
            parts.append(_moved(network, lists[width], start))
            start += width
    while len(parts) > 2:
        parts[:2] = [network.merge(*parts[:2])]
    return network, network.ranked(parts[0], parts[1] if len(parts) > 1 else [], rank)


def cells_median(places: list[tuple[int, int]]) -> tuple[Network, int]:
    """Give the same over cells at any places of a window."""
    network = Network()
    values = [network.add("cell", y, x) for y, x in places]
    half = len(values) // 2
    halves = network.sort(values[:half]), network.sort(values[half:])
    return network, network.ranked(*halves, len(values) // 2 + 1)


def _moved(network: Network, values: list[int], step: int) -> list[int]:
    return [network.add("shift", value, step) for value in values] if step else values
