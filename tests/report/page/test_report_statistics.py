"""Methods are listed where they were used, and only there."""

from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison
from imgpipe.report.html import render
from imgpipe.report.page.statistics import methods


def names(run: Comparison) -> set[str]:
    return {str(method.name) for method in methods(run)}


def test_folds_and_patients_have_their_tests(folds_run: Comparison) -> None:
    """Several images a patient, in folds: neither DeLong nor the plain McNemar nor Cochran's Q."""
    found = names(folds_run)
    assert "Corrected resampled t (Nadeau and Bengio)" in found
    assert "McNemar's test for clustered images (Obuchowski)" in found
    assert not found & {"DeLong's test", "McNemar's exact test", "Obuchowski's test of the AUC"}
    assert "Holm's adjustment" not in found  # one pair
    text = " ".join(method.assumes for method in methods(folds_run))
    assert "Patients are independent" in text
    assert "share training data" in text


def test_a_given_split_has_others(choice_run: Comparison) -> None:
    """Single images judged once: DeLong; nothing is said of folds or patients."""
    found = names(choice_run)
    assert {"DeLong's test", "McNemar's exact test"} <= found
    assert "Corrected resampled t (Nadeau and Bengio)" not in found
    text = " ".join(method.assumes for method in methods(choice_run))
    assert "No patient is named" in text
    assert "Folds are put together" not in text


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("Obuchowski (DeLong's for clustered images)", "Obuchowski's test of the AUC"),
        ("DeLong, mean over 3 seeds", "DeLong's test"),
        ("paired bootstrap of patients", "Paired bootstrap of the AUC"),
    ],
)
def test_each_test_of_the_auc_is_named(choice_run: Comparison, method: str, expected: str) -> None:
    pairs = tuple(replace(pair, method=method) for pair in choice_run.pairs)
    of_auc = {"DeLong's test", "Obuchowski's test of the AUC", "Paired bootstrap of the AUC"}
    assert names(replace(choice_run, pairs=pairs)) & of_auc == {expected}


def test_without_patients_the_units_are_look_alikes(folds_run: Comparison) -> None:
    """Clusters of images whose patients are not known are not called patients."""
    unknown = replace(folds_run, dataset=replace(folds_run.dataset, patients=None))
    for run, unit in ((folds_run, "Patients"), (unknown, "Groups of look-alikes")):
        errors = run.pairs[0].errors
        assert errors is not None
        every = replace(errors, method="Wald test of equal accuracies, clustered images")
        told = {str(m.name): m for m in methods(replace(run, overall=every))}
        for name in (
            "McNemar's test for clustered images (Obuchowski)",
            "Wald test of equal accuracies",
        ):
            assert str(told[name].assumes).startswith(unit)
            assert ("patient" in str(told[name].use)) == (unit == "Patients")


def test_what_was_not_used_is_not_listed(split_run: Comparison, sets_run: Comparison) -> None:
    """Conformal sets, learning curves, canaries, subgroups, margins and seeds only where asked."""
    absent = {
        "Learning curve",
        "Canaries",
        "Subgroups",
        "Two one-sided tests (equivalence)",
        "Spread over seeds",
    }
    assert not names(split_run) & {*absent, "Split conformal sets"}
    assert "Split conformal sets" in names(sets_run)
    assert "80 % of the time" in " ".join(method.use for method in methods(sets_run))


def test_one_model_alone_has_no_tests(split_run: Comparison) -> None:
    alone = replace(split_run, models=split_run.models[:1], pairs=(), overall=None)
    assert not names(alone) & {"DeLong's test", "Paired bootstrap", "Holm's adjustment"}
    page = render(alone)
    assert 'id="statistics"' in page
