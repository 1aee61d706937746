"""Faults of models and scores: what compare tells, and what its canaries sing."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import SelectFromModel, SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from imgpipe import InputError
from imgpipe._common.texts import say
from imgpipe.datasets import Dataset
from imgpipe.evaluate import Canary, Comparison, Interval, ModelResult, compare, score_fitted
from imgpipe.evaluate.checks import CHECKS
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.learn import FeatureExtractor

N, SIDE = 120, 12


def scans(*, bright: float = 0, told: float = 12, seed: int = 0, **fields: Any) -> Dataset:
    """Noise with a pattern of dots or of larger blocks, of one contrast: the latter are ill."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(N) % 2)
    images = rng.normal(120, 20, (N, SIDE, SIDE)) + rng.normal(0, 15, (N, 1, 1))
    y, x = np.indices((SIDE, SIDE))
    patterns = np.stack([(-1.0) ** (y + x), (-1.0) ** (y // 3 + x // 3)])
    images += patterns[labels] * (told * rng.uniform(0.2, 1.8, N))[:, None, None]
    images += bright * labels[:, None, None]
    fields = {"groups": np.arange(N).astype(str)} | fields
    return Dataset("scans", images.clip(0, 255).astype(np.uint8), labels, ("well", "ill"), **fields)


def light(*steps: Any) -> Any:
    """A pipeline that takes no time."""
    extractor = FeatureExtractor(["intensity", "gradient"])
    return make_pipeline(extractor, *(steps or (StandardScaler(),)), LogisticRegression())


def codes(comparison: Comparison) -> set[str]:
    return {finding.code for finding in comparison.findings}


def test_a_sound_comparison_has_no_finding() -> None:
    """Models that beat every canary on clean data are left alone."""
    comparison = compare({"light": light()}, scans(), folds=3)
    assert comparison.findings == ()
    assert comparison.dataset.warnings == ()
    assert 0.85 < comparison.models[0].metrics["auc"].value < 1


def test_steps_fitted_on_everything_are_told() -> None:
    """A frozen scaler, a frozen selector and a selector of a fitted model, each by its name."""
    data = scans()
    features = FeatureExtractor(["intensity", "gradient"]).fit_transform(data.images)
    scaler = StandardScaler().fit(features)
    selector = SelectKBest(k=5).fit(features, data.labels)
    ranked = LogisticRegression(max_iter=5000).fit(scaler.transform(features), data.labels)
    models = {
        "scaled": light(FrozenEstimator(scaler)),
        "selected": light(StandardScaler(), FrozenEstimator(selector)),
        "ranked": light(StandardScaler(), SelectFromModel(FrozenEstimator(ranked), prefit=True)),
        "by method": light(FunctionTransformer(scaler.transform)),
        "sound": light(),
    }
    found = [f for f in compare(models, data, folds=3).findings if f.code == "SCO004"]
    assert [f.message.split()[0] for f in found] == ["scaled", "selected", "ranked", "by"]
    assert all("may have seen held-out images" in f.message for f in found)
    assert {f.severity for f in found} == {"error"}


def test_a_threshold_tuned_elsewhere_is_told() -> None:
    """A fixed threshold is named; the usual one half is not."""
    models = {
        "tuned": FixedThresholdClassifier(light(), threshold=0.37),
        "plain": FixedThresholdClassifier(light(), threshold=0.5),
    }
    (found,) = (f for f in compare(models, scans(), folds=3).findings if f.code == "SCO005")
    assert found.message.startswith("tuned decides at a fixed threshold of 0.37")


def test_a_perfect_score_is_told() -> None:
    """What is perfect is an alarm."""
    comparison = compare({"light": light()}, scans(bright=130), folds=3)
    assert "SCO001" in codes(comparison)


def test_where_the_dummy_is_perfect_too_nothing_is_told() -> None:
    """All held-out images are of one class: each model that names it is right."""
    data = scans(bright=130)
    split = np.where(np.arange(N) % 2, "test", "train").astype(object)
    kept = np.flatnonzero((split == "train") | (data.labels == 0))
    one = Dataset("one", np.asarray(data.images)[kept], data.labels[kept], ("well", "ill"),
                  split=split[kept])  # fmt: skip
    well = make_pipeline(
        FeatureExtractor(["intensity"]), DummyClassifier(strategy="constant", constant=0)
    )
    comparison = compare({"light": light(), "dummy": well}, one)
    assert {model.metrics["accuracy"].value for model in comparison.models} == {1.0}
    assert "SCO001" not in codes(comparison)


def test_one_number_that_scores_as_well_is_told() -> None:
    """Where brightness gives the answer, the best model is held against it."""
    comparison = compare({"light": light()}, scans(bright=40, told=0), folds=3)
    assert {"SCO003", "CUT006"} <= codes(comparison)
    (found,) = (f for f in comparison.findings if f.code == "SCO003")
    mean = comparison_mean_auc(comparison, scans(bright=40, told=0))
    assert (
        f"mean gray alone, one number an image and without any fit, has an AUC of {mean:.3f}"
        in (found.message)
    )
    assert comparison.dataset.warnings[0] == found.message


def comparison_mean_auc(comparison: Comparison, data: Dataset) -> float:
    """Mean over folds of the AUC of the mean gray, by scikit-learn."""
    table = comparison.predictions.assign(
        gray=[data.images[int(i)].pixels.mean() for i in comparison.predictions["id"]]
    )
    folds = table.groupby("fold")
    return float(np.mean([roc_auc_score(f["label"] == "ill", f["gray"]) for _, f in folds]))


def test_a_fold_that_would_lack_a_class_stops_or_is_told() -> None:
    """Where a class has too few patients the comparison stops; a test part without one is told."""
    few = scans()
    few = few.take(np.r_[np.flatnonzero(few.labels == 0), np.flatnonzero(few.labels == 1)[:2]])
    with pytest.raises(InputError, match="class ill has 2 patients for 3 folds"):
        compare({"light": light()}, few, folds=3)
    data = scans()
    split = np.where((data.labels == 0) & (np.arange(N) % 3 == 0), "test", "train")
    assert "SPL002" in codes(compare({"light": light()}, scans(split=split)))


def test_what_a_model_was_trained_on_is_told() -> None:
    """A model that is judged on its own training images is found out by their digests."""
    from imgpipe.datasets import image_digests

    data = scans()
    model = light().fit(data.images, data.labels)
    known = frozenset(image_digests(data.images))
    comparison = score_fitted({"light": model}, data, trained_on=known)
    assert "DUP001" in codes(comparison)
    assert "120 of 120 images were used to train this model" in comparison.dataset.warnings[0]


@pytest.mark.full
def test_canaries_stand_below_the_models() -> None:
    """They are no models: marked in leaderboard, predictions and JSON, and never first."""
    data = scans(bright=60, told=0)
    comparison = compare({"light": light(), "dummy": "dummy"}, data, folds=3, canaries=True)
    board = comparison.leaderboard()
    assert board["model"].tolist() == [
        "light",
        "dummy",
        "canary: mean gray alone",
        "canary: border alone",
        "canary: image size alone",
        "canary: shuffled labels",
    ]
    assert [row.title for row in comparison.canaries] == board["model"].tolist()[2:]
    gray, border, size, shuffled = (row.metrics["auc"] for row in comparison.canaries)
    assert gray.value > 0.9
    assert border.value > 0.9
    assert size.value == 0.5
    assert 0.3 < shuffled.value < 0.7
    own = comparison.predictions[comparison.predictions["model"] == "canary: mean gray alone"]
    areas = [roc_auc_score(f["label"] == "ill", f["p_ill"]) for _, f in own.groupby("fold")]
    assert gray.value == pytest.approx(np.mean(areas))
    assert comparison.to_dict()["canaries"][0]["name"] == "mean gray alone"
    assert {"SCO003", "SCO007"} <= codes(comparison)
    without = compare({"light": light()}, data, folds=3)
    assert without.canaries == ()
    assert "canaries" not in without.to_dict()
    pd.testing.assert_frame_equal(
        without.predictions, comparison.predictions[: len(without.predictions)]
    )


def test_noise_in_the_masks_shows_their_outline() -> None:
    """Masks that are larger in one class tell it through features of pure noise."""
    data = scans(told=0)
    masks = np.zeros((N, SIDE, SIDE), bool)
    for i, label in enumerate(data.labels):
        masks[i, 2 : 6 + 3 * label, 2 : 7 + i % 3] = True
    comparison = compare({"light": light()}, scans(told=0, masks=masks), folds=3, canaries=True)
    scores = {row.name: row.metrics["auc"].value for row in comparison.canaries}
    assert scores["mask area alone"] > 0.95
    assert scores["noise in the masks"] > 0.95
    assert scores["mean gray alone"] < 0.7
    assert "CUT008" in codes(comparison)


def test_a_shift_is_a_canary_too() -> None:
    """The classifier that tells test from training has an AUC and an interval, and nothing else."""
    split = np.random.default_rng(1).permutation(["train"] * 70 + ["test"] * 50)
    data = scans(split=split)
    darker = np.where((split == "test")[:, None, None], data.images.pixels * 0.7, data.images)
    shifted = Dataset(
        "scans", darker.astype(np.uint8), data.labels, data.classes, data.groups, split
    )
    comparison = compare({"light": light()}, shifted, canaries=True)
    row = comparison.canaries[-1]
    assert row.name == "test or training"
    assert 0.9 < row.metrics["auc"].low < row.metrics["auc"].value
    assert np.isnan(row.metrics["accuracy"].value)
    assert "SPL004" in codes(comparison)
    plain = compare({"light": light()}, data, canaries=True)
    assert plain.canaries[-1].metrics["auc"].low < 0.5 < plain.canaries[-1].metrics["auc"].high
    assert "SPL004" not in codes(plain)


@pytest.fixture(scope="module")
def sound() -> ModelResult:
    """A model that scores .9 or so."""
    (model,) = compare({"light": light()}, scans(), folds=3).models
    return model


@pytest.mark.parametrize(
    ("name", "auc", "code"),
    [
        ("shuffled labels", Interval(0.7, 0.61, 0.78), "SCO002"),
        ("shuffled labels", Interval(0.6, 0.45, 0.75), None),
        ("border alone", Interval(0.82, 0.75, 0.88), "SCO006"),
        ("border alone", Interval(0.82, 0.75, 0.99), "SCO007"),
        ("border alone", Interval(0.52, 0.4, 0.6), None),
        ("border alone", Interval(0.72, 0.62, 0.8), "SCO008"),
        ("border alone", Interval(0.62, 0.49, 0.75), None),
    ],
)
def test_a_canary_that_sings_is_told(
    name: str, auc: Interval, code: str | None, sound: ModelResult
) -> None:
    """Shuffled labels that are found, high scores, and those that reach the best model."""
    data = scans()
    survey = survey_images(data.images, None)
    row = Canary({"border alone": say("border alone")}.get(name, name), "", {"auc": auc})
    evidence = Evidence(data, survey, models=(sound,), canaries=(row,))
    own = [CHECKS[c] for c in ("SCO002", "SCO006", "SCO007", "SCO008")]
    found = [finding.code for check in own for finding in check.findings(evidence)]
    assert found == ([code] if code else [])


def test_every_code_of_scores_is_planted() -> None:
    """No check of models or scores goes without a test here."""
    own = {code for code in CHECKS if code.startswith("SCO")}
    assert own == {f"SCO00{k}" for k in range(1, 9)}
