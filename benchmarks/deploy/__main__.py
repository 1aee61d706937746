"""What a trained model costs as a file: ``python -m benchmarks.deploy [--only MODEL] [--quick]``.

A full run (under eight minutes on a quiet machine) writes ``deploy.json`` and ``deploy.md`` to
``benchmarks/results``; they are never edited by hand, and reasons for misses stand in
``benchmarks/deploy_notes.toml``. A quick or partial run prints its page and writes it only where
``--out`` says. Unix only: it reads what the kernel counts of a process.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._timing import RESULTS, stamp
from benchmarks.deploy import cold, graphs, listening, models, page, parity, rows, warm
from benchmarks.deploy.goals import JUDGED
from benchmarks.deploy.models import Data, Kept

PACKAGES = ("imgpipe", "numpy", "numba", "onnxruntime", "scikit-learn", "joblib", "lightgbm",
            "torch", "treelite", "skl2onnx", "pynetdicom", "highdicom")  # fmt: skip
_STACK = 1248


@dataclass(frozen=True)
class Effort:
    """How often each thing is done."""

    starts: int = 9
    starts_of_rivals: int = 5
    calls: int = 500
    calls_large: int = 250
    rounds: int = 3
    seconds: float = 1.0
    trained: int | None = None
    sent: int = 500


QUICK = Effort(2, 1, 20, 20, 1, 0.05, 300, 40)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.deploy", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="few repeats and training images")
    parser.add_argument("--only", choices=models.NAMES, action="append", help="may be repeated")
    parser.add_argument("--models", type=Path, help="folder of trained models, used again")
    parser.add_argument("--out", type=Path, help="folder for the tables")
    return parser.parse_args()


class Bench:
    """One run: its data, its folders, its processes."""

    def __init__(self, scratch: Path, kept: Path, effort: Effort) -> None:
        self.folder, self.effort = kept, effort
        self.cache = scratch / "numba"
        self.environ = cold.environment(self.cache)
        self.launcher = cold.Launcher(scratch, self.environ)
        self.data: Data = models.data(scratch, effort.trained)
        self.large, self.large_test = models.large_data()
        self.small_stack, self.large_stack = scratch / "small.npy", scratch / "large.npy"
        times = -(-_STACK // len(self.data.test))
        self.stack = np.concatenate([self.data.test] * times)[:_STACK]
        np.save(self.small_stack, self.stack)
        np.save(self.large_stack, self.large_test)

    def trained(self, name: str) -> Kept:
        """A model on the small images."""
        return models.keep(name, self.data.train, self.folder, self.data.test[0])

    def trained_large(self, name: str) -> Kept:
        """The same kind on images of 512x512."""
        folder = self.folder / "large"
        folder.mkdir(exist_ok=True)
        return models.keep(name, self.large, folder, self.large_test[0])

    def measure(self, kept: Kept) -> dict[str, Any]:
        """All that is found of one model."""
        effort = self.effort
        found: dict[str, Any] = {
            "parity": parity.compare(kept, self.data.test),
            "size_mb": kept.size_mb,
            "joblib_mb": kept.joblib.stat().st_size / 1e6,
            "train_s": kept.train_s,
        }
        rivals = effort.starts if kept.name == JUDGED else effort.starts_of_rivals
        times = {"bundle": effort.starts, "joblib": rivals, "bare": rivals}
        found["cold"] = cold.starts(self.launcher, kept, self.data, times)
        sides = {"bundle": kept.bundle, "joblib": kept.joblib}
        found["latency"] = warm.latency(sides, self.small_stack, effort.calls, self.environ)
        found["throughput"] = warm.throughput(
            sides, self.small_stack, len(self.stack), effort.rounds, self.environ
        )
        graph = graphs.measure(self.launcher, kept, self.data, effort.starts, effort.calls)
        found["graph"] = graph
        if kept.name != "cnn":
            large = self.trained_large(kept.name)
            sides = {"bundle": large.bundle, "joblib": large.joblib}
            found["latency_large"] = warm.latency(
                sides, self.large_stack, effort.calls_large, self.environ
            )
            if "refused" not in found["graph"]:
                found["graph"]["large"] = graphs.measure_large(
                    self.launcher, large, self.large_test, effort.calls_large
                )
            found["row_us"] = rows.race(kept, effort.seconds)
        return found


def run(bench: Bench, names: list[str]) -> dict[str, Any]:
    """Train and measure each model."""
    facts = stamp(PACKAGES)
    found: dict[str, Any] = {"run": facts, "data": bench.data.told, "models": {}}
    start = time.perf_counter()
    kept = {name: bench.trained(name) for name in names}
    _tell(start, "trained")
    chosen = kept[JUDGED if JUDGED in kept else names[0]]
    found["first"] = cold.first(bench.launcher, chosen, bench.data, bench.cache)
    found["first"]["model"] = chosen.name
    for name in names:
        found["models"][name] = bench.measure(kept[name])
        _tell(start, name)
    found["floors"] = cold.floors(bench.launcher, bench.effort.starts)
    found["listener"] = _listener(bench, chosen)
    found["imported"] = _imported(bench, kept, chosen.name)
    facts["seconds"] = round(time.perf_counter() - start)
    return found


def _listener(bench: Bench, chosen: Kept) -> dict[str, Any]:
    """What `imgpipe listen` takes in with one model; empty where its packages are not there."""
    if not all(map(find_spec, ("pynetdicom", "highdicom"))):
        return {}
    stack = bench.stack[: bench.effort.sent + 1]
    ways = {way: listening.measure(chosen.bundle, stack, way) for way in ("json", "both")}
    return {"model": chosen.name, "ways": ways}


def _imported(bench: Bench, kept: dict[str, Kept], chosen: str) -> dict[str, dict[str, int]]:
    found = {}
    for name in dict.fromkeys((chosen, *(["cnn"] if "cnn" in kept else []))):
        for side, file in (("bundle", kept[name].bundle), ("joblib", kept[name].joblib)):
            hidden = cold.NOT_NEEDED if side == "bundle" else ()
            found[f"{name}, {side}"] = cold.imported(bench.launcher, file, bench.data.png, hidden)
    return found


def _tell(start: float, what: str) -> None:
    print(f"{time.perf_counter() - start:5.0f} s: {what}", flush=True)


def main() -> None:
    """Measure, print, and write what was measured in full."""
    asked = parse()
    needed = {name: models.NEEDS.get(name) for name in asked.only or models.NAMES}
    absent = [name for name, package in needed.items() if package and not find_spec(package)]
    for name in absent:
        print(f"{name} is left out: {needed.pop(name)} is not installed")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.models or Path(scratch, "models")
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(Path(scratch), folder, QUICK if asked.quick else Effort())
        found = run(bench, list(needed))
    text = page.render(found)
    print(text)
    whole = not (asked.quick or asked.only or absent)
    if asked.out or whole:
        page.write(asked.out or RESULTS, text, found)


if __name__ == "__main__":
    main()
