"""The fuzzer of readers: it repeats itself, and finds what it should."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fuzz_readers import doors, worker
from benchmarks.fuzz_readers.changing import changed
from benchmarks.fuzz_readers.dicom import dicom_changed
from benchmarks.fuzz_readers.mutations import Case, Seed, case
from benchmarks.fuzz_readers.seeds import REFUSED, read_seeds, write_seeds
from imgpipe import InputError
from imgpipe.images import Image

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    folder = tmp_path_factory.mktemp("seeds")
    write_seeds(folder)
    return read_seeds(folder)


def test_a_case_is_the_same_every_time(seeds: list[Seed]) -> None:
    """The number of a case gives the same bytes again; most change something, of every kind."""
    first = [case(number, seeds) for number in range(600)]
    assert first == [case(number, seeds) for number in range(600)]
    assert sum(one.content != one.seed.content for one in first) > 540
    assert {one.seed.kind for one in first} == {seed.kind for seed in seeds}


def test_seeds_are_the_same_every_time(seeds: list[Seed], tmp_path: Path) -> None:
    """Sound files are written byte for byte alike: case N is one case on every machine."""
    write_seeds(tmp_path)
    assert read_seeds(tmp_path) == seeds


def test_many_cases_reach_the_pixels(seeds: list[Seed], tmp_path: Path) -> None:
    """Of DICOM files changed element by element, a good part is read, and no door is shut."""
    tried = doors.Doors(tmp_path)
    answers = Counter(tried.try_case(case(number, seeds)) for number in range(1500))
    assert sum(n for answer, n in answers.items() if answer.endswith(": read")) > 150
    assert len(answers) > 60
    assert {answer.partition(":")[0] for answer in answers if answer.endswith(": read")} == {
        *("image", "mask", "privacy", "series", "contours", "segmentation", "npz", "table")
    }


@pytest.mark.parametrize(
    "image",
    [
        Image(np.zeros((3, 4), np.complex64)),
        Image(np.zeros((3, 4), ">u2")),
        Image(np.zeros((4, 3), np.uint8).T),
        Image(np.zeros((2048, 1024), np.uint8)),
        Image(np.zeros((3, 4), np.uint8), spacing=(1.0, np.inf)),
        Image(np.zeros((3, 4), np.uint8), spacing=(1.0, 0.0)),
        Image(np.zeros((3, 4), np.uint8), warnings=("\x1b[2J",)),
    ],
    ids=["complex", "byte order", "strides", "budget", "infinite", "no length", "control"],
)
def test_an_image_that_is_not_sane_is_found(image: Image) -> None:
    """A reader that lets nonsense pass would be reported."""
    with pytest.raises(AssertionError):
        doors.check_image(image)


def test_an_error_of_memory_is_found(
    seeds: list[Seed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal behind which memory had ended is no refusal; other errors are none either."""

    def greedy(content: bytes, name: str) -> None:
        try:
            raise MemoryError
        except MemoryError:
            raise InputError("x: damaged") from None

    tried, one = doors.Doors(tmp_path), Case(seeds[0], b"", 0.0)
    monkeypatch.setattr(doors, "read_bytes", greedy)
    with pytest.raises(AssertionError, match="memory"):
        tried.try_case(one)
    monkeypatch.setattr(doors, "read_bytes", lambda content, name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tried.try_case(one)


def test_what_is_written_past_python_is_seen() -> None:
    """Noise of C libraries on either standard stream is collected, and gone afterwards."""
    code = (
        "import os\nfrom benchmarks.fuzz_readers import worker\n"
        "with worker.caught_output() as noise:\n"
        "    os.write(1, b'to out'), os.write(2, b'to err')\n"
        "    first, second = worker.emptied(noise), worker.emptied(noise)\n"
        "print([first, second])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "['to outto err', '']\n", done.stderr


def test_changes_stay_within_their_files(seeds: list[Seed]) -> None:
    """A file that is empty or no DICOM is changed without an error."""
    import random

    for content in (b"", b"x", b"DICM" * 40):
        assert isinstance(changed(content, random.Random(1)), bytes)
        assert isinstance(dicom_changed(content, random.Random(1)), bytes)


def test_refused_seeds_are_still_refused(seeds: list[Seed], tmp_path: Path) -> None:
    """What stands as refused is: a reader that learns a format takes it off the list."""
    tried = doors.Doors(tmp_path)
    for seed in seeds:
        read = tried.try_case(Case(seed, seed.content, 0.0)).endswith(": read")
        assert read == (seed.name not in REFUSED), seed.name


@pytest.mark.slow
def test_some_cases_in_a_process_with_limits() -> None:
    """What `make fuzz` runs finds nothing in its first cases."""
    command = [sys.executable, "-m", "benchmarks.fuzz_readers", "--cases", "3000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "3,000 cases in" in done.stdout
    assert "0 failures" in done.stdout


def test_a_hang_is_a_failure_with_a_trace() -> None:
    """A case that takes more than its CPU time ends the process, which says where it was."""
    code = (
        "import signal\nfrom benchmarks.fuzz_readers import worker\n"
        "with worker.caught_output():\n"
        "    signal.setitimer(signal.ITIMER_PROF, 0.1)\n"
        "    while True: pass"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode < 0
    assert 'File "<string>", line 5' in done.stderr
    assert os.name == "posix"
    assert worker.LIMIT <= 5
