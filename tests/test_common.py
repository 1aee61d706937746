"""Files that appear whole or not at all, cache folders and the progress bar."""

import errno
import io
import os
import pickle
import re
import sys
import time
from pathlib import Path

import pytest

from imgpipe._common import (
    ImageError,
    InputError,
    atomic_path,
    cache_dir,
    code_of,
    numba_cache_dir,
    track,
)


def write_half(target: Path, error: type[BaseException], folder: bool = False) -> None:
    with atomic_path(target, folder=folder) as path:
        (path / "bad" if folder else path).write_text("half")
        raise error


def test_input_error_is_a_value_error() -> None:
    """Code that catches ValueError keeps working."""
    assert issubclass(InputError, ValueError)


def test_atomic_file_appears_whole(tmp_path: Path) -> None:
    """The target is absent inside the block and complete after it, with nothing left beside it."""
    target = tmp_path / "new" / "table.csv"
    with atomic_path(target) as path:
        path.write_text("a,b\n")
        assert path.suffix == ".csv"
        assert not target.exists()
    assert target.read_text() == "a,b\n"
    assert os.listdir(target.parent) == ["table.csv"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_atomic_file_keeps_the_old_one(tmp_path: Path, error: type[BaseException]) -> None:
    """An error or an interrupt leaves the old content and no scratch file."""
    target = tmp_path / "table.csv"
    target.write_text("old")
    with pytest.raises(error):
        write_half(target, error)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["table.csv"]


def test_atomic_error_names_the_file(tmp_path: Path) -> None:
    """An error of the system that names no file, like that of a full disk, gets the target's."""
    target = tmp_path / "table.csv"
    with pytest.raises(OSError, match="No space left") as caught, atomic_path(target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == str(target)
    assert os.listdir(tmp_path) == []


def test_atomic_folder_replaces(tmp_path: Path) -> None:
    """A folder is swapped as a whole: files of the old one do not survive."""
    target = tmp_path / "run"
    for name in ("first", "second"):
        with atomic_path(target, folder=True) as folder:
            (folder / name).write_text(name)
    assert os.listdir(target) == ["second"]
    assert os.listdir(tmp_path) == ["run"]


def test_atomic_folder_keeps_the_old_one(tmp_path: Path) -> None:
    """A failed run leaves the folder of the last good one."""
    target = tmp_path / "run"
    with atomic_path(target, folder=True) as folder:
        (folder / "good").touch()
    with pytest.raises(KeyboardInterrupt):
        write_half(target, KeyboardInterrupt, folder=True)
    assert os.listdir(target) == ["good"]
    assert os.listdir(tmp_path) == ["run"]


def test_atomic_result_follows_the_umask(tmp_path: Path) -> None:
    """What is published can be read by whom the umask allows, not only by its owner."""
    with atomic_path(tmp_path / "run", folder=True):
        pass
    plain = tmp_path / "plain"
    plain.mkdir()
    assert (tmp_path / "run").stat().st_mode == plain.stat().st_mode


def test_cache_dir_moves_with_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """IMGPIPE_CACHE moves features and downloads, and leaves compiled code where it is."""
    before = numba_cache_dir()
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path
    assert numba_cache_dir() == before


def test_numba_cache_dir_respects_numba(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NUMBA_CACHE_DIR is Numba's own variable and wins."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert numba_cache_dir() == tmp_path


def test_track_yields_everything_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal the items pass through and nothing is printed."""
    assert list(track(range(5), "counting")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr().err == ""


def test_track_writes_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long work that asks for lines writes one every few seconds, with what is done of all."""
    clock = iter(range(0, 1000, 6))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    assert list(track(iter(range(4)), "counting", total=4, lines=True)) == [0, 1, 2, 3]
    told = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in told] == ["counting: 2 of 4"]
    assert list(track(iter(range(2)), "counting", lines=True)) == [0, 1]
    assert capsys.readouterr().err.startswith("counting: 2, ")


def test_track_tells_rate_and_time_left_of_what_is_done_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 400 images 100 were done before; 50 in 20 s are 2.5/s, and leave 250 for 100 s."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in track([20, 30, 40], "measuring", 400, lines=True, size=int, done=100):
        now[0] += 10.0
    told = capsys.readouterr().err.splitlines()
    assert told == ["measuring: 150 of 400, 2.5/s, 1:40 left"]


class Terminal(io.StringIO):
    """A screen to look at afterwards."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put standard error on a terminal, where each look at the clock takes a second."""
    found = Terminal()
    clock = iter(range(1000))
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setenv("TERM", "xterm")
    return found


def test_track_shows_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work of over a second shows its description on a terminal."""
    screen = terminal(monkeypatch)
    assert list(track(iter(range(4)), "counting", total=4)) == [0, 1, 2, 3]
    shown = screen.getvalue()
    assert "counting" in shown
    assert "4/4" in shown
    assert re.search(r"[\d.]+/s +\d:\d\d left", shown)


def test_bars_inside_bars_share_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Epochs inside folds show both lines; a description is asked for when it is shown."""
    screen = terminal(monkeypatch)
    done: list[int] = []
    for fold in track(range(4), "folds"):
        for epoch in track(range(4), lambda: f"epoch {len(done)}"):
            done.append(4 * fold + epoch)
    assert done == list(range(16))
    shown = screen.getvalue()
    assert "folds" in shown
    assert "epoch 1" in shown
    assert list(track(range(3), "again")) == [0, 1, 2]
    assert "again" in screen.getvalue()


def test_a_full_disk_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    """An error of the temporary path is told of the path that was given."""
    target = tmp_path / "out.csv"
    with pytest.raises(OSError, match="No space left") as caught, atomic_path(target) as scratch:
        raise OSError(errno.ENOSPC, "No space left on device", str(scratch))
    assert caught.value.filename == str(target)
    other = tmp_path / "in.csv"
    with pytest.raises(FileNotFoundError) as caught, atomic_path(target):
        other.read_bytes()
    assert caught.value.filename == str(other)


def test_a_code_survives_another_name_and_another_process() -> None:
    """The code of a reason goes with the error through a pickle, and to the image's own name."""
    error = ImageError("{image} is cut", 3)
    error.code = "EMPTY-MASK"
    again = pickle.loads(pickle.dumps(error)).named("x.png")
    assert (str(again), code_of(again)) == ("x.png is cut", "EMPTY-MASK")
    assert code_of(pickle.loads(pickle.dumps(InputError("?", code="DAMAGED")))) == "DAMAGED"
    assert code_of(FileNotFoundError(errno.ENOENT, "gone")) == "FILE-MISSING"
    assert code_of(OSError(errno.EIO, "broken")) == "NOT-READABLE"
