"""What a model costs over HTTP: ``python -m benchmarks.deploy.serving [--quick]``.

Sends 10,000 requests over 32 connections to `imgpipe serve`, with one and with two processes, and
to a bare route of FastAPI that looks at nothing. A full run writes ``serving.json`` and
``serving.md`` to ``benchmarks/results``, which ``python -m benchmarks.deploy`` then shows in its
page.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

from benchmarks._timing import RESULTS, rounded, stamp, stamp_lines, table
from benchmarks.deploy import models
from benchmarks.deploy._load import load
from benchmarks.plots import write_page
from imgpipe.images import write

PACKAGES = ("imgpipe", "fastapi", "starlette", "uvicorn", "h11", "numpy", "numba", "onnxruntime")
_NAMES = ("forest", "svm")
_BODIES = 64
_WARM = 10  # of the requests one in so many is sent before, and not counted


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.deploy.serving", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="few requests and training images")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--jobs", type=int, action="append", help="may be repeated [1 and 2]")
    parser.add_argument("--models", type=Path, help="folder of trained models, used again")
    parser.add_argument("--out", type=Path, help="folder for the tables")
    return parser.parse_args()


@contextmanager
def served(model: Path, jobs: int, log: Path) -> Iterator[tuple[psutil.Process, int]]:
    """A server of imgpipe, its log in a file as a service manager would have it."""
    command = ["-m", "imgpipe", "serve", str(model), "--port", "0", "--jobs", str(jobs), "--json"]
    with log.open("w") as errors, _started(command, stderr=errors, stdout=errors) as process:
        while process.poll() is None:
            told = [json.loads(line) for line in log.read_text().splitlines()]
            ready = [one["port"] for one in told if one["event"] == "ready"]
            if ready:
                break
        else:
            raise SystemExit(log.read_text())
        _until_all_are_up(ready[0], jobs)
        yield psutil.Process(process.pid), ready[0]


def _until_all_are_up(port: int, jobs: int) -> None:
    """Wait for the processes that follow the first one."""
    while True:
        with urlopen(f"http://127.0.0.1:{port}/health") as answer:
            if json.load(answer)["processes"] == jobs:
                return
        time.sleep(0.05)


@contextmanager
def bare() -> Iterator[tuple[psutil.Process, int]]:
    """A route that does nothing."""
    with _started(["-m", "benchmarks.deploy._bare_route"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield psutil.Process(process.pid), int(process.stdout.readline())


@contextmanager
def _started(arguments: Sequence[str], **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, *arguments], **streams) as process:
        try:
            yield process
        finally:
            process.terminate()


def measure(
    process: psutil.Process, port: int, bodies: list[bytes], n: int, connections: int
) -> dict[str, float]:
    """Load one server, and look at the memory of all its processes."""
    load(port, bodies, n // _WARM, connections)
    before, spent = _resident(process), _spent(process)
    row = load(port, bodies, n, connections).row()
    own, workers = (1e3 * (b - a) / n for a, b in zip(spent, _spent(process), strict=True))
    after = _resident(process)
    alone = load(port, bodies, max(20, n // 50), 1).row()
    return {
        **row,
        "alone_p50_ms": alone["p50_ms"],
        "server_cpu_ms": own,
        "workers_cpu_ms": workers,
        "warm_mb": before,
        "end_mb": after,
        "growth": after / before - 1,
    }


def _resident(process: psutil.Process) -> float:
    tree = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in tree) / 1e6


def _spent(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds of a server, and of the processes that predict for it."""
    each = [sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True))]
    return each[0], sum(each[1:])


def run(asked: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Train, then load each server in turn."""
    n = 200 if asked.quick else asked.requests
    data = models.data(scratch, 300 if asked.quick else None)
    bodies = []
    for i, pixels in enumerate(data.test[:_BODIES]):
        write(scratch / f"{i}.png", pixels)
        bodies.append((scratch / f"{i}.png").read_bytes())
    folder = asked.models or scratch / "models"
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with bare() as one:
        rows.append(("a bare route of FastAPI", measure(*one, bodies, n, asked.connections)))
    for name in _NAMES[:1] if asked.quick else _NAMES:
        kept = models.keep(name, data.train, folder, data.test[0])
        for jobs in asked.jobs or (1, 2):
            with served(kept.bundle, jobs, scratch / "log") as one:
                found = measure(*one, bodies, n, asked.connections)
            rows.append((f"{name}, --jobs {jobs}", found))
            print(rows[-1], flush=True)
    facts = stamp(PACKAGES)
    return {"run": facts, "data": data.told, "connections": asked.connections,
            "requests": n, "ways": dict(rows)}  # fmt: skip


def render(found: dict[str, Any]) -> str:
    """The page as Markdown."""
    header = ["way", "answered", "of these 200", "lost", "requests/s", "p50 ms", "p99 ms",
              "one connection, p50 ms", "CPU ms, server", "CPU ms, workers",
              "MB warm", "MB at the end", "change"]  # fmt: skip
    rows = [
        [
            way,
            *(f"{one[key]:,.0f}" for key in ("answered", "ok", "lost", "per_s")),
            *(f"{one[key]:.1f}" for key in ("p50_ms", "p99_ms", "alone_p50_ms")),
            f"{one['server_cpu_ms']:.2f}",
            f"{one['workers_cpu_ms']:.2f}",
            f"{one['warm_mb']:.0f}",
            f"{one['end_mb']:.0f}",
            f"{100 * one['growth']:+.1f} %",
        ]
        for way, one in found["ways"].items()
    ]
    return "\n".join(
        [
            "# A model over HTTP",
            "",
            f"{found['requests']:,} requests over {found['connections']} connections, each with",
            f"a PNG of {found['data']}",
            "`imgpipe serve` beside a route of FastAPI that reads the body and answers the same",
            "each time. The client runs on the same cores. Memory is resident, of all processes of",
            "a server, after a tenth as many requests to warm up and at the end; CPU is that of a",
            "request.",
            "",
            *stamp_lines(found["run"]),
            "",
            table(header, rows),
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write what was measured in full."""
    asked = parse()
    with tempfile.TemporaryDirectory() as scratch:
        found = run(asked, Path(scratch))
    text = render(found)
    print(text)
    whole = not (asked.quick or asked.jobs) and asked.requests >= 10_000
    if asked.out or whole:
        folder = asked.out or RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        write_page(folder / "serving.md", text)
        document = json.dumps(rounded(found), indent=1)
        (folder / "serving.json").write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
