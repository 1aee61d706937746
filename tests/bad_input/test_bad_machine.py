"""A machine that does not help: full disks, folders that take nothing, processes side by side."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgpipe import evaluate
from imgpipe.datasets import Dataset
from imgpipe.learn import make_pipeline
from imgpipe.tables import extract_table

RUN = "from imgpipe.cli import main; main()"


def scans(folder: Path, count: int = 6) -> Path:
    """A folder of small images."""
    rng = np.random.default_rng(0)
    (folder / "scans").mkdir()
    for i in range(count):
        pixels = rng.integers(0, 255, (12, 12)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "scans" / f"{i}.png")
    return folder / "scans"


def program(
    *args: object, before: Callable[[], None] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run imgpipe in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, args)],
        capture_output=True,
        text=True,
        preexec_fn=before,
        env={**os.environ, **environment},
    )


def no_room() -> None:
    """Let no file grow beyond 2 kB, as a disk does that is nearly full."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))


@pytest.mark.slow
def test_no_free_disk_is_one_line_and_leaves_no_table(tmp_path: Path) -> None:
    """A table that does not fit is refused by name, and no part of it stands in its place."""
    source, out = scans(tmp_path, 40), tmp_path / "out" / "f.csv"
    args = ("extract", source, "--out", out, "--families", "intensity,histogram", "--jobs", 1)
    done = program(*args, before=no_room, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "f.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def features(images: np.ndarray, n_jobs: int | None = None) -> object:
    """Scores of a comparison whose features go through the cache."""
    dataset = Dataset("d", images, ["a", "b"] * (len(images) // 2))
    models = {"logistic": make_pipeline("logistic", families="intensity")}
    found = evaluate.compare(models, dataset, folds=2, seed=1, n_jobs=n_jobs)
    return found.models[0].metrics["auc"]


IMAGES = np.random.default_rng(3).integers(0, 255, (40, 10, 10)).astype(np.uint8)


def test_an_unwritable_cache_folder_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cache folder cannot be made, features are computed, and scores are the same."""
    right = features(IMAGES)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "file" / "cache"))
    assert features(IMAGES) == right


def test_any_number_of_jobs_gives_the_same_numbers(tmp_path: Path) -> None:
    """One, two and three workers give the same bytes of features, in the order of the images."""
    source = scans(tmp_path)
    tables = [extract_table(source, families="intensity", n_jobs=n) for n in (None, 1, 2, 3)]
    for table in tables[1:]:
        assert table.ids == tables[0].ids
        assert table.values.tobytes() == tables[0].values.tobytes()


@pytest.mark.full
def test_two_processes_share_a_cache(tmp_path: Path) -> None:
    """Two that start at once with an empty cache both end well, with the same scores."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_bad_machine import IMAGES, features\n"
        "print(features(IMAGES))"
    )
    environment = {**os.environ, "IMGPIPE_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert answers[0] == answers[1] != ""
