"""Threads and processes: how many, the same bits from any number, and no pool across a fork."""

import itertools
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from kernel_calls import WINDOWLESS, call, pixels

from imgpipe import kernels
from imgpipe._common import InputError
from imgpipe._runtime import threads as _threads
from imgpipe.kernels import FILTERS


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test without any choice of threads."""
    monkeypatch.delenv("IMGPIPE_THREADS", raising=False)
    monkeypatch.setattr(_threads, "_chosen", None)


def test_order_of_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    """`threads` comes before `set_threads`, that before the variable, that before affinity."""
    if hasattr(os, "sched_getaffinity"):
        assert _threads.thread_count() == len(os.sched_getaffinity(0))
    monkeypatch.setenv("IMGPIPE_THREADS", "5")
    assert _threads.thread_count() == 5
    kernels.set_threads(3)
    assert _threads.thread_count() == 3
    with kernels.threads(2):
        assert _threads.thread_count() == 2
        with kernels.threads(7):
            assert _threads.thread_count() == 7
        assert _threads.thread_count() == 2
    kernels.set_threads(None)
    assert _threads.thread_count() == 5


def test_context_belongs_to_one_thread() -> None:
    """A choice in one thread is not seen by another."""
    seen = []
    with kernels.threads(9):
        worker = threading.Thread(target=lambda: seen.append(_threads.thread_count()))
        worker.start()
        worker.join()
    assert seen != [9]
    assert len(seen) == 1


@pytest.mark.parametrize("n", [0, -1, 1.5, "two"])
def test_bad_number_of_threads(n: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of threads is a positive integer, wherever it comes from."""
    with pytest.raises(InputError, match="threads must be a positive integer"):
        kernels.set_threads(n)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="threads must be"):
        kernels.threads(n)  # type: ignore[arg-type]
    monkeypatch.setenv("IMGPIPE_THREADS", str(n))
    with pytest.raises(InputError, match="IMGPIPE_THREADS"):
        kernels.mean(np.ones((1024, 1024)))


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_same_bits_from_any_number_of_threads(
    name: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result does not depend on the number of threads, to the last bit."""
    monkeypatch.setattr(_threads, "_WORTH_A_THREAD", 1)
    image = pixels(dtype, (2, 75, 33), 5)
    options = {} if name in WINDOWLESS else {"size": (11, 3)}
    results = []
    for n in (1, 2, 3, 7):
        with kernels.threads(n):
            results.append(call(name, image, axes=(1, 2), **options).tobytes())
    assert len(set(results)) == 1


def test_many_python_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels called from many threads, each asking for several, do not disturb one another."""
    monkeypatch.setattr(_threads, "_WORTH_A_THREAD", 1)
    image = pixels("u1", (60, 70), 5)
    names = ["mean", "median", "erosion", "gaussian"] * 8
    expected = {name: call(name, image) for name in set(names)}

    def work(job: tuple[int, str]) -> bool:
        n, name = job
        with kernels.threads(1 + n % 5):
            return np.array_equal(call(name, image), expected[name])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, enumerate(names)))


def test_bands_cover_each_line_once() -> None:
    """Whoever takes them, the bands lie end to end, and there are more of them than threads."""
    seen: list[tuple[int, int]] = []
    with kernels.threads(3):
        assert not _threads.run_bands(lambda start, stop: seen.append((start, stop)), 100, 1e9)
    edges = [0, *(stop for _, stop in sorted(seen))]
    assert sorted(seen) == list(itertools.pairwise(edges))
    assert edges[-1] == 100
    assert len(seen) > 3


def test_an_error_in_a_band_is_raised() -> None:
    """What goes wrong in another thread reaches the caller, after all bands begun have ended."""
    done = []

    def loop(start: int, stop: int) -> None:
        if start:
            raise ZeroDivisionError
        time.sleep(0.1)
        done.append(start)

    with kernels.threads(2), pytest.raises(ZeroDivisionError):
        _threads.run_bands(loop, 10, 1e9)
    assert done == [0]


_CHILD = """
import multiprocessing, os, sys, warnings
import numpy as np
from imgpipe import kernels
from imgpipe._runtime import threads as _threads

image = np.arange(3000, dtype=np.uint8).reshape(50, 60)

def child(_):
    _threads._WORTH_A_THREAD = 1
    alone = _threads.thread_count()
    with kernels.threads(3):
        return alone, kernels.mean(image).tobytes()

if __name__ == "__main__":
    # forking a process that has threads is just what is tried here
    warnings.simplefilter("ignore", DeprecationWarning)
    _threads._WORTH_A_THREAD = 1
    with kernels.threads(3):
        expected = kernels.mean(image).tobytes()
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        answers = pool.map_async(child, range(4)).get(timeout=120)
    assert answers == [(1, expected)] * 4, answers
    print("same")
"""


@pytest.mark.jit
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_child_processes(method: str, tmp_path: Path) -> None:
    """A child process uses one thread unless told otherwise, and builds its own pool."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{method} does not exist here")
    script = tmp_path / "child.py"
    script.write_text(_CHILD)
    done = subprocess.run([sys.executable, str(script), method], capture_output=True, text=True)
    assert done.stdout == "same\n", done.stderr


def test_kernels_work_while_the_interpreter_ends() -> None:
    """A call at exit, when no thread can be started any more, runs on the calling thread."""
    code = """
import atexit, numpy as np
from imgpipe import kernels
from imgpipe._runtime import threads as _threads
_threads._WORTH_A_THREAD = 1
kernels.set_threads(3)
atexit.register(lambda: print(kernels.mean(np.ones((40, 40))).sum()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "1600.0\n", done.stderr
