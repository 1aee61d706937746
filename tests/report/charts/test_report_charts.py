"""Charts put marks where the numbers say."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from imgpipe.report.charts.marks import COLOURS, Bar, Line, colour, dash, shorten
from imgpipe.report.charts.pareto import Priced, pareto_chart
from imgpipe.report.charts.roc import roc_chart
from imgpipe.report.charts.scores import bar_chart
from imgpipe.report.charts.square import LEFT, SIDE, TOP


def numbers(pattern: str, svg: str) -> list[float]:
    return [float(found) for found in re.findall(pattern, svg)]


@pytest.mark.parametrize(
    "svg",
    [
        pareto_chart("A & B", "c", "s", [Priced(Bar("<x>", 0.5, 0.4, 0.6), 2.0, "2 ms")]),
        roc_chart("A & B", [Line("<x>", [0, 1], [0, 1])]),
        bar_chart("A & B", [Bar("<x>", 0.5, 0.4, 0.6, note='"hint"')]),
    ],
)
def test_charts_are_xml(svg: str) -> None:
    """Names with marks of their own leave a chart well-formed and readable."""
    root = ET.fromstring(svg)
    assert root.attrib["aria-label"] == "A & B"
    assert any("<x>" in text for text in root.itertext())


def test_roc_runs_from_corner_to_corner() -> None:
    """The curve starts at no sensitivity and ends at full, and doubled points are dropped."""
    x = np.linspace(0, 1, 5000)
    svg = roc_chart("t", [Line("m", x, np.sqrt(x))])
    path = re.search(r'd="M([^"]*)"><title>m', svg)
    assert path is not None
    points = [tuple(map(float, p.split())) for p in path[1].split("L")]
    assert points[0] == (LEFT, TOP + SIDE)
    assert points[-1] == (LEFT + SIDE, TOP)
    assert len(set(points)) == len(points)


def test_negative_importance_goes_left() -> None:
    """A bar below zero ends where zero is."""
    svg = bar_chart("t", [Bar("up", 0.02, 0.01, 0.03), Bar("down", -0.01, -0.02, 0.0)])
    starts = numbers(r'<rect x="([\d.]+)"', svg)
    widths = numbers(r'<rect[^>]*?width="([\d.]+)"', svg)
    assert starts[1] + widths[1] == pytest.approx(starts[0], abs=0.2)
    assert "−0.010" in svg
    zeros = re.findall(r'class="zero" d="M([\d.]+) (\d+)v12"', svg)
    assert [float(x) for x, _ in zeros] == pytest.approx([starts[0]] * 2, abs=0.1)
    below = [float(y) for y in re.findall(r'class="name"[^>]*y="(\d+)"', svg)]
    assert all(float(y) > name for (_, y), name in zip(zeros, below, strict=True))


def test_all_zero_importances() -> None:
    """A model that uses no feature gives a chart, not a division by zero."""
    svg = bar_chart("t", [Bar("a", 0.0, 0.0, 0.0)])
    assert "nan" not in svg
    assert numbers(r'<rect x="([\d.]+)"', svg) == [2.0]


def test_models_beyond_the_palette_differ() -> None:
    """Colour and dash together tell four times the palette apart."""
    looks = {(colour(i), dash(i)) for i in range(4 * COLOURS)}
    assert len(looks) == 4 * COLOURS


@pytest.mark.parametrize("limit", [5, 8, 30])
def test_shorten_keeps_the_ends(limit: int) -> None:
    """A long name keeps its beginning and its end within the limit."""
    name = "intensity_interquartile_range"
    short = shorten(name, limit)
    assert len(short) <= limit
    assert name.startswith(short.split("…")[0])
    assert name.endswith(short.split("…")[-1])
