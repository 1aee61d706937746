"""The learning curve in the report."""

import math
from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison, Crossing, Interval, LearningCurve, LearningCurves
from imgpipe.report.charts.learning import Band, learning_chart
from imgpipe.report.html import render


def with_curves(run: Comparison, *values: float) -> Comparison:
    scores = tuple(Interval(v, v - 0.05, v + 0.05) for v in values)
    curves = tuple(LearningCurve(model.name, (10, 40), scores) for model in run.models)
    return replace(run, learning=LearningCurves("patients", curves, (), "No two curves cross."))


def test_the_curve_is_shown_with_its_intervals_and_words(split_run: Comparison) -> None:
    """Every model's points stand in the chart with their intervals, and the statement above it."""
    text = render(with_curves(split_run, 0.7, 0.8))
    assert 'id="learning"' in text
    assert "No two curves cross." in text
    assert "forest 10: 0.700 (0.650 to 0.750), 40: 0.800 (0.750 to 0.850)" in text


def test_crossings_are_marked_and_told(split_run: Comparison) -> None:
    """Each crossing has its ring, its number above the axis, and its words; few digits."""
    run = with_curves(split_run, 0.7, 0.8)
    a, b = (curve.name for curve in run.learning.curves[:2])
    met = (Crossing(a, b, 20.4), Crossing(b, a, 21.0), Crossing(a, "not drawn", 30.0))
    text = render(replace(run, learning=replace(run.learning, crossings=met)))
    assert text.count('class="cross"') == 2
    assert f"{a} overtakes {b} at about 20 patients" in text
    assert "A ring stands where one model overtakes another" in text
    assert 'class="cross"' not in render(run)


def test_the_axis_shows_what_is_drawn() -> None:
    """The axis ends at the twentieths round the whiskers: none is cut, little is left empty."""
    band = Band("svm", [10, 40], [0.92, 0.95], low=[0.905, 0.93], high=[0.94, 0.97])
    svg = learning_chart("AUC", "images", [band])
    ticks = [float(t.split("<")[0]) for t in svg.split('text-anchor="end">')[1:]]
    assert (ticks[0], ticks[-1]) == (0.9, 1.0)


def test_without_curves_there_is_no_section(split_run: Comparison) -> None:
    """A comparison without learning curves does not mention them."""
    assert 'id="learning"' not in render(split_run)


def test_undefined_points_do_not_break_the_page(split_run: Comparison) -> None:
    """A curve whose AUC is undefined is left out."""
    text = render(with_curves(split_run, math.nan, 0.8))
    assert "forest 10" not in text


@pytest.mark.parametrize("sizes", [[10, 40], [8, 16, 32, 64, 128]])
def test_points_lie_on_a_logarithmic_axis(sizes: list[int]) -> None:
    """Doubling the patients moves as far to the right everywhere."""
    n = len(sizes)
    svg = learning_chart(
        "AUC", "images", [Band("svm", sizes, [0.8] * n, low=[0.7] * n, high=[0.9] * n)]
    )
    places = [float(part.split('"')[0]) for part in svg.split('cx="')[1:]]
    steps = {
        round((b - a) / math.log(q / p), 0)
        for a, b, p, q in zip(places, places[1:], sizes, sizes[1:], strict=False)
    }
    assert len(steps) == 1
