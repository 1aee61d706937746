"""Pictures of the results: `python -m benchmarks.plots` draws them from the tables of the pages.

A benchmark writes its page by `write_page`, so that page and picture are of one run.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._timing import RESULTS

COLOURS = ("#33658a", "#d1782b", "#6a8d3a", "#8a8a8a")
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Panel:
    """One table as dots or bars: the columns that name a row, and those that are drawn.

    Attributes
    ----------
    labels, values
        Columns of the table, by their names.
    says
        What the axis shows.
    under
        How the heading begins that the table stands under; the first table that has all columns is
        taken.
    line
        A number to compare with, drawn across.
    log
        Whether equal ratios are equal lengths.
    whole
        Whether the axis begins at 0.
    only
        Rows, by the text of a column.
    """

    labels: tuple[str, ...]
    values: tuple[str, ...]
    says: str
    under: str = ""
    line: float | None = None
    log: bool = False
    whole: bool = False
    only: dict[str, str] = field(default_factory=dict)


PANELS: dict[str, tuple[Panel, ...]] = {
    "batches": (
        Panel(("run",), ("images/s",), "images a second (runs of 10,000)", whole=True,
              only={"images": "10,000"}),
        Panel(("run",), ("with its workers, MB",), "peak memory of all processes, MB", whole=True,
              only={"images": "10,000"}),
    ),
    "deep": (
        Panel(("network", "image"), ("ratio", "with augmentation"),
              "time of a step / that of bare PyTorch", line=1),
    ),
    "deploy": (
        Panel(("model", "way"), ("CPU-s",), "cold start, CPU seconds", "Cold start", whole=True),
        Panel(("model", "file"), ("p50 ms", "p99 ms"), "one image of 28 x 28, ms", "Latency",
              whole=True),
        Panel(("model",), ("bundle", "joblib"), "size of the file, MB", "Size", whole=True),
    ),
    "features": (
        Panel(("case",), ("imgpipe", "scikit-image"), "1,000 images of 28 x 28, ms", log=True),
    ),
    "lab": (
        Panel(("kind",), ("p50 first", "p95 first", "p95 ms"),
              "a move at 512 x 512, ms in the server", line=100),
    ),
    "lookalikes": (
        Panel(("set",), ("shift", "brightness", "JPEG 50", "crop 5 %"),
              "recall of changed copies", line=1),
    ),
    "novelty": (
        Panel(("images",), ("flagged",), "share that is flagged as out of distribution"),
    ),
    "regions": (
        Panel(("features of", "model"), ("AUC",), "AUC, 95 % interval"),
    ),
    "segment": (
        Panel(("run",), ("ratio",), "active contour: time of chan_vese / ours",
              "Active contour", line=1, log=True),
        Panel(("image", "method", "peer"), ("ratio",), "thresholds: time of the peer / ours",
              "Thresholds", line=1, log=True),
        Panel(("method", "images"), ("Dice", "average precision"), "nuclei", "Nuclei"),
    ),
    "serving": (
        Panel(("way",), ("requests/s",), "requests a second, 32 connections", whole=True),
        Panel(("way",), ("p50 ms", "p99 ms"), "ms to the answer, 32 connections", whole=True),
    ),
    "yardstick": (
        Panel(("model",), ("AUC", "accuracy"), "PneumoniaMNIST, test part, 95 % interval"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """What a panel takes from its page: names of rows, and for each column numbers and ends."""

    names: list[str]
    numbers: dict[str, list[tuple[float, float, float] | None]]


def write_page(page: Path, text: str) -> None:
    """Write a page of results with its picture."""
    page.write_text(text, encoding="utf-8")
    illustrate(page)


def illustrate(page: Path) -> Path:
    """Draw the picture of a page of results beside it, and show it on the page."""
    text = page.read_text(encoding="utf-8")
    found = [(panel, taken(panel, text)) for panel in PANELS[page.stem]]
    shown = [(panel, drawn) for panel, drawn in found if drawn is not None]
    path = page.with_suffix(".svg")
    draw(shown, path)
    link = f"![{'; '.join(panel.says for panel, _ in shown)}]({path.name})\n\n"
    text = re.sub(rf"!\[[^\]]*\]\({re.escape(path.name)}\)\n\n", "", text)
    begin = re.search(r"^(\| |## )", text, re.MULTILINE)
    assert begin is not None
    page.write_text(text[: begin.start()] + link + text[begin.start() :], encoding="utf-8")
    return path


def taken(panel: Panel, text: str) -> Drawn | None:
    """Take the numbers of a panel from the page; None where a partial run has no such table."""
    wanted = {*panel.labels, *panel.values, *panel.only}
    fitting = [
        (header, rows)
        for heading, header, rows in tables(text)
        if heading.startswith(panel.under) and wanted <= set(header)
    ]
    if not fitting:
        return None
    header, rows = fitting[0]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    records = [r for r in records if all(r[name] == text for name, text in panel.only.items())]
    numbers = {name: [number(record[name]) for record in records] for name in panel.values}
    names = [
        ", ".join(record[name] for name in panel.labels if record[name] != "-")
        for record in records
    ]
    return Drawn(names, numbers)


def tables(text: str) -> list[tuple[str, list[str], list[list[str]]]]:
    """List the tables of a page: the heading above, the header, the rows."""
    heading, found = "", []
    for block in text.split("\n\n"):
        lines = block.strip("\n").splitlines()
        if lines and lines[0].startswith("#"):
            heading = lines[0].lstrip("# ")
        if len(lines) > 2 and lines[0].startswith("| "):
            header, _, *rows = ([c.strip() for c in line.strip("|").split("|")] for line in lines)
            found.append((heading, header, rows))
    return found


def number(cell: str) -> tuple[float, float, float] | None:
    """Read a number and, where it has one, its interval: ``0.909 (0.882 to 0.931)``."""
    before, _, inside = cell.partition("(")
    first = _NUMBER.search(before)
    if first is None:
        return None
    value = float(first[0].replace(",", ""))
    ends = re.fullmatch(r"([\d.]+)(?: to |-)([\d.]+)\).*", inside)
    low, high = (float(ends[1]), float(ends[2])) if ends else (value, value)
    return value, low, high


def svg_pyplot() -> Any:
    """Give matplotlib's pyplot, which then writes SVG whose letters are letters, not outlines."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    pyplot.rcParams["svg.fonttype"] = "none"
    return pyplot


def draw(shown: Sequence[tuple[Panel, Drawn]], path: Path) -> None:
    """Draw panels below one another, on white, so that a dark page shows them alike."""
    pyplot = svg_pyplot()
    heights = [0.27 * len(drawn.names) + 0.9 for _, drawn in shown]
    with pyplot.rc_context({"svg.hashsalt": path.stem, "font.size": 9}):
        figure, axes = pyplot.subplots(
            len(shown), 1, figsize=(8, sum(heights)), height_ratios=heights,
            layout="constrained", facecolor="white", squeeze=False,
        )  # fmt: skip
        for axis, (panel, drawn) in zip(axes[:, 0], shown, strict=True):
            _panel(axis, panel, drawn)
        figure.savefig(path, metadata={"Date": None}, facecolor="white")
        pyplot.close(figure)


def _panel(axis: Any, panel: Panel, drawn: Drawn) -> None:
    if panel.log:
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_formatter("")
    if panel.whole:
        axis.set_xlim(0, 1.05 * max(v[2] for c in drawn.numbers.values() for v in c if v))
    if panel.line is not None:
        axis.axvline(panel.line, color="#444444", lw=0.8, ls="--")
    several = len(panel.values)
    for at, (name, values) in enumerate(drawn.numbers.items()):
        rows = [(y, value) for y, value in enumerate(values) if value is not None]
        shift = 0.16 * (at - (several - 1) / 2)
        x = [value for _, (value, _, _) in rows]
        ends = [[v - low for _, (v, low, _) in rows], [high - v for _, (v, _, high) in rows]]
        axis.errorbar(x, [y + shift for y, _ in rows], xerr=ends, fmt="o", ms=4, lw=1.2,
                      color=COLOURS[at], label=name)  # fmt: skip
    axis.set_yticks(range(len(drawn.names)), drawn.names)
    axis.set_ylim(len(drawn.names) - 0.5, -0.5)
    axis.set_title(panel.says, fontsize=10, loc="left")
    axis.grid(axis="x", color="#dddddd", lw=0.6)
    axis.set_axisbelow(True)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(left=False)
    if several > 1:
        axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


def main(names: list[str]) -> int:
    """Draw the pictures of all pages of results, or of those named."""
    for name in names or PANELS:
        print(illustrate(RESULTS / f"{name}.md"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
