"""Thresholds and sets are chosen where a model may look, and judged where it may not."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from comparison_samples import LIGHT, SPLIT, light, toy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, confusion_matrix
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe._common import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, compare, score_fitted
from imgpipe.evaluate.records import operating_points
from imgpipe.evaluate.results import Counts, Operation
from imgpipe.learn import FeatureExtractor
from imgpipe.learn.classifiers import CalibratedSVM

RULES = ["highest probability", "balanced accuracy"]
RULES += ["specificity 0.90", "specificity 0.95", "sensitivity 0.90", "sensitivity 0.95"]
FITS: list[set[int]] = []  # patients of each fit


class Watched(LogisticRegression):
    """Notes the patients it was fitted on."""

    def fit(self, X: Any, y: Any, *, groups: Any = None) -> "Watched":
        FITS.append(set(groups.tolist()))
        return super().fit(X, y)


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    FITS.clear()
    yield
    FITS.clear()


def only(comparison: Comparison) -> Operation:
    (operation,) = comparison.models[0].operation
    return operation


def thresholds(comparison: Comparison) -> dict[str, tuple[float, ...]]:
    return {point.rule: point.thresholds for point in only(comparison).points}


def test_thresholds_never_see_the_test_part() -> None:
    """Other labels of the test part change what a threshold does, and not the threshold."""
    data = toy(step=25, split=SPLIT)
    labels = np.where(SPLIT == "test", 1 - data.labels, data.labels)
    told = compare(LIGHT, data)
    lied = compare(LIGHT, Dataset("lied", data.images, labels, data.classes, split=SPLIT))
    assert only(told).chosen_on == only(lied).chosen_on == "validation part"
    assert thresholds(told) == thresholds(lied)
    assert list(thresholds(told)) == RULES
    assert only(told).points[1].sensitivity.value > only(lied).points[1].sensitivity.value


def test_a_threshold_chosen_on_test_data_would_be_another() -> None:
    """Where validation and test part differ, the threshold is the validation part's best."""
    data = toy(split=SPLIT)
    dim = np.where((SPLIT == "test")[:, None, None], data.images // 2, data.images)
    shifted = Dataset("shifted", dim.astype(np.uint8), data.labels, data.classes, split=SPLIT)
    found = compare(LIGHT, shifted)
    table = found.predictions
    chosen = thresholds(found)["balanced accuracy"][0]
    for part, best in (("val", True), ("test", False)):
        rows = table[table["split"] == part]
        truth, p = (rows["label"] == "malignant").to_numpy(), rows["p_malignant"].to_numpy()
        reached = [np.mean([(p >= t)[truth].mean(), (p < t)[~truth].mean()]) for t in [*p, 1.1]]
        own = np.mean([(p >= chosen)[truth].mean(), (p < chosen)[~truth].mean()])
        assert (own >= max(reached) - 1e-9) == best, part


def test_points_are_counted_on_the_test_part() -> None:
    """All figures of a threshold are those of a table of counts of held-out images."""
    found = compare(LIGHT, toy(step=25, split=SPLIT))
    operation, table = only(found), found.predictions.query("split == 'test'")
    truth, p = table["label"] == "malignant", table["p_malignant"]
    assert (operation.n, operation.positives) == (40, truth.sum())
    assert operation.prevalence == truth.mean()
    for point in operation.points:
        t = point.thresholds[0]
        (tn, fp), (fn, tp) = confusion_matrix(truth, p >= t, labels=[False, True])
        assert point.counts == Counts(tp, fp, fn, tn)
        assert point.sensitivity.value == pytest.approx(tp / (tp + fn))
        assert point.specificity.value == pytest.approx(tn / (tn + fp))
        assert point.ppv.value == pytest.approx(tp / (tp + fp))
        assert point.npv.value == pytest.approx(tn / (tn + fn))
        assert point.net_benefit.value == pytest.approx((tp - t / (1 - t) * fp) / 40)
        for name in ("sensitivity", "specificity", "ppv", "npv", "net_benefit"):
            score = getattr(point, name)
            assert score.low <= score.value <= score.high


@pytest.mark.parametrize("classes", [2, 3])
def test_every_threshold_is_counted(classes: int) -> None:
    """The table holds what each hundredth does to held-out images, folds together."""
    found = compare(LIGHT, toy(step=25, classes=classes), folds=3)
    for operation in found.models[0].operation:
        truth = found.predictions["label"] == operation.name
        p, table = found.predictions[f"p_{operation.name}"], operation.table
        assert table is not None
        assert table.thresholds == tuple(k / 100 for k in range(101))
        for t, *counts in zip(*vars(table).values(), strict=True):
            (tn, fp), (fn, tp) = confusion_matrix(truth, p >= t, labels=[False, True])
            assert counts == [tp, fp, fn, tn]
    json.dumps(found.to_dict(), allow_nan=False)


def test_very_many_classes_have_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table for each of many classes would outgrow the run: none is kept."""
    monkeypatch.setattr(operating_points, "MOST_CLASSES", 2)
    found = compare(LIGHT, toy(classes=3, split=SPLIT), least=5)
    assert [operation.table for operation in found.models[0].operation] == [None] * 3


def test_inner_folds_divide_no_patient_and_cost_nothing_unasked() -> None:
    """Each fold has its own threshold, from fits that saw neither its images nor their patients."""
    patients = np.arange(120) // 2
    data = toy(groups=patients)
    watched = {"watched": make_pipeline(FeatureExtractor("intensity"), StandardScaler(), Watched())}
    plain = compare(watched, data, folds=3)
    assert only(plain).chosen_on is None
    assert [point.rule for point in only(plain).points] == ["highest probability"]
    assert len(FITS) == 3
    FITS.clear()
    found = compare(watched, data, folds=3, thresholds=True)
    assert only(found).chosen_on == "inner folds"
    assert len(FITS) == 3 * (1 + 5)
    table = found.predictions
    for fold, start in enumerate(range(0, 18, 6)):
        whole, inner = FITS[start], FITS[start + 1 : start + 6]
        held = set(patients[table.loc[table["fold"] == fold + 1, "id"].astype(int)].tolist())
        assert not held & whole
        left_out = [whole - patients_of_fit for patients_of_fit in inner]
        assert all(patients_of_fit < whole for patients_of_fit in inner)
        assert sorted(patient for part in left_out for patient in part) == sorted(whole)
    chosen = thresholds(found)
    assert all(len(chosen[rule]) == 3 for rule in RULES[1:])
    assert len(set(chosen["balanced accuracy"])) > 1
    again = compare(watched, data, folds=3, thresholds=True)
    assert thresholds(again) == chosen
    assert found.models[0].metrics == plain.models[0].metrics


def test_each_fold_is_called_by_its_own_threshold() -> None:
    """Counts are sums over folds, each image judged by the threshold of its fold."""
    found = compare(LIGHT, toy(step=25), folds=3, repeats=2, seeds=2, thresholds=True)
    table = found.predictions.query("repeat == 1 and seed == 0")
    point = only(found).points[1]
    limits = table["fold"].map(lambda fold: point.thresholds[fold - 1])
    truth, called = table["label"] == "malignant", table["p_malignant"] >= limits
    assert point.sensitivity.value == pytest.approx(called[truth].mean())
    assert point.specificity.value == pytest.approx(1 - called[~truth].mean())
    assert only(found).n == 120
    assert (point.counts.tp, point.counts.fp) == (called[truth].sum(), called[~truth].sum())
    calibration = found.models[0].calibration
    assert calibration is not None
    assert calibration.brier.value == pytest.approx(brier_score_loss(truth, table["p_malignant"]))


def test_several_classes_are_judged_one_against_the_rest() -> None:
    """Each class has its curves and thresholds; what the model calls has no one threshold."""
    found = compare(LIGHT, toy(classes=3, split=SPLIT), least=5).models[0]
    assert [operation.name for operation in found.operation] == ["benign", "malignant", "other"]
    for operation in found.operation:
        assert [point.rule for point in operation.points] == RULES
        assert operation.points[0].thresholds == ()
        assert np.isnan(operation.points[0].net_benefit.value)
    mean = np.mean([operation.average_precision.value for operation in found.operation])
    assert found.metrics["average_precision"].value == pytest.approx(mean)


@pytest.mark.parametrize("classes", [2, 3])
def test_conformal_sets_are_measured_held_out(classes: int) -> None:
    """Coverage and sizes are those of held-out images; shares add up, for each class too."""
    data = toy(step=25, classes=classes, groups=np.arange(120) // 2)
    assert compare(LIGHT, data, folds=3).models[0].conformal is None
    found = compare(LIGHT, data, folds=3, conformal=0.8).models[0].conformal
    assert found is not None
    assert (found.level, found.chosen_on) == (0.8, "inner folds")
    assert sum(found.sizes) == pytest.approx(1)
    mean = sum(n * share for n, share in enumerate(found.sizes))
    assert found.mean_size.value == pytest.approx(mean)
    counts = [(data.labels == code).sum() for code in range(classes)]
    by_class = [score.value for score in found.by_class.values()]
    assert found.coverage.value == pytest.approx(np.average(by_class, weights=counts))
    assert found.coverage.value == pytest.approx(0.8, abs=0.12)


def test_a_kept_model_has_its_calibration_and_no_threshold() -> None:
    """A model fitted before is judged as it calls, its own threshold alone."""
    data = toy(step=25)
    found = score_fitted({"light": light().fit(data.images, data.labels)}, data)
    assert found.models[0].calibration is not None
    assert only(found).chosen_on is None
    assert [(p.rule, p.thresholds) for p in only(found).points] == [("highest probability", (0.5,))]


def test_one_class_held_out_is_no_error() -> None:
    """Without a positive there are no curves; the rest stands, in strict JSON."""
    split = np.where((SPLIT == "test") & (np.arange(120) // 2 % 2 == 1), "train", SPLIT)
    found = compare({"light": light()}, toy(split=split), conformal=0.9)
    assert found.models[0].operation == ()
    assert found.models[0].calibration is not None
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert '"conformal": {"level": 0.9' in text


def test_a_validation_part_of_one_class_chooses_nothing() -> None:
    """Sensitivity and specificity cannot be weighed where one class is absent."""
    split = np.where((SPLIT == "val") & (np.arange(120) // 2 % 2 == 1), "train", SPLIT)
    operation = only(compare(LIGHT, toy(split=split)))
    assert operation.chosen_on is None
    assert len(operation.points) == 1


class Silent(LogisticRegression):
    """Says nothing of the first image it is asked about."""

    def predict_proba(self, X: Any) -> np.ndarray:
        p = super().predict_proba(X)
        p[0] = np.nan
        return p


@pytest.mark.parametrize("fields", [{"split": SPLIT}, {"classes": 3}])
def test_probabilities_that_are_no_numbers_are_judged_by_calls_alone(fields: Any) -> None:
    """Accuracy stands; what rests on probabilities is undefined, and nothing breaks."""
    silent = make_pipeline(FeatureExtractor("intensity"), StandardScaler(), Silent())
    found = compare({"silent": silent}, toy(**fields), folds=3, thresholds=True, conformal=0.9)
    (model,) = found.models
    assert (model.calibration, model.operation, model.conformal, model.roc) == (None, (), None, ())
    assert model.metrics["accuracy"].value > 0.5
    for name in ("auc", "average_precision", "brier", "log_loss"):
        assert np.isnan(model.metrics[name].value)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, float("nan")])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    """It lies between 0 and 1."""
    with pytest.raises(InputError, match="give a share between 0 and 1"):
        compare(LIGHT, toy(), conformal=level)


def test_an_svm_has_its_thresholds_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own inner folds divide no patient, and no machine is fitted a second time."""
    fits: list[int] = []
    original = CalibratedSVM.fit

    def fit(self: CalibratedSVM, X: Any, y: Any, *, groups: Any = None) -> CalibratedSVM:
        original(self, X, y, groups=groups)
        fits.append(len(y))
        for train, held in self.inner_folds_:
            assert not set(groups[train]) & set(groups[held])
        truth = y == self.classes_[1]
        # the values kept for the choice are no memory of the training samples
        assert brier_score_loss(truth, self.out_of_fold_[:, 1]) > brier_score_loss(
            truth, self.predict_proba(X)[:, 1]
        )
        return self

    monkeypatch.setattr(CalibratedSVM, "fit", fit)
    fit.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    steps = (FeatureExtractor("intensity"), StandardScaler(), CalibratedSVM(C=10))
    found = compare(
        {"svm": make_pipeline(*steps)}, toy(step=15, groups=np.arange(120) // 2), folds=3
    )
    assert only(found).chosen_on == "inner folds"
    assert fits == [80, 80, 80]
    assert len(thresholds(found)["balanced accuracy"]) == 3
