"""The samples of large grids leave out cases, and no pair of values."""

from itertools import combinations, product
from pathlib import Path

import pytest
from sampling import sample

GRID = [
    {"shape": shape, "mode": mode, "dtype": dtype}
    for shape, mode, dtype in product("abcdef", "rnmwc", "1248fd")
    # an uneven grid: not every value meets every other
    if (shape, dtype) != ("a", "f")
]
NAMES = ["-".join(case.values()) for case in GRID]


def pairs(cases: list[dict[str, str]]) -> set[tuple]:
    return {pair for case in cases for pair in combinations(sorted(case.items()), 2)}


def test_every_pair_of_values_meets_in_the_sample() -> None:
    """What two axes do together is tested however small the share; most cases are left out."""
    kept = [GRID[i] for i in sample(GRID, NAMES, share=0)]
    assert pairs(kept) == pairs(GRID)
    assert len(kept) < len(GRID) / 3


@pytest.mark.parametrize("share", [0.5, 0.9, 1])
def test_the_share_is_kept(share: float) -> None:
    """A sample holds at least its share of the cases, and each once."""
    kept = sample(GRID, NAMES, share)
    assert len(kept) == len(set(kept)) == -(-len(GRID) * share // 1)


def test_the_sample_is_always_the_same() -> None:
    """Workers that collect the tests each for itself agree, in whatever order the cases come."""
    kept = {NAMES[i] for i in sample(GRID, NAMES, 0.5)}
    turned = sample(GRID[::-1], NAMES[::-1], 0.5)
    assert {NAMES[::-1][i] for i in turned} == kept


def test_every_value_of_a_single_axis_stays() -> None:
    """One axis has no pairs: each of its values is kept."""
    grid = [{"size": str(size // 2)} for size in range(10)]
    kept = sample(grid, list(map(str, range(10))), share=0.1)
    assert {grid[i]["size"] for i in kept} == {"0", "1", "2", "3", "4"}
    assert len(kept) == 5


_SUITE = """
import pytest

@pytest.mark.grid(share=0.1)
@pytest.mark.parametrize("a", range(5))
@pytest.mark.parametrize("b", range(4))
@pytest.mark.parametrize("c", range(2))
def test_grid(a, b, c):
    pass

@pytest.mark.parametrize("a", range(5))
def test_all(a):
    pass

@pytest.mark.grid(share=1)
def test_one():
    pass

@pytest.mark.full
def test_whole_runs_only():
    pass

@pytest.mark.full
@pytest.mark.rare
def test_of_minutes():
    pass
"""


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        ([], 26),
        (["--full-grids"], 48),
        # 28 of 40 cases, less the 20 of the sample, and the two that have no cases
        (["--more-of-grids", "0.7", "-m", "grid or full"], 10),
        (["-k", "test_all"], 5),
        # whoever names cases gets them
        (["test_suite.py::test_grid[0-0-0]", "test_suite.py::test_grid[1-0-0]"], 2),
        (["test_suite.py::test_grid"], 40),
        (["test_suite.py::test_whole_runs_only"], 1),
    ],
)
def test_the_whole_grid_runs_when_asked_for(
    words: list[str], passed: int, pytester: pytest.Pytester
) -> None:
    """Samples are the default; the option, and naming a test, bring the whole grid."""
    here = Path(__file__).parent
    pytester.makeconftest((here / "conftest.py").read_text())
    pytester.makeini(
        f"[pytest]\npythonpath = {here}\n"
        "markers =\n    grid(share): sampled\n    full: whole\n    rare: long\n"
    )
    pytester.makepyfile(test_suite=_SUITE)
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", *words)
    assert done.parseoutcomes()["passed"] == passed
