"""Charts of calibration and decisions stay inside their field, whatever they are given."""

import re
from itertools import pairwise

import numpy as np
import pytest

from imgpipe.evaluate.scores.decision_curve import THRESHOLDS, treat_all
from imgpipe.report.charts.decision import Treated, decision_chart
from imgpipe.report.charts.learning import Band
from imgpipe.report.charts.marks import Line
from imgpipe.report.charts.reliability import reliability_chart
from imgpipe.report.charts.roc import precision_recall_chart
from imgpipe.report.charts.square import ACROSS, LEFT, SIDE, TOP


def points(svg: str) -> np.ndarray:
    """Every point of every line, as x and y."""
    paths = re.findall(r'<path (?:class="(?:line|chance|acting)"|d=)[^>]*', svg)
    found = [pair for path in paths for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]
    return np.array(found, dtype=float)


def assert_inside(svg: str) -> None:
    drawn = points(svg)
    assert len(drawn)
    assert (drawn >= (LEFT - 0.1, TOP - 0.1)).all()
    assert (drawn <= (LEFT + SIDE + 0.1, TOP + SIDE + 0.1)).all()


@pytest.mark.parametrize("prevalence", [0.0005, 0.3, 0.999])
@pytest.mark.parametrize("benefit", [-99.0, 0.0, 0.4])
def test_decision_curves_stay_inside(prevalence: float, benefit: float) -> None:
    """Rare and frequent classes, and models that do harm, are cut at the lower edge."""
    flat = np.full(99, benefit)
    band = Band("svm", THRESHOLDS, flat, low=flat - 1, high=flat + 0.1)
    svg = decision_chart("Net benefit", [band], Treated(THRESHOLDS, treat_all(prevalence)))
    assert_inside(svg)
    assert svg.count("NaN") == svg.count("nan") == 0


def test_acting_on_all_and_on_none_are_named() -> None:
    """They are thin lines with names, and no dash of a model can be taken for them."""
    flat = np.full(99, 0.2)
    band = Band("dummy", THRESHOLDS, flat, dash="2 3", low=flat, high=flat)
    svg = decision_chart("Net benefit", [band], Treated(THRESHOLDS, treat_all(0.3)))
    assert svg.count('class="acting"') == 2
    assert 'class="chance"' not in svg
    assert ">acting on all</text>" in svg
    assert ">acting on none</text>" in svg


def test_precision_goes_in_steps() -> None:
    """Between two recalls the precision of the higher one holds: no slope."""
    svg = precision_recall_chart("PR", [Line("svm", [0.5, 1.0], [1.0, 0.5])], 0.25)
    assert_inside(svg)
    line = re.search(r'class="line"[^>]*d="M([^"]*)"', svg)
    assert line
    drawn = [tuple(map(float, point.split())) for point in line[1].split("L")]
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(drawn))
    assert len(drawn) == 4


def test_a_bin_without_an_interval_has_no_whisker() -> None:
    """NaN is drawn nowhere; many models go without whiskers."""
    band = Band("svm", [0.1, 0.9], [0.0, 1.0], low=[np.nan, 0.8], high=[np.nan, 1.0])
    svg = reliability_chart("Reliability", [band])
    assert_inside(svg)
    assert f'd="M{ACROSS(0.9):.1f}' in svg
    assert 'd="Mnan' not in svg
    assert svg.count('opacity=".45"') == 1
    assert 'opacity=".45"' not in reliability_chart("Reliability", [band], whiskers=False)
