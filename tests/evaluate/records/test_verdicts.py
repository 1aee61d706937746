"""Verdicts of a comparison: the right test, the numbers of the public functions, plain words."""

import json

import numpy as np
import pytest
from comparison_samples import SPLIT, light, toy
from scipy.stats import t as student
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline

from imgpipe.evaluate import (
    Comparison,
    compare,
    corrected_t,
    delong,
    equivalence,
    holm,
    mcnemar,
    score_fitted,
)
from imgpipe.evaluate.scores.intervals import freedom_of
from imgpipe.learn import FeatureExtractor


def models(*names: str) -> dict[str, object]:
    """Models from good to none."""
    made = {
        "good": light(),
        "twin": light(C=1.0001),
        "none": make_pipeline(FeatureExtractor("intensity"), DummyClassifier()),
    }
    return {name: made[name] for name in names}


def answers(result: Comparison, name: str):
    """Predictions of one model, in the order of the data."""
    table = result.predictions
    return table[table["model"] == name]


@pytest.fixture(scope="module")
def on_test_part(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    patch = pytest.MonkeyPatch()
    patch.setenv("IMGPIPE_CACHE", str(tmp_path_factory.mktemp("verdicts")))
    yield compare(models("good", "twin", "none"), toy(step=20, split=SPLIT), margin=0.05)
    patch.undo()


def test_given_split_is_delong(on_test_part: Comparison) -> None:
    """The verdict's numbers are those of `delong`, read as Student's t, and of `mcnemar`."""
    pair = next(p for p in on_test_part.pairs if {p.a, p.b} == {"good", "none"})
    good, none = (
        rows[rows["split"] == "test"]
        for rows in (answers(on_test_part, n) for n in (pair.a, pair.b))
    )
    labels = (good["label"] == "malignant").to_numpy()
    test = delong(labels, good["p_malignant"], none["p_malignant"])
    ups = int(labels.sum())
    df = freedom_of([ups, len(labels) - ups])
    error = test.difference / test.statistic
    assert pair.difference == test.difference
    assert pair.low == pytest.approx(test.difference - student.ppf(0.975, df) * error)
    assert pair.p_value == pytest.approx(2 * student.sf(test.statistic, df))
    assert pair.method == "DeLong"
    assert pair.errors == mcnemar(good["label"], good["predicted"], none["predicted"])
    assert (pair.verdict, pair.better) == ("better", "good")
    assert pair.statement.startswith("good is better than none: AUC higher by +0.")


def test_holm_counts_all_pairs(on_test_part: Comparison) -> None:
    """Adjusted p-values are Holm's over the three pairs."""
    pairs = on_test_part.pairs
    np.testing.assert_allclose([p.p_holm for p in pairs], holm([p.p_value for p in pairs]))
    assert "adjusted for 3 pairs (Holm)" in pairs[-1].statement
    assert on_test_part.overall is not None
    assert on_test_part.overall.p_value < 0.05


def test_twins_are_equivalent(on_test_part: Comparison) -> None:
    """Models that rank alike are equivalent within a margin, and without one not told apart."""
    pair = next(p for p in on_test_part.pairs if {p.a, p.b} == {"good", "twin"})
    assert pair.verdict == "equivalent within the margin"
    assert pair.better is None
    assert pair.equivalence == equivalence(pair.low, pair.high, 0.05)
    assert "are equivalent: AUC differs by" in pair.statement
    without = compare(models("good", "twin"), toy(split=SPLIT)).pairs[0]
    assert without.verdict == "no detectable difference"
    assert without.p_holm == without.p_value


def test_every_metric_has_its_difference(on_test_part: Comparison) -> None:
    """Differences of the metrics are those of the leaderboard, with an interval round them."""
    pair = on_test_part.pairs[0]
    scores = {model.name: model.metrics for model in on_test_part.models}
    assert set(pair.differences) == set(scores[pair.a])
    for name, found in pair.differences.items():
        expected = scores[pair.a][name].value - scores[pair.b][name].value
        assert found.value == pytest.approx(expected, nan_ok=True)
        assert np.isnan(expected) or found.low <= found.value <= found.high


def test_verdicts_are_frozen_in_the_result(on_test_part: Comparison) -> None:
    """`to_dict` has pairs, the overall test and spreads, as strict JSON."""
    content = json.loads(json.dumps(on_test_part.to_dict(), allow_nan=False))
    assert [pair["verdict"] for pair in content["pairs"]] == [
        pair.verdict for pair in on_test_part.pairs
    ]
    assert content["pairs"][0]["differences"]["f1"].keys() >= {"value", "low", "high"}
    assert content["overall"]["method"] == "Cochran's Q"
    assert content["overall"]["low"] is None
    spread = content["spreads"][0]
    assert (spread["folds"], spread["seeds"]) == (None, None)
    assert spread["patients"] > 0


def test_folds_are_the_corrected_t() -> None:
    """In repeated folds the numbers are those of `corrected_t` on the folds' AUCs."""
    result = compare(models("good", "none"), toy(step=12), folds=3, repeats=2)
    (pair,) = result.pairs
    gaps = [
        roc_auc_score(a["label"] == "malignant", a["p_malignant"])
        - roc_auc_score(b["label"] == "malignant", b["p_malignant"])
        for (_, a), (_, b) in zip(
            *(answers(result, n).groupby(["repeat", "fold"]) for n in ("good", "none")), strict=True
        )
    ]
    test = corrected_t(gaps, 80, 40)
    assert pair.difference == pytest.approx(test.difference)
    assert (pair.low, pair.p_value) == pytest.approx((test.low, test.p_value))
    assert "Nadeau and Bengio" in pair.method
    assert "divided once" not in pair.why
    spread = result.spreads[0]
    assert spread.folds is not None
    assert spread.repeats is not None
    assert spread.seeds is None


def test_one_repeat_is_said_to_be_cautious() -> None:
    """Folds divided once: the test stands, with four degrees of freedom, and is called cautious."""
    (pair,) = compare(models("good", "none"), toy(), folds=5).pairs
    assert "divided once" in pair.why
    assert pair.verdict == "better"


def test_patients_with_several_images_are_obuchowski() -> None:
    """Grouped images of one held-out set take the clustered tests."""
    groups = np.array([f"P{i // 2}" for i in range(120)])
    split = np.repeat(np.random.default_rng(1).permutation(["train", "test"] * 30), 2)
    result = compare(models("good", "none"), toy(step=15, groups=groups, split=split))
    (pair,) = result.pairs
    good, none = answers(result, "good"), answers(result, "none")
    test = delong(
        good["label"] == "malignant",
        good["p_malignant"],
        none["p_malignant"],
        groups=groups[split == "test"],
    )
    assert (pair.method, pair.p_value) == (test.method, test.p_value)
    assert "Obuchowski" in pair.method
    assert pair.errors is not None
    assert "Obuchowski" in pair.errors.method


def test_three_classes_take_the_bootstrap() -> None:
    """A mean over classes is compared by resampling patients."""
    split = np.random.default_rng(0).permutation(["train"] * 75 + ["test"] * 75)
    result = compare(models("good", "none"), toy(150, classes=3, split=split))
    (pair,) = result.pairs
    assert pair.method == "paired bootstrap of patients"
    scores = [model.metrics["auc"].value for model in result.models]
    assert pair.difference == pytest.approx(scores[0] - scores[1])
    assert pair.better == "good"


def test_few_patients_are_too_few() -> None:
    """Sixty images of four patients a class say nothing of other patients."""
    groups = np.array([f"P{(i // 2) % 4}-{i % 8 // 4}-{(i // 2) % 2}" for i in range(120)])
    data = toy(groups=groups)
    assert len({(g, label) for g, label in zip(groups, data.labels, strict=True)}) < 10
    (pair,) = compare(models("good", "none"), data, folds=2).pairs
    assert pair.verdict == "too few to say"
    assert "held-out patients of class" in pair.statement


def test_fitted_models_are_compared() -> None:
    """`score_fitted` gives a verdict on two models; seeds of a comparison are averaged."""
    data = toy()
    fitted = {n: m.fit(data.images, data.labels) for n, m in models("good", "none").items()}
    (pair,) = score_fitted(fitted, toy(step=20)).pairs
    assert pair.method == "DeLong"
    assert pair.better == "good"
    seeds = compare(models("good", "none"), toy(split=SPLIT), seeds=2)
    assert seeds.pairs[0].method == "DeLong, mean over 2 seeds"
    assert seeds.pairs[0].difference == pytest.approx(
        seeds.models[0].metrics["auc"].value - seeds.models[1].metrics["auc"].value
    )


def test_one_class_judged() -> None:
    """Without a second class there is no AUC to compare, and the sentence says so."""
    data = toy()
    fitted = {n: m.fit(data.images, data.labels) for n, m in models("good", "none").items()}
    result = score_fitted(fitted, data.take(np.flatnonzero(data.labels == 1)))
    (pair,) = result.pairs
    assert pair.verdict == "too few to say"
    assert "all held-out images are of class malignant" in pair.statement
    good = answers(result, "good")
    assert result.models[0].metrics["accuracy"].value == pytest.approx(
        accuracy_score(good["label"], good["predicted"])
    )


def test_one_model_has_no_pair() -> None:
    """Nothing to compare, no verdict."""
    result = compare(models("good"), toy(), folds=2)
    assert (result.pairs, result.overall) == ((), None)
    assert result.spreads[0].model == "good"


class Silent(DummyClassifier):
    """Gives a probability that is no number."""

    def predict_proba(self, X):
        return np.full((len(X), 2), np.nan)


def test_a_model_without_an_auc() -> None:
    """Where one model has no AUC the pair is not tested, and Holm counts the others."""
    silent = make_pipeline(FeatureExtractor("intensity"), Silent())
    result = compare(models("good", "none") | {"silent": silent}, toy(split=SPLIT))
    told = {frozenset((p.a, p.b)): p for p in result.pairs}
    unknown = told[frozenset(("good", "silent"))]
    assert unknown.verdict == "too few to say"
    assert unknown.why == "silent has no AUC"
    tested = told[frozenset(("good", "none"))]
    assert tested.p_holm == tested.p_value
    assert "pairs" not in tested.statement


def test_without_an_auc_accuracy_ranks() -> None:
    """The leaderboard of few images has the most accurate model on top."""
    split = np.random.default_rng(0).permutation(["train"] * 36 + ["test"] * 12)
    few = toy(48, split=split)
    result = compare(models("none", "good"), few)
    table = result.leaderboard()
    assert table["auc"].isna().all()
    assert result.models[0].name == "none"
    assert table["model"].tolist() == ["good", "none"]
