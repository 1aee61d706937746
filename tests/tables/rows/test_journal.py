"""The journal: what survives a kill, and whose rows it takes over."""

from pathlib import Path

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.tables.rows.journal import Journal, Row


def test_a_journal_drops_a_cut_line(tmp_path: Path) -> None:
    """Floats come back to the last bit, and a line cut short is computed again."""
    path, header = tmp_path / "x.part", {"images": "abc"}
    values = (0.1 + 0.2, float("nan"), float("inf"), 1e-310)
    first = Journal(path, header, resume=False)
    first.add(["a", "b", "c", "d"], [Row(0, values), Row(1, None, "bad")])
    first.add([], [Row(2, values)])
    first.close()
    whole = path.read_bytes()
    for cut in range(1, 40):
        path.write_bytes(whole[:-cut])
        again = Journal(path, header, resume=True)
        again.close()
        assert set(again.rows) == {0, 1}, cut
        assert np.array_equal(again.rows[0].values, values, equal_nan=True)
        assert again.rows[1].error == "bad"
        assert again.names == ["a", "b", "c", "d"]


def test_a_journal_without_a_header(tmp_path: Path) -> None:
    """A part file killed before its first line was whole starts anew."""
    (tmp_path / "x.part").write_bytes(b'{"imag')
    again = Journal(tmp_path / "x.part", {"images": "abc"}, resume=True)
    again.add(["a"], [Row(0, (1.0,))])
    again.close()
    once_more = Journal(tmp_path / "x.part", {"images": "abc"}, resume=True)
    once_more.close()
    assert once_more.rows == {0: Row(0, (1.0,))}


@pytest.mark.parametrize(
    ("first", "second"),
    [({"bins": 32}, {"bins": 16}), ({"distance": 2}, {}), ({}, {"distance": 2})],
)
def test_a_journal_of_other_settings(first: dict, second: dict, tmp_path: Path) -> None:
    """Rows are refused where a setting differs, also one that only one of the runs names."""
    Journal(tmp_path / "x.part", {"images": "abc", **first}, resume=False).close()
    (name,) = first.keys() | second.keys()
    with pytest.raises(InputError, match=f"belongs to a run with other {name}; run without"):
        Journal(tmp_path / "x.part", {"images": "abc", **second}, resume=True)
