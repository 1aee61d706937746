"""Workers of a process that was killed."""

import os
import signal
import subprocess
import sys
import time
from itertools import chain

import joblib
import pytest

from imgpipe import InputError
from imgpipe._runtime import workers
from imgpipe._runtime.backends import in_order
from imgpipe._runtime.workers import in_chunks

SCRIPT = """
import time
import numpy as np
from imgpipe.features import extract_many

class Slow:  # so slow to read that each worker gets some
    size = 2**19

    def __array__(self, dtype=None, copy=None):
        time.sleep(1)
        return np.arange(36.0).reshape(6, 6)

extract_many([Slow() for _ in range(8)], families="intensity", n_jobs=2)
print("ready", flush=True)
time.sleep(300)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="elsewhere a worker cannot see its parent end")
def test_workers_end_with_a_killed_parent():
    """Seconds after SIGKILL to the parent, no worker is left to hold its output open."""
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.kill()
        rest, _ = process.communicate(timeout=30)  # raises while a worker lives
    assert rest == ""


@pytest.mark.parametrize("n_jobs", [None, 1, 3])
def test_results_come_in_the_order_of_the_chunks(n_jobs):
    """Whoever is done first, what is yielded first belongs to the first chunk."""

    def work(number):
        time.sleep(0.01 * (number % 3 == 0))
        return -number

    with joblib.parallel_config(backend="threading"):
        assert list(in_chunks(work, iter(range(20)), n_jobs)) == [-n for n in range(20)]


def test_an_error_of_a_chunk_reaches_the_caller():
    """It comes as it is, at the latest where the chunk's result would."""
    with joblib.parallel_config(backend="threading", n_jobs=2), pytest.raises(ZeroDivisionError):
        list(in_chunks(lambda n: 1 // n, [1, 1, 0, 1]))


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_worker_costs_only_what_kills_again(tmp_path):
    """What a killed worker had is done part by part; only what kills again is lost."""

    def work(numbers):
        first = 3 in numbers and not (tmp_path / "3").exists()
        for number in numbers:
            (tmp_path / str(number)).touch()
        if first or 5 in numbers:
            os.kill(os.getpid(), signal.SIGKILL)
        return numbers

    found = in_order(
        work,
        ([n, n + 1] for n in range(0, 12, 2)),
        n_jobs=2,
        parts=lambda pair: [[n] for n in pair],
        lost=lambda part, reason: [f"{part[0]}: {reason}"],
    )
    assert [*chain(*found)] == [0, 1, 2, 3, 4, f"5: {workers.WORKER_ENDED}", *range(6, 12)]


def test_a_backend_that_gives_nothing_before_the_end_is_refused():
    """The message names those that do."""
    with (
        joblib.parallel_config(backend="multiprocessing", n_jobs=2),
        pytest.raises(InputError, match="choose loky or threading"),
    ):
        list(in_chunks(abs, [1, 2]))


def test_a_worker_has_one_thread(monkeypatch):
    """A task in another process sets IMGPIPE_THREADS=1 there, one in this process does not."""
    monkeypatch.setenv("IMGPIPE_THREADS", "5")
    assert workers._at_work(abs, -7, parent=os.getpid()) == 7
    assert os.environ["IMGPIPE_THREADS"] == "5"
    workers._at_work(abs, -7, parent=-1)
    assert os.environ["IMGPIPE_THREADS"] == "1"
