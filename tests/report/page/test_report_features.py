"""Distributions and correlations of features on the page."""

import re
from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison
from imgpipe.evaluate.results import AlikeFeatures
from imgpipe.report.charts.distributions import Ridge, ridge_chart
from imgpipe.report.html import render


def test_each_feature_has_its_chart_with_its_numbers(folds_run: Comparison) -> None:
    """Medians of the classes are those that were frozen, and IBSI ids are named."""
    page = render(folds_run)
    found = folds_run.features
    assert page.count('<path class="half"') == sum(
        c.n > 0 for each in found.top for c in each.classes
    )
    for each in found.top:
        assert f"AUC by itself {each.alone:.3f}, for {each.told}" in page
        assert f"IBSI {each.ibsi}" in page
        for c in each.classes:
            median = f"{c.quantiles[2]:.4g}".replace("-", "−")
            assert f"{c.name}: median {median}, " in page
    assert f"Values on the {found.images} held-out images" in page


def test_groups_that_say_the_same_are_framed(split_run: Comparison) -> None:
    """As many frames as groups; where there is none, that is said."""
    found = split_run.features
    page = render(split_run)
    assert page.count('class="frame"') == len(found.alike) > 0
    alone = render(replace(split_run, features=replace(found, alike=())))
    assert "No two of them say the same." in alone
    two = AlikeFeatures(found.compared[1:3], 0.934)
    text = render(replace(split_run, features=replace(found, alike=(two,))))
    assert "each two at least 0.93" in text


def test_without_features_there_is_no_section(split_run: Comparison) -> None:
    """Networks alone have no features."""
    bare = tuple(replace(model, importances=()) for model in split_run.models)
    page = render(replace(split_run, models=bare, features=None))
    assert 'id="features"' not in page
    assert 'href="#features"' not in page


@pytest.mark.parametrize("factor", [1e-12, 1e-3, 1.0, 1e9])
def test_an_axis_fits_numbers_of_any_size(factor: float) -> None:
    """Three to seven ticks, inside the chart."""
    ridge = Ridge("a", 10, (0.5, 0.5), tuple(factor * q for q in (1, 2, 3, 4, 5)))
    svg = ridge_chart("Energy", [ridge], factor, 5 * factor, "mm²")
    places = [float(x) for x in re.findall(r'class="tick" x="([\d.]+)"', svg)]
    assert 3 <= len(places) <= 7
    assert all(0 <= x <= 340 for x in places)
    assert len(set(re.findall(r">([^<]*)</text>", svg))) >= len(places)


def test_a_class_without_a_number_has_its_name_only() -> None:
    svg = ridge_chart("Energy", [Ridge("a", 0, (), ()), Ridge("b", 2, (1,), (1,) * 5)], 0, 1, "")
    assert "a: no value." in svg
    assert svg.count('class="ridge"') == 1
