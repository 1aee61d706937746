"""`side_by_side`: tasks over threads, in the caller's context."""

import threading
from contextvars import copy_context

import numpy as np
import pytest

from imgpipe._runtime.threads import run_bands, side_by_side
from imgpipe.features import extract
from imgpipe.kernels import threads


def test_two_tasks_run_at_a_time() -> None:
    """Each of two tasks waits for the other, and results come in the order of the tasks."""
    both = threading.Barrier(2, timeout=20)

    def task(number: int) -> int:
        both.wait()
        return number

    with threads(2):
        assert side_by_side([lambda: task(0), lambda: task(1)]) == [0, 1]


def test_one_thread_is_the_callers() -> None:
    """With one thread allowed, no other runs anything."""
    with threads(1):
        names = side_by_side([lambda: threading.current_thread().name] * 3)
    assert set(names) == {threading.current_thread().name}


def test_an_error_reaches_the_caller() -> None:
    """What a task raises is raised, in whichever thread it ran."""

    def fail() -> None:
        raise ValueError("a task failed")

    with threads(2), pytest.raises(ValueError, match="a task failed"):
        side_by_side([fail, fail, fail])


def test_warnings_stay_as_the_caller_has_them() -> None:
    """NumPy's silence on overflow holds in the other threads."""
    both = threading.Barrier(2, timeout=20)

    def overflow() -> float:
        both.wait()
        return float(np.float64(1e308) * np.float64(10))

    with threads(2), np.errstate(over="ignore"):
        assert side_by_side([overflow, overflow]) == [np.inf, np.inf]


def test_features_of_one_image_do_not_depend_on_threads() -> None:
    """Families side by side give the bytes that they give one after the other."""
    image = np.random.default_rng(0).integers(0, 256, (256, 256)).astype(np.uint8)
    with threads(1):
        alone = extract(image, families=["intensity", "histogram", "glcm", "glszm", "gldzm", "lbp"])
    for _ in range(3):
        with threads(2):
            assert extract(
                image, families=["intensity", "histogram", "glcm", "glszm", "gldzm", "lbp"]
            ) == pytest.approx(alone, rel=0, abs=0, nan_ok=True)


def test_a_task_may_call_a_kernel() -> None:
    """Tasks that share lines out themselves, as a family made of kernels does, do not wait."""
    done: list[tuple[int, int]] = []

    def task() -> None:
        run_bands(lambda start, stop: done.append((start, stop)), 100, 1e9)

    with threads(2):
        runner = threading.Thread(
            target=copy_context().run, args=(side_by_side, [task] * 4), daemon=True
        )
        runner.start()
        runner.join(20)
    assert not runner.is_alive()
    assert sum(stop - start for start, stop in done) == 400
