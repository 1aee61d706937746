"""Features that mattered, and those that moved nothing."""

from dataclasses import replace

from imgpipe.evaluate import Comparison
from imgpipe.evaluate.results import Importance
from imgpipe.report.html import render


def page_with(run: Comparison, *drops: float) -> str:
    """The report of a run whose first model has these drops."""
    found = tuple(Importance(f"mean_{n}", drop, drop, drop) for n, drop in enumerate(drops))
    models = (replace(run.models[0], importances=found), *run.models[1:])
    return render(replace(run, models=models))


def test_a_model_that_no_single_feature_moves_has_no_chart(split_run: Comparison) -> None:
    """Twelve bars of 0.000 say nothing; a sentence says why."""
    page = page_with(split_run, *[0.0] * 20, 0.0004, -0.0004)
    assert "No feature alone lowers the AUC" in page
    assert 'aria-label="Permutation importance' not in page


def test_what_lowers_nothing_is_counted_and_not_drawn(split_run: Comparison) -> None:
    """Bars are drawn for what lowers the AUC, up to twelve; the others are counted."""
    page = page_with(split_run, 0.1, -0.02, *[0.0] * 5)
    assert "6 more do not lower it by as much as 0.001." in page
    page = page_with(split_run, *[0.01] * 15, 0.0)
    assert "3 more lie below these. 1 more does not lower it by as much as 0.001." in page
    page = page_with(split_run, 0.3, 0.2)
    assert "as much as 0.001" not in page
    assert "Permutation importance" in page


def test_a_table_has_rows(split_run: Comparison) -> None:
    """Nothing is said of images where a table of features was given."""
    assert "held-out images when a feature is shuffled" in page_with(split_run, 0.1)
    table = replace(split_run, dataset=replace(split_run.dataset, region="table"))
    page = page_with(table, 0.1)
    assert "held-out rows when a feature is shuffled" in page
    assert "held-out images when a feature is shuffled" not in page
