"""What benchmarks share: timing that alternates between rivals, and the stamp of a run."""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).parent / "results"


def alternate(
    rivals: Sequence[Callable[[], Any]],
    *,
    seconds: float = 0.5,
    least: int = 5,
    most: int = 201,
    slow: float = float("inf"),
) -> list[float]:
    """Return the median time of each rival, in seconds.

    The rivals take turns, so that a drift of the machine falls on all of them alike. Each is called
    once before, so that nothing is compiled or loaded while the clock runs. A rival, but not the
    first one, that then needs more than `slow` seconds is timed once.
    """
    turns = [most if _spent(rival) < slow else 1 for rival in rivals]
    turns[0] = most
    times: list[list[float]] = [[] for _ in rivals]
    end = time.perf_counter() + seconds
    while len(times[0]) < least or (time.perf_counter() < end and len(times[0]) < most):
        for rival, spent, turn in zip(rivals, times, turns, strict=True):
            if len(spent) < turn:
                spent.append(_spent(rival))
    return [median(spent) for spent in times]


def _spent(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def rounded(value: Any) -> Any:
    """Floats to four significant digits, wherever they stand in a document."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def stamp(packages: Sequence[str], **facts: Any) -> dict[str, Any]:
    """Return what a reader needs to judge the figures: machine, versions, commit, settings."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in packages},
        "commit": _commit(),
        "date": time.strftime("%Y-%m-%d"),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        **facts,
    }


def stamp_lines(facts: dict[str, Any]) -> list[str]:
    """Return the stamp as lines of Markdown."""
    versions = ", ".join(f"{name} {v}" for name, v in facts["versions"].items())
    rest = {k: v for k, v in facts.items() if k != "versions"}
    return [f"- {name}: {value}" for name, value in rest.items()] + [f"- versions: {versions}"]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, its columns aligned."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [header, ["-" * w for w in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _commit() -> str:
    """Return the commit, with a plus sign where the working tree differs from it."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(here), *words], capture_output=True, text=True)
        return done.stdout.strip()

    head = git("rev-parse", "--short", "HEAD")
    return head + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
