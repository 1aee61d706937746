"""Charts of one row share an axis, and what lies beyond it is told by an arrow."""

import math
import re
from itertools import pairwise

import pytest

from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.pareto import NARROW, Priced, front, pareto_chart
from imgpipe.report.charts.rows import Axis, axis_chart, difference_axis, row_chart, score_axis


def at(svg: str, attribute: str) -> list[float]:
    return [float(found) for found in re.findall(rf'{attribute}="([\d.]+)%"', svg)]


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_score_without_spread_stays_on_the_axis(value: float) -> None:
    """A score of 0 or 1, or an interval of no width, is drawn inside."""
    bar = Bar("svm", value, value, value)
    (cx,) = at(row_chart(bar, score_axis([bar])), "cx")
    assert 0 <= cx <= 100


def test_rows_are_linear_on_one_axis() -> None:
    """Dots and ends stand in proportion to their values."""
    svg = row_chart(Bar("svm", 0.9, 0.85, 0.95), Axis(0.8, 1.0))
    span = re.search(r'class="span" x1="([\d.]+)%" x2="([\d.]+)%"', svg)
    assert span is not None
    assert (float(span[1]), *at(svg, "cx"), float(span[2])) == (25.0, 50.0, 75.0)


def test_what_lies_beyond_the_axis_has_an_arrow_and_no_dot() -> None:
    """A dummy far below the models keeps its words and gets an arrow to the left."""
    axis = score_axis([Bar("svm", 0.98, 0.97, 0.99)], [Bar("dummy", 0.5, 0.5, 0.5)])
    svg = row_chart(Bar("dummy", 0.5, 0.5, 0.5), axis)
    assert "<circle" not in svg
    assert '<svg x="0.00%"' in svg
    assert "dummy 0.500" in svg
    cut = row_chart(Bar("knn", 0.96, 0.9, 0.97), axis)
    assert "<circle" in cut
    assert 'class="span" x1="0.00%"' in cut


def test_the_axis_of_differences_is_even_round_zero() -> None:
    """Zero stands in the middle, and a margin wider than all differences is shown whole."""
    axis = difference_axis([Bar("", -0.02, -0.05, 0.01)], least=0.1)
    assert axis.first == -axis.last
    assert axis.holds(0.1)
    svg = row_chart(Bar("", -0.02, -0.05, 0.01), axis, band=0.1)
    assert 'class="band"' in svg
    assert "data-model" not in svg
    assert 'class="zero"' in svg
    assert "+0.1" in axis_chart(axis, signs=True)
    assert "−0.1" in axis_chart(axis, signs=True)


def test_an_interval_that_does_not_exist_is_a_dot_alone() -> None:
    svg = row_chart(Bar("svm", 0.9), Axis(0.8, 1.0))
    assert "<circle" in svg
    assert 'class="span"' not in svg


def test_the_front_holds_what_none_beats_in_both() -> None:
    """Of equal cost the better one counts, and what is dearer must be better."""
    points = [(1.0, 0.5), (1.0, 0.8), (2.0, 0.8), (3.0, 0.7), (4.0, 0.9)]
    assert front(points) == [1, 4]
    assert front([(5.0, 0.5)]) == [0]


def test_labels_of_neighbours_do_not_lie_on_one_another() -> None:
    """Six models that cost and score the same have six names at different heights."""
    priced = [
        Priced(Bar(f"model {i}", 0.9, 0.88, 0.92), 2.0 + i / 100, "2 ms", "1 MB") for i in range(6)
    ]
    svg = pareto_chart("t", "c", "s", priced)
    levels = sorted(float(y) for y in re.findall(r'class="name" [^>]*x="[\d.]+" y="([\d.]+)"', svg))
    assert len(levels) == 6
    assert all(b - a >= 17.9 for a, b in pairwise(levels))


@pytest.mark.parametrize("costs", [(2.0, 2.0), (0.01, 5000.0)])
def test_costs_lie_on_a_logarithmic_axis(costs: tuple[float, float]) -> None:
    """Equal costs, and those of five powers of ten, leave the chart whole."""
    svg = pareto_chart("t", "c", "s", [Priced(Bar(f"m{c}", 0.8), c, f"{c} ms") for c in costs])
    assert "nan" not in svg
    assert not any(math.isnan(float(x)) for x in re.findall(r'cx="([\d.]+)"', svg))
    assert len(re.findall(r'<circle class="dot"', svg)) == 2


@pytest.mark.parametrize("costs", [(2.0, 4.5), (1.05, 1.1), (2.2, 3.0), (9.0, 9.5), (0.6, 80.0)])
def test_an_axis_of_costs_has_two_ticks_at_least(costs: tuple[float, float]) -> None:
    """However short it is."""
    svg = pareto_chart("t", "c", "s", [Priced(Bar(f"m{c}", 0.8), c, f"{c} ms") for c in costs])
    ticks = re.findall(r'text-anchor="middle">([\d.,]+)<', svg)
    assert len(ticks) >= 2


def test_a_phone_has_a_chart_of_its_own_and_names_lie_above_lines() -> None:
    """As wide as its screen, with all models on it; no line is drawn over a name."""
    priced = [Priced(Bar(f"m{c}", 0.8, 0.7, 0.9), c, f"{c} ms", "1 MB") for c in (1.0, 3.0, 9.0)]
    svg = pareto_chart("t", "c", "s", priced, NARROW)
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    assert width <= 340
    assert all(float(x) < width for x in re.findall(r'cx="([\d.]+)"', svg))
    assert svg.rindex("<path") < svg.index('class="name"')
