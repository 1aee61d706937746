"""Samples of large grids: the same share of each in every run, with every pair of values in it."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest


def sample(grid: Sequence[Mapping[str, str]], names: Sequence[str], share: float) -> list[int]:
    """Positions of a share of the cases, by the hashes of their names.

    Two values that meet in some case of the grid, one of each axis, meet in a case of the sample,
    which is larger than its share where that takes more.
    """
    left = sorted(range(len(grid)), key=lambda i: hashlib.sha256(names[i].encode()).digest())
    meetings = [_meetings(case) for case in grid]
    missing = set().union(*meetings)
    found = []
    while missing:
        best = max(left, key=lambda i: len(meetings[i] & missing))
        missing -= meetings[best]
        found.append(best)
        left.remove(best)
    more = math.ceil(share * len(grid)) - len(found)
    return sorted(found + left[: max(0, more)])


def _meetings(case: Mapping[str, str]) -> set[tuple[tuple[str, str], ...]]:
    """Each pair of values in a case; the value itself where there is one axis."""
    return set(combinations(sorted(case.items()), min(2, len(case))))


def left_out(items: Sequence[pytest.Item], more: float | None = None) -> list[pytest.Item]:
    """Tests that the samples of the marked grids leave out, and those for whole runs only.

    With `more`, a larger share of each grid, what the usual samples hold is left out in place of
    both, and so are tests marked as rare.
    """
    grids: dict[str, list[pytest.Function]] = {}
    for item in items:
        # a test without parameters has the marker to be run with the whole grids
        sampled = isinstance(item, pytest.Function) and hasattr(item, "callspec")
        if sampled and item.get_closest_marker("grid") and not item.get_closest_marker("full"):
            grids.setdefault(item.nodeid.split("[")[0], []).append(item)
    left = "full" if more is None else "rare"
    out = [item for item in items if item.get_closest_marker(left)]
    for tests in grids.values():
        marker = tests[0].get_closest_marker("grid")
        assert marker is not None
        share = marker.kwargs["share"]
        cases = [{k: repr(v) for k, v in test.callspec.params.items()} for test in tests]
        names = [test.nodeid for test in tests]
        kept = set(sample(cases, names, share))
        if more is not None:
            kept = set(sample(cases, names, max(more, share))) - kept
        out += [test for number, test in enumerate(tests) if number not in kept]
    return out
