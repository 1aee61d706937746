"""The journal: what survives a kill, and whose rows it takes over."""

from pathlib import Path

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe._common.reasons import Reason
from imgpipe._runtime.journal import Block, Journal

VALUES = np.array([[0.1 + 0.2, np.nan, np.inf, 1e-310], [np.nan] * 4])
ERRORS = {1: Reason("CODE", "bad \udcff")}


def test_a_journal_drops_a_cut_block(tmp_path: Path) -> None:
    """Floats come back to the last bit; a block cut anywhere is dropped, those before it stay."""
    path, header = tmp_path / "x.part", {"images": "abc"}
    first = Journal(path, header)
    first.add(Block(VALUES[1:, :0], {0: Reason("CODE", "no values yet")}))
    first.add(Block(VALUES, ERRORS, {"who": ["a", None]}, 2, "a note"), ["a", "b", "c", "d"])
    kept = path.stat().st_size
    first.add(Block(VALUES[:1]))
    first.close()
    whole = path.read_bytes()
    for cut in range(kept, len(whole)):
        path.write_bytes(whole[:cut])
        again = Journal(path, header, resume=True)
        assert (again.count, again.failed, again.names) == (3, 2, ["a", "b", "c", "d"]), cut
        assert path.stat().st_size == kept
        again.close()
    again = Journal(path, header, resume=True)
    early, late = again.blocks()
    assert early.values.shape == (1, 4)
    assert np.isnan(early.values).all()
    assert early.errors == {0: ("CODE", "no values yet")}
    assert late.values.tobytes() == VALUES.tobytes()
    assert (late.errors, late.extras, late.notes, late.note) == (
        ERRORS, {"who": ["a", None]}, 2, "a note",
    )  # fmt: skip
    assert (again.extras, again.notes, again.note) == ({"who"}, 2, "a note")
    again.close()


def test_bytes_that_changed_and_blocks_that_repeat_are_dropped(tmp_path: Path) -> None:
    """Numbers with another checksum, and a block that was there before, end what is taken over."""
    path = tmp_path / "x.part"
    first = Journal(path, {})
    start = path.stat().st_size
    first.add(Block(VALUES), ["a", "b", "c", "d"])
    first.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[start:])
    again = Journal(path, {}, resume=True)
    again.close()
    assert again.count == 2
    assert path.read_bytes() == whole
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    again = Journal(path, {}, resume=True)
    again.close()
    assert again.count == 0


def test_a_journal_without_a_header(tmp_path: Path) -> None:
    """A part file killed before its first line was whole starts anew."""
    (tmp_path / "x.part").write_bytes(b'{"imag')
    again = Journal(tmp_path / "x.part", {"images": "abc"}, resume=True, secret="drawn")
    again.add(Block(np.ones((1, 1))), ["a"])
    again.close()
    once_more = Journal(tmp_path / "x.part", {"images": "abc"}, resume=True, secret="another")
    assert [block.values.tolist() for block in once_more.blocks()] == [[[1.0]]]
    assert once_more.secret == "drawn"
    once_more.close()


@pytest.mark.parametrize(
    "content", [b"my notes\n", b"\x89PNG\r\n", b'{"imag', b'{"images": "abc"}\n', b"[1]\n", b"no"]
)
def test_another_programs_file_is_not_thrown_away(content: bytes, tmp_path: Path) -> None:
    """What is no journal is refused and stays; the beginning of a first line is a journal's."""
    path = tmp_path / "x.part"
    path.write_bytes(content)
    if content == b'{"imag':
        Journal(path, {"images": "abc"}, resume=True).close()
        return
    with pytest.raises(InputError, match=r"x\.part holds no rows of a stopped run"):
        Journal(path, {"images": "abc"}, resume=True)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("first", "second"),
    [({"bins": 32}, {"bins": 16}), ({"distance": 2}, {}), ({}, {"distance": 2})],
)
def test_a_journal_of_other_settings(first: dict, second: dict, tmp_path: Path) -> None:
    """Rows are refused where a setting differs, also one that only one of the runs names."""
    Journal(tmp_path / "x.part", {"images": "abc", **first}).close()
    (name,) = first.keys() | second.keys()
    with pytest.raises(InputError, match=f"belongs to a run with other {name}; give --force"):
        Journal(tmp_path / "x.part", {"images": "abc", **second}, resume=True)


@pytest.mark.parametrize("resume", [False, True])
def test_one_writer_at_a_time(resume: bool, tmp_path: Path) -> None:
    """A file that is being written is refused, and left as it is, until its writer is done."""
    path = tmp_path / "x.part"
    first = Journal(path, {})
    first.add(Block(VALUES), ["a", "b", "c", "d"])
    kept = path.read_bytes()
    with pytest.raises(InputError, match=r"x\.part is being written by another process"):
        Journal(path, {}, resume=resume)
    assert path.read_bytes() == kept
    first.remove()
    assert not path.exists()
    Journal(path, {}, resume=resume).close()
