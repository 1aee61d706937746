"""Comparisons: who is fitted on what, honest canaries, and the same numbers every time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import LIGHT, SPLIT, light, toy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.pipeline import make_pipeline as sk_pipeline
from sklearn.svm import SVC

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, compare
from imgpipe.learn import FeatureExtractor, Filter, make_pipeline


class Spy(ClassifierMixin, BaseEstimator):
    """Takes raw images and notes which it was fitted on; the index is in pixel (0, 0)."""

    seen: list[dict[str, Any]] = []  # noqa: RUF012

    def fit(self, X: Any, y: Any, *, groups: Any = None, validation: Any = None) -> "Spy":
        self.classes_ = np.unique(y)
        pair = None if validation is None else (self._index(validation[0]), validation[1])
        Spy.seen.append({"train": self._index(X), "y": y, "groups": groups, "validation": pair})
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        p = np.array([image[3:7, 3:7].mean() / 255 for image in X])
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> np.ndarray:
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    @staticmethod
    def _index(X: Any) -> list[int]:
        return [int(image[0, 0]) for image in X]


@pytest.fixture
def spied() -> list[dict[str, Any]]:
    """What the spy notes during one test."""
    Spy.seen.clear()
    return Spy.seen


def test_a_given_split_is_used_as_it_is(spied: list[dict[str, Any]]) -> None:
    """Fitted on train alone, offered val as validation, judged on test."""
    data = toy(split=SPLIT, groups=np.arange(120).astype(str))
    comparison = compare({"spy": Spy()}, data)
    (call,) = spied
    assert call["train"] == np.flatnonzero(SPLIT == "train").tolist()
    assert call["validation"][0] == np.flatnonzero(SPLIT == "val").tolist()
    np.testing.assert_array_equal(call["validation"][1], data.labels[SPLIT == "val"])
    assert call["groups"].tolist() == np.flatnonzero(SPLIT == "train").astype(str).tolist()
    table = comparison.predictions
    for part in ("val", "test"):
        assert table[table["split"] == part]["id"].tolist() == [
            str(i) for i in np.flatnonzero(part == SPLIT)
        ]
    assert "train" not in set(table["split"])
    assert comparison.protocol.kind == "given split"
    assert "validation part was never trained on" in comparison.protocol.statement
    assert set(comparison.models[0].splits) == {"val", "test"}
    assert comparison.models[0].metrics == comparison.models[0].splits["test"]


def test_validation_never_trains_a_pipeline(spied: list[dict[str, Any]]) -> None:
    """Steps before the classifier are fitted on train; val only passes through them."""
    data = toy(split=SPLIT)
    compare({"spy": Pipeline([("filter_1", Filter("median", size=1)), ("spy", Spy())])}, data)
    (call,) = spied
    assert call["train"] == np.flatnonzero(SPLIT == "train").tolist()
    assert call["validation"][0] == np.flatnonzero(SPLIT == "val").tolist()
    assert call["groups"] is None


def test_folds_are_the_same_for_all_and_divide_no_patient(spied: list[dict[str, Any]]) -> None:
    """Every model meets the same folds; a patient is never on both sides."""
    patients = np.repeat(np.arange(40), 3).astype(str)
    comparison = compare({"a": Spy(), "b": Spy()}, toy(groups=patients), folds=4, repeats=2)
    assert len(spied) == 16
    trained = [call["train"] for call in spied]
    assert trained[:8] == trained[8:]
    for call in spied:
        held = sorted(set(range(120)) - set(call["train"]))
        assert not set(patients[call["train"]]) & set(patients[held])
        assert call["groups"].tolist() == patients[call["train"]].tolist()
    table = comparison.predictions
    assert table.groupby(["model", "repeat"])["id"].nunique().eq(120).all()
    assert sorted(table["fold"].unique()) == [1, 2, 3, 4]
    assert "repeated 2 times" in comparison.protocol.statement


def test_groups_reach_a_search_by_routing() -> None:
    """A search whose splitter needs groups gets them, and could not run without."""
    search = GridSearchCV(light(), {"logisticregression__C": [0.1, 1.0]}, cv=GroupKFold(3))
    patients = np.repeat(np.arange(40), 3).astype(str)
    comparison = compare({"search": search}, toy(groups=patients), folds=3)
    assert comparison.models[0].metrics["auc"].value > 0.8


def test_metrics_are_those_of_the_predictions() -> None:
    """The leaderboard's figures can be computed again from predictions.csv."""
    comparison = compare(LIGHT, toy(), folds=3, repeats=2)
    folds = comparison.predictions.groupby(["repeat", "fold"])
    areas = [roc_auc_score(f["label"] == "malignant", f["p_malignant"]) for _, f in folds]
    hits = [(f["label"] == f["predicted"]).mean() for _, f in folds]
    metrics = comparison.models[0].metrics
    assert metrics["auc"].value == pytest.approx(np.mean(areas))
    assert metrics["accuracy"].value == pytest.approx(np.mean(hits))
    once = comparison.predictions[comparison.predictions["repeat"] == 1]
    table = pd.crosstab(once["label"], once["predicted"]).to_numpy()
    np.testing.assert_array_equal(comparison.models[0].confusion, table)


@pytest.mark.full
def test_shuffled_labels_score_one_half() -> None:
    """Where there is nothing to learn, AUCs scatter about 0.5 and their intervals hold it."""
    models = {**LIGHT, "svm": make_pipeline("svm", families="intensity")}
    aucs = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        images = rng.integers(0, 90, (240, 10, 10), dtype=np.uint8)
        labels = rng.permutation(np.arange(240) % 2)
        data = Dataset("shuffled", images, labels, ("a", "b"))
        aucs += [result.metrics["auc"] for result in compare(models, data, folds=4).models]
    assert sum(auc.low < 0.5 < auc.high for auc in aucs) >= 5
    assert all(abs(auc.value - 0.5) < 0.1 for auc in aucs)


@pytest.mark.parametrize("split", [None, SPLIT])
def test_same_seed_same_bytes_and_workers_change_nothing(split: np.ndarray | None) -> None:
    """Predictions are the same to the last byte again, and with two workers."""
    models = {
        "svm": make_pipeline("svm", families="intensity"),
        "forest": sk_pipeline(FeatureExtractor("intensity"), RandomForestClassifier(20)),
    }
    runs = [compare(models, toy(split=split), folds=2, seed=3, n_jobs=n) for n in (1, 1, 2)]
    texts = [run.predictions.to_csv() for run in runs]
    assert texts[0] == texts[1] == texts[2]
    plain = [
        {k: v for k, v in run.to_dict()["models"]["svm"].items() if k != "cost"} for run in runs
    ]
    assert plain[0] == plain[1] == plain[2]


def test_seeds_change_the_model_and_not_the_folds() -> None:
    """With N seeds each is fitted on the same folds; metrics are means, with their spread."""
    models = {"forest": sk_pipeline(FeatureExtractor("intensity"), RandomForestClassifier(5))}
    comparison = compare(models, toy(step=15), folds=2, seed=4, seeds=3)
    table = comparison.predictions
    assert sorted(table["seed"].unique()) == [4, 5, 6]
    by_seed = [part for _, part in table.groupby("seed")]
    for part in by_seed[1:]:
        assert (
            part[["id", "fold"]].to_numpy().tolist()
            == by_seed[0][["id", "fold"]].to_numpy().tolist()
        )
        assert part["p_malignant"].tolist() != by_seed[0]["p_malignant"].tolist()
    accuracy = comparison.models[0].metrics["accuracy"]
    per_fold = [(f["label"] == f["predicted"]).mean() for _, f in table.groupby(["seed", "fold"])]
    assert accuracy.value == pytest.approx(np.mean(per_fold))
    assert accuracy.seed_sd is not None
    assert "3 seeds" in comparison.protocol.statement


def test_three_classes() -> None:
    """With three classes there is a curve for each, and no sensitivity."""
    comparison = compare(LIGHT, toy(classes=3, step=60), folds=3)
    result = comparison.models[0]
    assert [curve.name for curve in result.roc] == ["benign", "malignant", "other"]
    assert "sensitivity" not in result.metrics
    assert result.confusion.sum() == 120
    assert comparison.protocol.positive_class is None
    probabilities = comparison.predictions[["p_benign", "p_malignant", "p_other"]]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


@pytest.mark.parametrize("split", [pytest.param(None, marks=pytest.mark.full), SPLIT])
def test_tuning_looks_at_no_held_out_sample(split: np.ndarray | None) -> None:
    """The search is told, keeps to validation or inner folds, and its choice is in the grid."""
    data = toy(step=25, split=split, groups=np.arange(120).astype(str))
    comparison = compare({"svm": "svm", "light": light()}, data, folds=2, tune=True)
    best = comparison.models[0].best_params
    grid = comparison.protocol.grid
    assert best is not None
    assert grid is not None
    assert set(grid) == {"svm"}
    chosen = best["classify__C"] if split is None else [best["classify__C"]]
    assert len(chosen) == (2 if split is None else 1)
    assert set(chosen) <= set(grid["svm"]["classify__C"])
    assert comparison.models[1].best_params is None
    assert "not tuned: light" in comparison.protocol.statement
    # relabelled held-out samples change their score, and never the choice
    torn = data.labels.copy()
    held = np.flatnonzero(SPLIT == "test")
    torn[held] = 1 - torn[held]
    if split is not None:
        other = Dataset("torn", data.images, torn, data.classes, data.groups, split)
        assert compare("svm", other, tune=True).models[0].best_params == best


def test_a_spent_budget_ends_the_search() -> None:
    """With no budget only the model's own settings are tried, and the statement says so."""
    comparison = compare("svm", toy(split=SPLIT), tune=True, budget_seconds=0)
    assert comparison.models[0].best_params == {"classify__C": 1.0}
    assert "after 1 of 4 trials" in comparison.protocol.statement


def test_importance_finds_the_feature_that_tells() -> None:
    """What separates the classes leads the list; the dummy has none."""
    comparison = compare({**LIGHT, "dummy": "dummy"}, toy(step=30), folds=2)
    first = comparison.models[0].importances[0]
    assert first.value > 0
    assert first.low <= first.value <= first.high
    assert comparison.models[1].importances == ()


def test_mistakes_are_the_surest_wrong_ones() -> None:
    """At most twelve wrong predictions, surest first, with a small uint8 picture."""
    comparison = compare(LIGHT, toy(step=8), folds=2)
    mistakes = comparison.models[0].mistakes
    assert 0 < len(mistakes) <= 12
    sure = [mistake.probability for mistake in mistakes]
    assert sure == sorted(sure, reverse=True)
    for mistake in mistakes:
        assert mistake.label != mistake.predicted
        assert mistake.image.dtype == np.uint8
        assert int(mistake.image[0, 0]) == mistake.index


def test_cost_is_told_for_each_model() -> None:
    """CPU seconds, wait for one image and bytes are positive numbers."""
    cost = compare(LIGHT, toy(), folds=2).models[0].cost
    assert set(cost) == {
        "fit_cpu_seconds",
        "feature_seconds",
        "predict_ms_per_image",
        "predict_ms_p95",
        "predict_cpu_ms_per_image",
        "images_per_second",
        "predict_threads",
        "model_bytes",
    }
    assert 0 < cost["predict_ms_per_image"] <= cost["predict_ms_p95"]
    assert cost["model_bytes"] > 500


def test_the_kept_pipeline_takes_images() -> None:
    """The fitted pipeline gives the predictions of the table, from images."""
    comparison = compare(LIGHT, toy(split=SPLIT))
    table = comparison.predictions
    images = toy().images[SPLIT == "test"]
    p = comparison.models[0].pipeline.predict_proba(images)[:, 1]
    np.testing.assert_allclose(p, table[table["split"] == "test"]["p_malignant"], rtol=1e-12)


def test_patients_spelled_alike_are_told() -> None:
    """Ids that differ only in case or blanks may be one patient, and the card says so."""
    patients = np.repeat(np.arange(40), 3).astype(object)
    names = np.array([f"Pat {i}" if n % 3 else f"pat  {i}" for n, i in enumerate(patients)])
    warnings = compare(LIGHT, toy(groups=names), folds=2).dataset.warnings
    assert any("40 patient ids differ from another only in case, blanks" in w for w in warnings)


def test_warnings_tell_what_to_beware_of() -> None:
    """No patients, duplicates, few samples and a perfect score are all told."""
    data = toy(60, step=140)
    images, labels = data.images.copy(), data.labels.copy()
    images[59] = images[0]
    labels[:] = 0
    labels[1:8] = 1
    images[1:8] = 250 + np.arange(7, dtype=np.uint8)[:, None, None] % 5
    images[1:8, 0, :7] = np.eye(7, dtype=np.uint8)
    text = " | ".join(
        compare(
            LIGHT, Dataset("odd", images, labels, data.classes), folds=2, duplicates="keep"
        ).dataset.warnings
    )
    for part in ("no patient column", "exact duplicates", "only 7 held-out", "is perfect"):
        assert part in text


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ("smv", r"'smv'; choose from svm, forest, logistic, knn, boosted, dummy"),
        ([], "no model was named; choose from svm"),
        (["svm", "svm"], "named twice"),
        ({"x": 7}, "'x' is of type int; give a scikit-learn classifier"),
        ({"x": SVC()}, r"'x' gives no probabilities"),
    ],
)
def test_models_that_cannot_be_compared_are_refused(models: Any, message: str) -> None:
    """The error names the model and what would do."""
    with pytest.raises(InputError, match=message):
        compare(models, toy())


@pytest.mark.parametrize(
    ("data", "settings", "message"),
    [
        (toy(40, classes=1), {}, r"one class only \(benign\)"),
        (toy(groups=np.repeat(["a", "b", "c"], 40)), {}, "found 3 patients for 5 folds"),
        (toy(), {"folds": 1}, "folds is 1"),
        (toy(), {"repeats": 0}, "repeats is 0"),
        (toy(), {"seeds": 0}, "seeds is 0"),
        (toy(split=np.repeat(["train", "val"], 60)), {}, "no test part"),
        (
            toy(split=np.where(toy().labels == 1, "test", "train")),
            {},
            "no sample of class malignant",
        ),
    ],
)
def test_data_that_cannot_be_compared_are_refused(
    data: Dataset, settings: dict[str, int], message: str
) -> None:
    """The error tells what was found and what would do."""
    with pytest.raises(InputError, match=message):
        compare("dummy", data, **settings)


def test_a_lazy_sequence_is_compared_like_an_array() -> None:
    """Images read one by one give the same predictions, mistakes included."""

    class Lazy:
        def __init__(self, images: np.ndarray) -> None:
            self._images = images
            self.shapes = [image.shape for image in images]

        def __len__(self) -> int:
            return len(self._images)

        def __getitem__(self, index: int) -> np.ndarray:
            return self._images[index]

    data = toy(step=15)
    lazy = Dataset("toy", Lazy(data.images), data.labels, data.classes)  # type: ignore[arg-type]
    models = {"light": sk_pipeline(Filter("mean"), *(step for _, step in light().steps))}
    one, other = (compare(models, d, folds=2) for d in (data, lazy))
    assert one.predictions.to_csv() == other.predictions.to_csv()
    assert one.models[0].mistakes == other.models[0].mistakes
    assert one.run.data_hash == other.run.data_hash


def test_colour_is_told_to_a_ready_pipeline() -> None:
    """A pipeline that was not told of colour learns it from the data set."""
    gray = toy(step=30)
    colour = np.stack([gray.images, gray.images // 2, gray.images // 3], axis=-1)
    data = Dataset("colour", colour, gray.labels, gray.classes, channel_axis=-1)
    comparison = compare(LIGHT, data, folds=2)
    names = comparison.models[0].pipeline[0].get_feature_names_out()
    assert any(name.endswith("_c2") for name in names)
    assert comparison.dataset.channels == 3
    assert comparison.models[0].mistakes == () or comparison.models[0].mistakes[0].image.shape == (
        10,
        10,
        3,
    )
    assert LIGHT["light"][0].channel_axis is None


def test_images_of_mixed_sizes_are_refused() -> None:
    """A model that takes the images themselves asks for one size; features do not."""

    class Mixed:
        shapes = ((8, 8), (9, 9)) * 10

        def __len__(self) -> int:
            return 20

        def __getitem__(self, index: int) -> np.ndarray:
            return np.random.default_rng(index).normal(index % 2, 1, self.shapes[index])

    data = Dataset("mixed", Mixed(), [0, 1] * 10, ("a", "b"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="--size"):
        compare({"raw": RandomForestClassifier()}, data)
    forest = make_pipeline("forest", families="intensity")
    assert len(compare({"forest": forest}, data, folds=2, least=1).models) == 1


def test_an_interrupt_is_passed_on() -> None:
    """Ctrl-C during a fit ends the comparison at once."""

    class Interrupted(DummyClassifier):
        def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "Interrupted":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare({"x": Interrupted()}, toy())


def test_a_comparison_is_frozen() -> None:
    """Results cannot be changed after the fact."""
    comparison = compare("dummy", toy(), folds=2)
    assert isinstance(comparison, Comparison)
    with pytest.raises(AttributeError):
        comparison.models[0].name = "better"  # type: ignore[misc]


def test_a_model_called_like_a_canary_is_refused() -> None:
    """Its rows could not be told from those of the canary."""
    with pytest.raises(InputError, match="called like a canary"):
        compare({"canary: border alone": make_pipeline("dummy")}, toy())


def test_names_of_subgroups_may_come_one_by_one() -> None:
    data = toy().changed(columns={"sex": np.resize(["f", "m", "f"], 120)})
    found = compare(LIGHT, data, folds=2, subgroups=iter(["sex"])).subgroups
    assert {row.column for row in found} == {"sex"}


@pytest.mark.parametrize("share", ["0.9", 0, 1, float("nan")])
def test_shares_of_conformal_sets_that_are_none(share: Any) -> None:
    with pytest.raises(InputError, match="conformal is"):
        compare(LIGHT, toy(), conformal=share)
