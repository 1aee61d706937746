"""Batches that survive: kills, a full disk, two processes on one table, and little memory."""

import contextlib
import io
import os
import random
import resource
import signal
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error
from PIL import Image

from imgpipe._runtime.journal import Journal
from imgpipe.bundle.inference import batches
from imgpipe.cli import main
from imgpipe.tables import write_features
from imgpipe.tables.rows import measuring, writing

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a second process is made by fork"),
    # of Python 3.12 on: the threads of this process are of no use to the other one
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sixty images, two of which cannot be used, that are measured two at a time."""
    monkeypatch.setattr(measuring, "_CHUNK_IMAGES", 2)
    monkeypatch.setattr(batches, "_BATCH", 2)
    rng = np.random.default_rng(0)
    folder = tmp_path / "scans"
    folder.mkdir()
    for i in range(60):
        pixels = rng.integers(0, 255, (12, 12)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{i:02}.png")
    for i in (0, 31):
        (folder / f"{i:02}.png").write_bytes(b"no image")
    return folder


def second_process(
    args: list[object], before: Callable[[], None] = lambda: None
) -> tuple[int, int]:
    """Run the program in another process; give its number, and a file with what it says."""
    said = os.memfd_create("said")
    number = os.fork()
    if number:
        return number, said
    try:
        before()
        os.dup2(said, 2)
        err = io.TextIOWrapper(io.FileIO(said, "w", closefd=False), write_through=True)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(err):
            main([*map(str, args)])
    except SystemExit as left:
        os._exit(left.code if isinstance(left.code, int) else 99)
    finally:
        os._exit(98)


def ended(number: int, said: int) -> tuple[int, str]:
    """Wait for the second process; give its exit code and what it said."""
    _, status = os.waitpid(number, 0)
    with os.fdopen(said) as file:
        file.seek(0)
        return os.waitstatus_to_exitcode(status), file.read()


@pytest.fixture(params=["features.csv", "features.parquet", "predictions.csv"])
def call(request: pytest.FixtureRequest, scans: Path, model: Path, tmp_path: Path) -> list[object]:
    """A call of the program, which ends with its table."""
    out = tmp_path / request.param
    if request.param.startswith("predictions"):
        return ["predict", model, "--trust", scans, "--out", out]
    if request.param.endswith("parquet"):
        pytest.importorskip("pyarrow")
    return ["extract", scans, "--families", "intensity,glcm", "--jobs", 1, "--out", out]


def slowly() -> None:
    """Let each block of rows take some milliseconds, in which a kill may come."""
    real = Journal.add

    def add(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        time.sleep(0.004)

    Journal.add = add  # type: ignore[assignment,method-assign]


@pytest.mark.jit
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.full)])
def test_killed_and_resumed_gives_the_same_bytes(kills: int, call: list[object]) -> None:
    """SIGKILL at random moments, again and again: the table in the end is that of a quiet run."""
    out = Path(str(call[-1]))
    part = out.with_name(f"{out.name}.part")
    start = time.monotonic()
    assert ended(*second_process(call, slowly))[0] == 1  # two images cannot be used
    lasts = time.monotonic() - start
    whole = out.read_bytes()
    chance = random.Random(kills)
    kept = []
    for kill in range(kills):
        out.unlink(missing_ok=True)
        resume = ["--resume"] if part.exists() else []
        number, said = second_process([*call, *resume], slowly)
        if kill == 0:  # one in the middle of the work, for sure
            deadline = time.monotonic() + 20
            while not (part.exists() and part.stat().st_size > 1500):
                assert time.monotonic() < deadline
                time.sleep(0.0005)
        else:
            time.sleep(chance.uniform(0, lasts))
        os.kill(number, signal.SIGKILL)
        code, _ = ended(number, said)
        assert code in (-signal.SIGKILL, 1)
        assert not out.exists() or out.read_bytes() == whole
        assert [p.name for p in out.parent.iterdir() if p.suffix == ".scratch"] == []
        if part.exists():
            kept.append(part.stat().st_size)
    assert kept
    out.unlink(missing_ok=True)
    assert ended(*second_process([*call, *(["--resume"] if part.exists() else [])]))[0] == 1
    assert out.read_bytes() == whole
    assert not part.exists()


@pytest.mark.jit
def test_a_full_disk_leaves_what_was_there(call: list[object]) -> None:
    """One line says that there is no room; the table is not there, and its rows go on from."""
    out = Path(str(call[-1]))
    assert ended(*second_process(call))[0] == 1
    whole = out.read_bytes()
    out.write_text("an earlier table")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    code, said = ended(*second_process([*call, "--force"], little_room))
    assert code == 2
    assert "File too large" in said
    assert f"images are kept in {out}.part: make room, and resume from there" in said
    assert said.count("Error: ") == 1
    assert out.read_text() == "an earlier table"
    assert ended(*second_process([*call, "--force", "--resume"]))[0] == 1
    assert out.read_bytes() == whole


def test_two_processes_on_one_table_are_told_apart(
    call: list[object], run: Run, tmp_path: Path
) -> None:
    """The second one is refused, whatever it asks for, and the first one's rows stay."""
    part = Path(f"{call[-1]}.part")
    first = Journal(part, {"mine": 1})
    kept = part.read_bytes()
    for more in ([], ["--resume"], ["--force"]):
        assert_one_error(run(*call, *more), f"{part}", "being written by another process")
        assert part.read_bytes() == kept
    first.remove()
    assert run(*call).exit_code == 1


@pytest.mark.full
@pytest.mark.slow
def test_memory_does_not_grow_with_the_features(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an image 3.5 kB of features are computed; less than 1.2 kB of it stay in memory."""
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(measuring, "_CHUNK_IMAGES", 29)
    monkeypatch.setattr(writing, "_CELLS", 1)
    files = sorted(scans.glob("*.png"))[1:30]
    peaks = []
    for count in (1, 10, 20):  # the first one compiles, and imports
        tracemalloc.start()
        told = write_features(files * count, tmp_path / f"{count}.parquet", families="hog")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (told.rows, len(told.names)) == (29 * count, 441)
    assert (peaks[2] - peaks[1]) / (29 * 10) < 1200
