"""What a call costs beside its loop, and what the first one costs in a fresh process."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.kernels.cases import kernels_of, ours, picture
from benchmarks.kernels.peers import opencv_image

CALLS, BATCHES = 200, 21
COUNT = 2000
# what a fresh process calls first: a small window of bytes, a larger one of floats
FIRST = (("u8", 3), ("f32", 7))

_START = """
import json, sys, time
import numpy as np
begin = time.perf_counter()
import numba

@numba.njit(cache=True)
def nothing(x):
    return x + 1

nothing(1)
started = time.perf_counter()
from benchmarks.kernels.cases import ours, picture
imported = time.perf_counter()
times = []
for name, dtype, k in json.loads(sys.argv[1]):
    call = ours(name, picture("noise", dtype, (28, 28)), k, (0, 1))
    before = time.perf_counter()
    call()
    times.append(time.perf_counter() - before)
print(json.dumps({"numba": started - begin, "import": imported - started, "first": times}))
"""
_DOCTOR = """
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from imgpipe.cli import main
sys.argv = ["imgpipe", "doctor", "--warm", "--json"]
main()
"""


def per_call(*calls: Callable[[], Any]) -> list[float]:
    """Median microseconds of each small call; they take turns in batches."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(BATCHES):
        for call, spent in zip(calls, times, strict=True):
            start = perf_counter()
            for _ in range(CALLS):
                call()
            spent.append((perf_counter() - start) / CALLS * 1e6)
    return [median(spent) for spent in times]


def overheads(only: str | None) -> list[dict[str, Any]]:
    """Each kernel on a 28x28 image, beyond its share of a large stack; and on a single pixel."""
    rows = []
    for name in kernels_of(only):
        for dtype in ("u8", "f32"):
            image = picture("noise", dtype, (28, 28))
            stack = np.ascontiguousarray(np.broadcast_to(image, (COUNT, 28, 28)))
            one = ours(name, image, 3, (0, 1))
            pixel = ours(name, image[:1, :1].copy(), 3, (0, 1))
            many = ours(name, stack, 3, (1, 2))
            many()
            each = []
            for _ in range(7):
                start = perf_counter()
                many()
                each.append((perf_counter() - start) / COUNT * 1e6)
            opencv = opencv_image(name, image, 3)
            single, small, *rest = per_call(one, pixel, *([opencv] if opencv else []))
            row = {"kernel": name, "dtype": dtype, "call_us": single, "pixel_us": small}
            row |= {"image_of_stack_us": median(each), "overhead_us": single - median(each)}
            rows.append(row | {"opencv_call_us": rest[0] if rest else None})
    return rows


def first_calls(only: str | None) -> list[dict[str, Any]]:
    """First call of each kernel in a fresh process, its code being in the cache on disk."""
    cases = [(name, dtype, k) for name in kernels_of(only) for dtype, k in FIRST]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "start.py")
        script.write_text(_START)
        _fresh(script, cases)
        for case in cases:
            # what else the machine does can only add to it
            runs = [_fresh(script, [case]) for _ in range(2)]
            first = min(run["first"][0] for run in runs)
            row = dict(zip(("kernel", "dtype", "k"), case, strict=True))
            row |= {"first_s": first, "numba_s": min(run["numba"] for run in runs)}
            rows.append(row | {"import_s": min(run["import"] for run in runs)})
    return rows


def _fresh(script: Path, cases: list[tuple]) -> dict[str, Any]:
    env = {**os.environ, "IMGPIPE_THREADS": "1"}
    # the packages of this checkout, wherever the script lies
    env["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), env.get("PYTHONPATH", "")])
    words = [sys.executable, str(script), json.dumps(cases)]
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=True)
    return json.loads(done.stdout)


def warm_up() -> dict[str, float]:
    """Seconds that `imgpipe doctor --warm` needs from an empty cache, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _DOCTOR],
            capture_output=True,
            text=True,
            env={**os.environ, "NUMBA_CACHE_DIR": folder},
        )
        total = perf_counter() - start
    warmed = json.loads(done.stdout)["warmed"]
    kernels = {name: t for name, t in warmed.items() if name.startswith("kernels.")}
    longest = max(kernels, key=lambda name: kernels[name])
    return {
        "total_s": total,
        "kernels_s": sum(kernels.values()),
        "longest": longest,
        "longest_s": kernels[longest],
    }
