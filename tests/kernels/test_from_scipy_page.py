"""docs/from_scipy.md: every function of scipy.ndimage is there, and both calls of a row agree."""

import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi

from imgpipe import kernels, segment

PAGE = (Path(__file__).parents[2] / "docs" / "from_scipy.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" |")][:2]
    for line in PAGE.splitlines()
    if line.startswith("| `")
]
CALLS = [(theirs.strip("`"), ours.strip("`")) for theirs, ours in ROWS if "(" in theirs]
RNG = np.random.default_rng(0)
NAMES: dict[str, Any] = {
    "np": np,
    "kernels": kernels,
    "segment": segment,
    # of a size and dtype whose loops are compiled ahead
    "x": RNG.normal(0, 50, (40, 96)).astype(np.float32),
    "b": RNG.random((40, 96)) < 0.8,
    "w": RNG.normal(0, 1, (3, 5)),
}


@pytest.mark.parametrize(("theirs", "ours"), CALLS)
def test_both_calls_agree(theirs: str, ours: str) -> None:
    """The same numbers, to the rounding of sums in float32."""
    expected = eval(f"ndi.{theirs}", {**NAMES, "ndi": ndi})
    np.testing.assert_allclose(eval(ours, NAMES), expected, rtol=0, atol=5e-3)


def test_every_function_of_scipy_has_a_row() -> None:
    """Once at least, and nothing that is not SciPy's."""
    named = {
        name for theirs, _ in ROWS for name in re.findall(r"`(\w+)", theirs) if hasattr(ndi, name)
    }
    assert named == set(ndi.__all__)
    assert len(CALLS) > 35


def test_what_is_named_without_a_call_exists() -> None:
    """Names of ours in the other rows."""
    named = [
        name
        for theirs, ours in ROWS
        if "(" not in theirs
        for name in re.findall(r"`([\w.]+)`", ours)
    ]
    assert len(named) > 3
    for name in named:
        room, function = name.split(".")
        assert callable(getattr(importlib.import_module(f"imgpipe.{room}"), function))
