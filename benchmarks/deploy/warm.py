"""What further predictions cost a process that holds the model: latency and throughput."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks._asked import Asked

_SCRIPT = Path(__file__).parent / "_worker.py"
_WARM_UP = 20  # calls that are not counted


class Worker(Asked):
    """A process with one model."""

    def __init__(self, model: Path, environ: Mapping[str, str]) -> None:
        super().__init__([sys.executable, str(_SCRIPT), str(model)], env=dict(environ))
        self.answer()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def latency(
    files: Mapping[str, Path], stack: Path, calls: int, environ: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Percentiles of the milliseconds of `Predictor.predict` with one image, the sides in turns."""
    workers = {side: Worker(file, environ) for side, file in files.items()}
    spent: dict[str, list[float]] = {side: [] for side in files}
    cpu = dict.fromkeys(files, 0.0)
    for turn, part in enumerate((_WARM_UP, *[calls // 5] * 5)):
        for side, worker in workers.items():
            worker.say(do="latency", stack=str(stack), calls=part)
            told = worker.answer()
            if turn:
                spent[side] += told["ms"]
                cpu[side] += told["cpu_ms"]
    for worker in workers.values():
        worker.__exit__()
    return {
        side: percentiles(times) | {"cpu_ms": cpu[side] / len(times)}
        for side, times in spent.items()
    }


def percentiles(times: Sequence[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    return {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "calls": len(times)}


def throughput(
    files: Mapping[str, Path], stack: Path, n: int, rounds: int, environ: Mapping[str, str]
) -> dict[str, float]:
    """Images a second of each side alone, and of two processes of the first one."""
    first = next(iter(files))
    workers = {side: Worker(file, environ) for side, file in files.items()}
    second = Worker(files[first], environ)
    groups = {side: [worker] for side, worker in workers.items()}
    groups[f"{first}, 2 processes"] = [workers[first], second]
    spent: dict[str, list[float]] = {group: [] for group in groups}
    cores: dict[str, list[float]] = {group: [] for group in groups}
    for turn in range(rounds + 1):
        for name, group in groups.items():
            wall, cpu = _together(group, stack)
            if turn:  # the first one reads and compiles
                spent[name].append(wall)
                cores[name].append(cpu / wall)
    for worker in (*workers.values(), second):
        worker.__exit__()
    rates = {name: n * len(groups[name]) / median(walls) for name, walls in spent.items()}
    return rates | {f"{name}, cores": median(share) for name, share in cores.items()}


def _together(group: Sequence[Worker], stack: Path) -> tuple[float, float]:
    """Let processes start at once; wall seconds to the last end, and CPU seconds of all."""
    start = time.perf_counter()
    for worker in group:
        worker.say(do="stack", stack=str(stack))
    told = [worker.answer() for worker in group]
    # perf_counter is one clock for all processes
    return max(one["done"] for one in told) - start, sum(one["cpu_s"] for one in told)
