"""Tasks on a Dask cluster of two processes, whose workers are killed."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import joblib
import pytest

from imgpipe._common import InputError
from imgpipe._runtime.backends import Cluster, in_order, on_backend, parallel_config
from imgpipe._runtime.cluster.lost import LostTask

dask = pytest.importorskip("dask", reason='needs Dask: pip install "imgpipe[dask]"')
distributed = pytest.importorskip("distributed", reason='needs Dask: pip install "imgpipe[dask]"')


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Address of two workers; a task that killed one is given up."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture
def cluster(scheduler: str) -> Iterator[Cluster]:
    with on_backend("dask", scheduler) as connected:
        assert connected is not None
        yield connected


def square(number: int) -> int:
    return number**2


def squares(numbers: list[int]) -> list[tuple[int, str]]:
    """Squares; a 13 ends the process as the kernel does that is out of memory."""
    if 13 in numbers:
        os.kill(os.getpid(), signal.SIGKILL)
    return [(number**2, "") for number in numbers]


def refuse(number: int) -> None:
    raise InputError(f"{number} is bad")


def threads(_: int) -> tuple[str | None, int]:
    """What a task finds: threads of kernels, and workers that it could have."""
    return os.environ.get("IMGPIPE_THREADS"), joblib.effective_n_jobs(None)


@pytest.mark.parametrize("n_jobs", [None, 1, 2])
def test_order_without_a_cluster(n_jobs: int | None) -> None:
    """Results come in the order of the tasks, here and in processes."""
    assert list(in_order(square, range(9), n_jobs=n_jobs)) == [k**2 for k in range(9)]


def test_order_on_a_cluster(cluster: Cluster) -> None:
    """Results come in the order of the tasks."""
    assert list(in_order(square, range(50))) == [k**2 for k in range(50)]


def test_a_worker_works_alone(cluster: Cluster) -> None:
    """A task has one thread, and no workers of its own."""
    assert set(in_order(threads, range(4))) == {("1", 1)}


def test_an_image_that_kills_its_workers(cluster: Cluster) -> None:
    """The tasks beside it are done, those in one task with it too; it gets the reason."""
    told = in_order(
        squares,
        [[1, 2], [12, 13, 14], [3]],
        parts=lambda numbers: [[number] for number in numbers],
        lost=lambda numbers, reason: [(numbers[0], reason)],
    )
    rows = [row for rows in told for row in rows]
    assert [value for value, _ in rows] == [1, 4, 144, 13, 196, 9]
    (reason,) = {reason for _, reason in rows if reason}
    assert "each worker that took it was killed, 1 in all" in reason
    assert "--memory-limit" in reason


def test_joblib_is_told(cluster: Cluster) -> None:
    """A call of joblib ends where the workers of its task are dead."""
    with parallel_config(), pytest.raises(LostTask, match="each worker that took it"):
        joblib.Parallel()([joblib.delayed(squares)([13])])


def test_an_error_is_raised_here(cluster: Cluster) -> None:
    """What a task raises comes as it is."""
    with pytest.raises(InputError, match="3 is bad"):
        list(in_order(refuse, [3]))


def test_files_that_workers_do_not_see(cluster: Cluster, tmp_path: Path) -> None:
    """They refuse their first task, also one that joins after all were asked."""
    file = tmp_path / "a.png"
    file.write_bytes(b"12345")
    cluster.must_see(str(file))
    assert list(in_order(square, [3])) == [9]
    cluster.expected = replace(cluster.expected, size=7)  # as if it had another size there
    with pytest.raises(InputError, match=r"workers do not find .*a\.png .*\(5\)"):
        list(in_order(square, [3]))


def test_relative_paths(cluster: Cluster, tmp_path: Path) -> None:
    """They start in the folder of whoever asks."""
    (tmp_path / "a.png").write_bytes(b"12345")
    cluster.expected = replace(cluster.expected, folder=str(tmp_path))
    assert list(in_order(os.path.getsize, ["a.png"])) == [5]


def test_another_version(cluster: Cluster) -> None:
    """A worker that joins with another version refuses its first task."""
    cluster.expected = replace(cluster.expected, version="0.0.1")
    with pytest.raises(InputError, match=r"has imgpipe .*, and this machine 0\.0\.1"):
        list(in_order(square, [3]))


def test_no_workers_left(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody is left to do a task, waiting ends."""
    monkeypatch.setattr("imgpipe._runtime.cluster.joblib_backend.WITHOUT_WORKERS", 0.2)
    monkeypatch.setattr("imgpipe._runtime.cluster.joblib_backend._LOOK_SECONDS", 0.2)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 3}),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as small,
        on_backend("dask", small.scheduler_address),
    ):
        told = in_order(time.sleep, [0.0, 2.0])
        next(told)
        small.scale(0)
        with pytest.raises(LostTask, match="no workers"):
            next(told)
