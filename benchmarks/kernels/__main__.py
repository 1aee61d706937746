"""Race the kernels: ``python -m benchmarks.kernels [--part PART] [--only KERNEL] [--quick]``.

A full run (some ten minutes on a quiet machine) writes ``kernels.json``, ``kernels.md`` and
``kernels.svg`` to ``benchmarks/results``; they are never edited by hand. A quick or partial run
prints its page and writes it only where ``--out`` says.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks._timing import RESULTS, stamp
from benchmarks.kernels import heat, latency, page, peers, plane, sharing, volumes
from benchmarks.kernels.cases import Cell
from imgpipe import kernels
from imgpipe.kernels import FILTERS

PARTS: dict[str, tuple[Callable[..., Any], Callable[..., Cell]]] = {
    "2d": (plane.cells, plane.race),
    "3d": (volumes.volume_cells, volumes.race_volume),
    "stacks": (volumes.stack_cells, volumes.race_stack),
    "threads": (sharing.cells, sharing.race),
}
PACKAGES = ("imgpipe", "numpy", "scipy", "numba", "opencv-python", "SimpleITK")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kernels", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="few cells, short timings")
    parser.add_argument("--only", choices=FILTERS, help="one kernel")
    choices = [*PARTS, "latency"]
    parser.add_argument("--part", choices=choices, action="append", help="may be repeated")
    parser.add_argument("--dry", action="store_true", help="print, but write no files")
    parser.add_argument("--out", type=Path, help="folder for the tables and the picture")
    return parser.parse_args()


def run(parts: list[str], only: str | None, quick: bool) -> tuple[list[Cell], dict[str, float]]:
    """Race all cells of these parts; return them and the seconds of each part."""
    cells, seconds = [], {}
    for part in parts:
        start = time.perf_counter()
        listed, race = PARTS[part]
        for words in _told(part, listed(quick, only)):
            cells.append(race(*words, quick))
        seconds[part] = time.perf_counter() - start
    return cells, seconds


def _told(part: str, cells: Iterator[tuple]) -> Iterator[tuple]:
    """Say on a terminal where the run is."""
    for number, words in enumerate(cells, 1):
        if sys.stderr.isatty():
            told = " ".join(map(str, words))
            print(f"\r\033[K{part} {number}: {told}", end="", file=sys.stderr, flush=True)
        yield words
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def latencies(only: str | None, quick: bool) -> dict[str, Any]:
    """Costs of a call, of the first one, and of the warm-up."""
    found: dict[str, Any] = {"overheads": latency.overheads(only)}
    found["first"] = latency.first_calls(only)
    if not quick and only is None:
        found["warm"] = latency.warm_up()
    return found


def main() -> None:
    """Run the race and write its tables."""
    chosen = parse()
    kernels.set_threads(1)
    peers.one_thread()
    parts = [part for part in PARTS if chosen.part is None or part in chosen.part]
    cells, seconds = run(parts, chosen.only, chosen.quick)
    found: dict[str, Any] = {}
    if chosen.part is None or "latency" in chosen.part:
        start = time.perf_counter()
        found = latencies(chosen.only, chosen.quick)
        seconds["latency"] = time.perf_counter() - start
    facts = stamp(PACKAGES, quick=chosen.quick)
    facts["seconds of each part"] = ", ".join(f"{part} {s:.0f}" for part, s in seconds.items())
    full = not (chosen.quick or chosen.only or chosen.part)
    folder = None if chosen.dry else chosen.out or (RESULTS if full else None)
    text = page.render(cells, found, facts, drawn=bool(cells) and folder is not None)
    if folder is not None:
        page.write(folder, text, cells, found, facts)
        if cells:
            heat.draw(cells, folder / "kernels.svg")
    print(text)


if __name__ == "__main__":
    main()
