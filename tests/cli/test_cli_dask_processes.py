"""A scheduler and workers as they are started in a shell; the scheduler is killed in the middle."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_helpers import Run, start, write_tree

pytest.importorskip("distributed", reason='needs Dask: pip install "imgpipe[dask]"')

pytestmark = pytest.mark.full


def started(module: str, *args: str) -> subprocess.Popen[bytes]:
    """Run a program of Dask."""
    command = [sys.executable, "-m", f"distributed.cli.{module}", *args]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address and process of a scheduler, with two workers in a folder of their own."""
    file = tmp_path / "scheduler.json"
    # the port is a free one; nobody looks at the page
    scheduler = started(
        "dask_scheduler", "--port", "0", "--dashboard-address", ":0", "--scheduler-file", str(file)
    )
    elsewhere = tmp_path / "elsewhere"
    workers = started(
        "dask_worker", "--scheduler-file", str(file), "--nworkers", "2", "--nthreads", "1",
        "--dashboard-address", ":0", "--local-directory", str(elsewhere),
    )  # fmt: skip
    try:
        for _ in range(300):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], scheduler
    finally:
        for process in (workers, scheduler):
            process.terminate()
        for process in (workers, scheduler):
            process.wait(timeout=60)


def test_a_scheduler_that_is_killed(
    run: Run,
    tmp_path: Path,
    cluster: tuple[str, subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows are kept; from them --resume goes on without a cluster, to the same bytes."""
    address, scheduler = cluster
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path / "scans", per_class=300, size=64)
    extract = ("extract", "scans", "--families", "intensity,glcm,hog", "--out")
    assert run(*extract, "plain.csv", "--jobs", "1").exit_code == 0
    whole = run(*extract, "whole.csv", "--backend", "dask", "--scheduler", address)
    assert whole.exit_code == 0, whole.stderr
    assert Path("whole.csv").read_bytes() == Path("plain.csv").read_bytes()
    program = start(*extract, "afar.csv", "--backend", "dask", "--scheduler", address)
    part = tmp_path / "afar.csv.part"
    while not (part.exists() and part.stat().st_size > 10_000):
        assert program.poll() is None, program.stderr
        time.sleep(0.005)
    scheduler.kill()
    _, told = program.communicate(timeout=120)
    assert program.returncode == 2, told
    assert "the scheduler is gone" in told
    assert "are kept in" in told
    assert told.count("\n") == 1, told
    done = run(*extract, "afar.csv", "--resume", "--jobs", "1")
    assert done.exit_code == 0, done.stderr
    assert Path("afar.csv").read_bytes() == Path("plain.csv").read_bytes()
