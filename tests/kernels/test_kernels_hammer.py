"""Many Python threads call every kernel at once, and processes are started meanwhile."""

import multiprocessing
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kernel_calls import DERIVATIVES, WEIGHTED, WINDOWLESS, call, pixels

from imgpipe import kernels
from imgpipe._runtime import threads as _threads
from imgpipe.kernels import FILTERS

CALLERS = 8
SHAPES = ((1, 1), (28, 28), (75, 33), (260, 301))
WEIGHTS = np.random.default_rng(0).normal(0, 1, (7, 7)) / 10


@dataclass(frozen=True)
class Job:
    """A call, and the bytes that it gives when nothing else runs."""

    name: str
    image: np.ndarray
    options: dict[str, Any]
    expected: bytes
    dtype: np.dtype

    def holds(self, threads: int, output: bool) -> bool:
        """Whether a call on so many threads gives those bytes."""
        out = np.empty(self.image.shape, self.dtype) if output else None
        with kernels.threads(threads):
            return (
                call(self.name, self.image, output=out, **self.options).tobytes() == self.expected
            )

    def __str__(self) -> str:
        return f"{self.name} {self.image.dtype} {self.image.shape} {self.options}"


def window(name: str, k: int) -> dict[str, Any]:
    """Arguments for a window of k by k."""
    if name == "gaussian":
        return {"sigma": k / 6, "radius": k // 2}
    if name in WEIGHTED:
        return {"weights": WEIGHTS[:k, :k]}
    return {} if name in WINDOWLESS else {"size": k}


def jobs() -> list[Job]:
    """Every kernel over dtypes, shapes and windows, those of the warm-up among them."""
    made = []
    for name in FILTERS:
        for n, dtype in enumerate(("u1", "i2", "f4")):
            if dtype == "i2" and name in DERIVATIVES:
                continue
            for m, shape in enumerate(SHAPES):
                k = (3, 5, 7)[(n + m) % 3]
                stack = (3, *shape) if (n + m) % 2 else shape
                image = pixels(dtype, stack, 7 * n + m)
                options = {**window(name, k), "axes": (-2, -1), "mode": "mirror"}
                with kernels.threads(1):
                    result = call(name, image, **options)
                made.append(Job(name, image, options, result.tobytes(), result.dtype))
    return made


def hammer(work: list[Job], seconds: float) -> tuple[int, list[str]]:
    """Call jobs in any order from all callers; return how many were done and which went wrong."""
    end = time.monotonic() + seconds
    done, wrong = [0] * CALLERS, []

    def caller(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < end:
            # some callers take one job together: a plan that is kept must not keep their data
            job = work[0] if chance.random() < 0.1 else chance.choice(work)
            try:
                if not job.holds(chance.randint(1, 5), chance.random() < 0.5):
                    wrong.append(f"{job}: another result")
            except Exception as error:
                wrong.append(f"{job}: {error!r}")
            done[number] += 1

    callers = [threading.Thread(target=caller, args=(n,)) for n in range(CALLERS)]
    for thread in callers:
        thread.start()
    for thread in callers:
        thread.join(seconds + 120)
        assert not thread.is_alive(), "a caller hangs"
    return sum(done), wrong


@pytest.mark.full
@pytest.mark.jit
@pytest.mark.parametrize("seconds", [1, pytest.param(10, marks=pytest.mark.rare)])
@pytest.mark.parametrize("bands", ["few", "many"])
def test_every_kernel_from_many_threads(
    seconds: float, bands: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight callers at once get what each gets alone, to the last bit."""
    if bands == "many":
        # the smallest image is cut into bands, too
        monkeypatch.setattr(_threads, "_WORTH_A_THREAD", 1)
    work = jobs()
    random.Random(0).shuffle(work)
    count, wrong = hammer(work, seconds / 2)
    assert not wrong, "\n".join(wrong[:20])
    assert count > CALLERS


_PARENT = """
import multiprocessing, sys, threading, time, warnings
import numpy as np
from imgpipe import kernels
from imgpipe._runtime import threads as _threads

image = np.random.default_rng(0).integers(0, 255, (75, 80)).astype(np.uint8)
CALLS = {
    "mean": lambda: kernels.mean(image, 5),
    "median": lambda: kernels.median(image, 3),
    "erosion": lambda: kernels.erosion(image, 5),
    "gaussian": lambda: kernels.gaussian(image, 1.0),
}

def all_of_them(_=None):
    _threads._WORTH_A_THREAD = 1
    with kernels.threads(3):
        return [call().tobytes() for call in CALLS.values()]

if __name__ == "__main__":
    # forking a process whose threads are at work is just what is tried here
    warnings.simplefilter("ignore", DeprecationWarning)
    expected = all_of_them()
    stop, wrong = threading.Event(), []
    def caller():
        while not stop.is_set():
            if all_of_them() != expected:
                wrong.append(1)
    callers = [threading.Thread(target=caller) for _ in range(8)]
    for thread in callers:
        thread.start()
    for _ in range(int(sys.argv[2])):
        with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
            answers = pool.map_async(all_of_them, range(4)).get(timeout=100)
        assert answers == [expected] * 4
    stop.set()
    for thread in callers:
        thread.join()
    print("wrong" if wrong else "same")
"""


@pytest.mark.full
@pytest.mark.jit
@pytest.mark.parametrize(("method", "times"), [("fork", 4), ("spawn", 1)])
def test_processes_started_while_kernels_run(method: str, times: int, tmp_path: Path) -> None:
    """Children that start while eight threads are inside kernels compute the same."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{method} does not exist here")
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    done = subprocess.run(
        [sys.executable, str(script), method, str(times)],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.stdout == "same\n", done.stderr[-2000:]
