"""The learning curve in the report."""

import math
from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison, Interval, LearningCurve, LearningCurves
from imgpipe.report.html import render
from imgpipe.report.learning import Band, learning_chart


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
