"""Scores by subgroup on the page."""

from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison, Subgroup
from imgpipe.report.html import render

NAN = float("nan")


@pytest.fixture(scope="module")
def run(choice_run: Comparison) -> Comparison:
    """Two subgroups, of which the second has no AUC, and one of another column."""
    whole = {model.name: dict(model.metrics) for model in choice_run.models}
    few = {
        name: {**metrics, "auc": replace(metrics["auc"], value=NAN, low=NAN, high=NAN)}
        for name, metrics in whole.items()
    }
    groups = (
        Subgroup("sex", "f", 1200, None, {"benign": 700, "malignant": 500}, whole),
        Subgroup("sex", "<m>", 9, None, {"benign": 8, "malignant": 1}, few),
        Subgroup("site", "A", 1209, 300, {"benign": 708, "malignant": 501}, whole),
    )
    return replace(choice_run, subgroups=groups)


def test_each_column_has_its_forests(run: Comparison) -> None:
    """AUC first, then accuracy, sensitivity and specificity; dummy stands in none."""
    page = render(run).split('id="subgroups"')[1].split("</section>")[0]
    assert page.count('class="forest bygroup"') == 2 * 4
    assert page.count("<summary>") == 2 * 3
    assert "dummy" not in page
    auc = run.models[0].metrics["auc"]
    assert page.count(f"{auc.low:.3f}–{auc.high:.3f}") >= 2
    for score in ("sensitivity", "specificity", "accuracy"):
        value = run.models[0].metrics[score]
        assert f"{value.value:.3f}" in page


def test_counts_and_limits_are_said(run: Comparison) -> None:
    """How few stand behind a score is visible, and that nothing was tested."""
    page = render(run).split('id="subgroups"')[1].split("</section>")[0]
    assert "1,200 images (benign 700 and malignant 500)" in page
    assert "1,209 images of 300 patients (benign 708 and malignant 501)" in page
    assert "Subgroups were not tested against one another" in page
    assert "&lt;m&gt;" in page
    assert '<span class="num">–</span>' in page


def test_without_subgroups_there_is_no_section(choice_run: Comparison) -> None:
    assert 'id="subgroups"' not in render(choice_run)
