"""The tables: `kernels.json` and `kernels.md`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks._timing import rounded, stamp_lines, table
from benchmarks.kernels.cases import Cell
from benchmarks.kernels.targets import MEMORY_BOUND, slower, verdicts

TITLES = {
    "2d": "Images, one thread",
    "3d": "Volumes, one thread",
    "stacks": "Stacks of small images, one call, one thread",
    "threads": "Two threads (ours) against one",
}


def render(cells: list[Cell], latency: dict[str, Any], facts: dict[str, Any], drawn: bool) -> str:
    """The whole page as Markdown."""
    lines = ["# Kernels against OpenCV, SciPy and SimpleITK", ""]
    lines += [
        "Median times, the sides taking turns in one process; a ratio is the peer's time over",
        "ours, so above 1 ours is faster, and a cell below 1 is in bold. Both sides fill an output",
        "made before; elements and weights are made before, too; the border is the same.",
        "",
        *stamp_lines(facts),
        "",
        *_goals(cells, latency),
    ]
    if drawn:
        lines += ["![Ratios of all cells](kernels.svg)", ""]
    lines += _below_one(cells)
    for part, title in TITLES.items():
        chosen = [cell for cell in cells if cell.part == part]
        if chosen:
            lines += [f"## {title}", "", _cells(chosen), ""]
    return "\n".join(lines + _latency(latency))


def write(folder: Path, text: str, cells: list[Cell], latency: dict, facts: dict) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernels.md").write_text(text)
    rows = [asdict(cell) | {"ratio": cell.main_ratio} for cell in cells]
    document = {"run": facts, "cells": rows, "latency": latency}
    (folder / "kernels.json").write_text(json.dumps(rounded(document), indent=1) + "\n")


def _goals(cells: list[Cell], latency: dict[str, Any]) -> list[str]:
    judged = verdicts(cells, latency)
    rows = [[v.goal, v.found, "met" if v.met else "**missed**"] for v in judged]
    lines = ["## Goals", "", table(["goal", "found", "verdict"], rows), ""]
    for verdict in judged:
        if verdict.short:
            lines += [f'Short of "{verdict.goal}":', "", *(f"- {s}" for s in verdict.short), ""]
    return lines


def _below_one(cells: list[Cell]) -> list[str]:
    found = slower(cells)
    if not found:
        return ["No cell is below 1.0.", ""]
    rows = [[cell.name, f"**{ratio:.2f}**", why] for cell, ratio, why in found]
    return ["## Cells below 1.0", "", table(["cell", "ratio", "reason"], rows), ""]


def _cells(cells: list[Cell]) -> str:
    """One row a cell, one column a peer."""
    who = list(dict.fromkeys(peer for cell in cells for peer in cell.peers_ms))
    header = ["kernel", "dtype", "image", "k", "ours ms", "ours / copy"]
    header += [f"{peer} / ours" for peer in who] + ["note"]
    rows = []
    for cell in cells:
        ratios = [cell.ratio(peer) for peer in who]
        kind = "" if cell.image == "noise" else f" {cell.image}"
        note = cell.note
        if cell.part == "threads" and (cell.copies or 0) < MEMORY_BOUND:
            note = f"bound by memory: under {MEMORY_BOUND:g} copies on one thread"
        row = [cell.kernel, cell.dtype, cell.shape + kind, str(cell.k), f"{cell.ours_ms:.4g}"]
        row += ["" if cell.copies is None else f"{cell.copies:.1f}"]
        rows.append([*row, *map(_ratio, ratios), note])
    return table(header, rows)


def _ratio(value: float | None) -> str:
    if value is None:
        return ""
    text = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"**{text}**" if value < 1 else text


def _latency(latency: dict[str, Any]) -> list[str]:
    lines = []
    if latency.get("overheads"):
        header = ["kernel", "dtype", "a call on 28x28", "its share of a stack", "overhead"]
        header += ["a call on 1x1", "OpenCV's call"]
        keys = ("call_us", "image_of_stack_us", "overhead_us", "pixel_us", "opencv_call_us")
        rows = [
            [row["kernel"], row["dtype"]]
            + ["" if row[key] is None else f"{row[key]:.2f}" for key in keys]
            for row in latency["overheads"]
        ]
        lines += ["## One call, microseconds", "", table(header, rows), ""]
    if latency.get("first"):
        header = ["kernel", "dtype", "k", "first call", "Numba's own start", "import of ours"]
        keys = ("first_s", "numba_s", "import_s")
        rows = [
            [row["kernel"], row["dtype"], str(row["k"]), *(f"{row[key]:.3f}" for key in keys)]
            for row in latency["first"]
        ]
        lines += ["## First call in a fresh process, seconds", "", table(header, rows), ""]
    return lines
