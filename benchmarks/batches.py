"""Batches of 1,000 and 10,000 images: memory, speed, kills, and a cluster.

    python -m benchmarks.batches [--images 10000]

Each run is a process of its own; the memory of it and of its workers is looked at many times a
second. Nothing else should run beside it.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import psutil

from benchmarks._timing import RESULTS, stamp, stamp_lines, table
from benchmarks.plots import write_page
from imgpipe import bundle, learn
from imgpipe.datasets import Dataset

SIDE = 64
FAMILIES = "intensity,glcm,lbp"
KILLS = 3
_HEAD = 4096  # bytes of a journal without rows, at most
_LOOK = 0.03  # seconds between two looks at the memory


class Run(NamedTuple):
    """What one process took; memory in MB, of itself and with its workers."""

    seconds: float
    own: float
    tree: float
    bytes: str


def images(folder: Path, count: int) -> None:
    """Write noise of several grains, half of it brighter."""
    folder.mkdir()
    rng = np.random.default_rng(count)
    for i in range(count):
        grain = 1 + i % 4
        cells = rng.normal(110 + 20 * (i % 2), 40, (SIDE // grain + 1, SIDE // grain + 1))
        pixels = np.kron(cells, np.ones((grain, grain)))[:SIDE, :SIDE]
        cv2.imwrite(str(folder / f"{i:06}.png"), pixels.clip(0, 255).astype(np.uint8))


def model(folder: Path, path: Path) -> None:
    """Train a forest on some of the images."""
    files = sorted(folder.glob("*.png"))[:200]
    pixels = np.stack([cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in files])
    labels = np.arange(len(files)) % 2
    data = Dataset("noise", pixels, labels, ("dark", "bright"))
    bundle.save(learn.fit(data, "forest", families="intensity"), path)


def command(*args: object) -> list[str]:
    """Call of the program."""
    return [sys.executable, "-m", "imgpipe", *map(str, args)]


def measured(out: Path, *args: object) -> Run:
    """Run the program to its end."""
    start = time.perf_counter()
    with subprocess.Popen(
        command(*args, "--out", out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        own = tree = 0.0
        while process.poll() is None:
            one, all_ = _memory(process.pid)
            own, tree = max(own, one), max(tree, all_)
            time.sleep(_LOOK)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    if process.returncode:
        raise RuntimeError(said)
    return Run(time.perf_counter() - start, own, tree, _digest(out))


def _memory(pid: int) -> tuple[float, float]:
    """Resident MB of a process, and of it with all that it started."""
    try:
        process = psutil.Process(pid)
        own = process.memory_info().rss
        others = 0
        for child in process.children(recursive=True):
            try:
                others += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    return own / 2**20, (own + others) / 2**20


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def killed(out: Path, lasts: float, *args: object) -> tuple[str, list[int]]:
    """Kill a run at random moments and resume it each time; what it wrote, and rows' bytes kept."""
    chance, kept = random.Random(0), []
    part = out.with_name(f"{out.name}.part")
    for _ in range(KILLS):
        resume = ["--resume"] if part.exists() else []
        with subprocess.Popen(
            command(*args, "--out", out, *resume),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        ) as process:  # fmt: skip
            before = kept[-1] if kept else 0
            while process.poll() is None and _size(part) <= before:
                time.sleep(_LOOK / 10)  # until it has measured anything
            time.sleep(chance.uniform(0.1, 0.6) * lasts / KILLS)
            os.killpg(process.pid, signal.SIGKILL)
        kept.append(_size(part))
    resume = ["--resume"] if part.exists() else []
    return measured(out, *args, *resume).bytes, kept


def _size(part: Path) -> int:
    """Bytes of the rows that are kept, beyond the head of the file."""
    return max(0, part.stat().st_size - _HEAD) if part.exists() else 0


@contextmanager
def cluster() -> Iterator[str | None]:
    """Start a Dask cluster of two processes; None where Dask is not installed."""
    try:
        from distributed import LocalCluster
    except ModuleNotFoundError:
        yield None
        return
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as local:
        yield local.scheduler_address


def rows(folder: Path, most: int) -> tuple[list[list[str]], list[str]]:
    """Lines of the table, and sentences on what must be equal."""
    few = most // 10
    sets = {few: folder / "few", most: folder / "many"}
    for count, place in sets.items():
        images(place, count)
    forest = folder / "forest.imgpipe"
    model(sets[few], forest)
    extract = ["extract", "{images}", "--families", FAMILIES]
    calls = {
        ("extract to CSV, 1 job", ".csv"): [*extract, "--jobs", 1],
        ("extract to CSV, 2 jobs", ".csv"): [*extract, "--jobs", 2],
        ("extract to Parquet, 2 jobs", ".parquet"): [*extract, "--jobs", 2],
        ("predict to CSV, 1 job", ".csv"): ["predict", forest, "{images}"],
    }
    lines, told = [], []
    found: dict[tuple[str, int], Run] = {}
    for (name, suffix), call in calls.items():
        for count, place in sets.items():
            own = [place if word == "{images}" else word for word in call]
            run = measured(folder / f"{len(lines)}{suffix}", *own)
            found[name, count] = run
            lines.append(_line(name, count, run))
    one, two = (found[f"extract to CSV, {jobs}", most].bytes for jobs in ("1 job", "2 jobs"))
    told.append(f"1 job and 2 jobs: {_same(one == two)}.")
    for name, suffix in (key for key in calls if "1 job" in key[0]):
        own = [sets[most] if word == "{images}" else word for word in calls[name, suffix]]
        whole = found[name, most]
        after, kept = killed(folder / f"killed{len(told)}{suffix}", whole.seconds, *own)
        sizes = ", ".join(f"{size / 1e6:.2f}" for size in kept)
        told.append(
            f"{name}, {most:,} images, killed {KILLS} times (with {sizes} MB of rows kept), and "
            f"resumed: {_same(after == whole.bytes)}."
        )
    with cluster() as address:
        if address is not None:
            own = [sets[most] if word == "{images}" else word for word in extract]
            there = ["--backend", "dask", "--scheduler", address]
            run = measured(folder / "dask.csv", *own, *there)
            lines.append(_line("extract to CSV, Dask, 2 workers", most, run))
            told.append(f"Dask and 1 job: {_same(run.bytes == one)}.")
    return lines, told


def _line(name: str, count: int, run: Run) -> list[str]:
    memory = [f"{run.own:.0f}", f"{run.tree:.0f}"]
    return [name, f"{count:,}", f"{run.seconds:.1f}", f"{count / run.seconds:.0f}", *memory]


def _same(equal: bool) -> str:
    return "the same bytes" if equal else "OTHER BYTES"


def main() -> None:
    """Run all, and write benchmarks/results/batches.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    most = parser.parse_args().images
    facts = stamp(["numpy", "numba", "joblib", "pandas", "pyarrow", "distributed"])
    with tempfile.TemporaryDirectory() as folder:
        lines, told = rows(Path(folder), most)
    header = ["run", "images", "s", "images/s", "peak RSS, MB", "with its workers, MB"]
    text = [
        "# Batches", "",
        f"PNG files of {SIDE} x {SIDE} pixels; families {FAMILIES}; a forest on intensity. Seconds "
        "are those of the whole process, start included; of a cluster only the asking process is "
        "looked at. Written by `make bench-batches`.", "",
        table(header, lines), "", *[f"- {line}" for line in told], "", *stamp_lines(facts), "",
    ]  # fmt: skip
    path = RESULTS / "batches.md"
    write_page(path, "\n".join(text))
    print(path.read_text())


if __name__ == "__main__":
    main()
