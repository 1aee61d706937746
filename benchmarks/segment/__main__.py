"""Segmentation beside its peers: ``python -m benchmarks.segment [--only PART] [--quick]``.

A full run (under five minutes on a quiet machine) writes ``segment.json`` and ``segment.md`` to
``benchmarks/results``; they are never edited by hand, and reasons for misses stand in
``benchmarks/segment_notes.toml``, which ``--notes`` puts into the page of the last run. A quick or
partial run, or one that lacks data, prints its page and writes it only where ``--out`` says.
"""

import argparse
import time
from importlib import import_module
from pathlib import Path

from benchmarks._timing import RESULTS, stamp
from benchmarks.segment import page
from benchmarks.segment.sections import Absent, Section
from imgpipe import kernels

# modules of this package, each with ``section(quick: bool) -> Section``, in the page's order
PARTS: tuple[str, ...] = (
    "active_contour",
    "thresholds",
    "cells",
    "recipes",
    "pixels",
    "blobs",
    "detection",
    "measures",
)
PACKAGES = ("imgpipe", "numpy", "numba", "scipy", "scikit-image", "SimpleITK", "scikit-learn")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.segment", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="one turn each, fewer images")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be repeated")
    parser.add_argument("--notes", action="store_true", help="measure nothing, renew the goals")
    parser.add_argument("--out", type=Path, help="folder for the tables")
    return parser.parse_args()


def one_thread() -> None:
    """Let each side use one thread."""
    kernels.set_threads(1)
    try:
        import SimpleITK
    except ImportError:
        return
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)


def run(parts: list[str], quick: bool) -> tuple[list[Section], dict[str, str], dict[str, float]]:
    """What each part found, those that could not run and why, and the seconds of each."""
    sections, absent, seconds = [], {}, {}
    for part in parts:
        start = time.perf_counter()
        try:
            sections.append(import_module(f"benchmarks.segment.{part}").section(quick))
        except Absent as error:
            absent[part] = str(error)
        seconds[part] = time.perf_counter() - start
        print(f"{seconds[part]:5.0f} s: {part}", flush=True)
    return sections, absent, seconds


def main() -> None:
    """Measure, print, and write what was measured in full."""
    asked = parse()
    if asked.notes:
        page.renew(asked.out or RESULTS)
        return
    one_thread()
    parts = [part for part in PARTS if asked.only is None or part in asked.only]
    facts = stamp(PACKAGES, quick=asked.quick)
    sections, absent, seconds = run(parts, asked.quick)
    facts["seconds of each part"] = ", ".join(f"{part} {s:.0f}" for part, s in seconds.items())
    text = page.render(sections, absent, facts)
    print(text)
    whole = bool(sections) and not (asked.quick or asked.only or absent)
    if asked.out or whole:
        page.write(asked.out or RESULTS, text, sections, facts)


if __name__ == "__main__":
    main()
