"""Neighbours and boosted trees, and LightGBM's door."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from imgpipe import InputError
from imgpipe.learn import CLASSIFIERS
from imgpipe.learn.classifiers import BoostedTrees, CalibratedNeighbours

X, Y = make_classification(
    240, 12, n_informative=5, n_classes=3, weights=[0.5, 0.3], random_state=0
)
PATIENTS = np.repeat(np.arange(80), 3)
NEW = np.random.default_rng(0).normal(0, 2, (40, 12))
FEWER_TREES = BoostedTrees(10, random_state=0)


@parametrize_with_checks([CalibratedNeighbours(random_state=0), FEWER_TREES])
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    """Both are scikit-learn classifiers by scikit-learn's own checks."""
    check(estimator)


def test_the_order_of_the_registry_is_that_of_reading() -> None:
    """What looks at features comes first, and the baseline last of them."""
    names = [name for name, builder in CLASSIFIERS.items() if not builder.raw_images]
    assert names[:6] == ["svm", "forest", "logistic", "knn", "boosted", "dummy"]


def test_logistic_is_scikit_learns() -> None:
    """A strong penalty, and probabilities that sum to the classes' shares."""
    fitted = CLASSIFIERS["logistic"]().fit(X, Y)
    oracle = LogisticRegression(C=0.01).fit(X, Y)
    np.testing.assert_allclose(fitted.predict_proba(NEW), oracle.predict_proba(NEW), atol=1e-6)
    shares = np.bincount(Y) / len(Y)
    np.testing.assert_allclose(fitted.predict_proba(X).mean(axis=0), shares, atol=1e-3)


@pytest.mark.parametrize("classes", [2, 3])
def test_neighbours_rank_as_scikit_learns_do(classes: int) -> None:
    """The sigmoid changes no order of two classes, and the shares are those of the neighbours."""
    y = np.minimum(Y, classes - 1)
    fitted = CalibratedNeighbours(15, random_state=0).fit(X, y)
    shares = KNeighborsClassifier(15, weights="distance").fit(X, y).predict_proba(NEW)
    found = fitted.predict_proba(NEW)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    if classes == 2:
        order = np.argsort(shares[:, 1], kind="stable")
        assert (np.diff(found[order, 1]) >= 0).all()
    assert (found.argmax(axis=1) == shares.argmax(axis=1)).mean() > 0.7


def test_calibrated_neighbours_are_less_sure() -> None:
    """Where labels are coin throws, held-out folds pull the probabilities to one half."""
    y = np.random.default_rng(1).integers(2, size=len(X))
    plain = KNeighborsClassifier(5, weights="distance").fit(X, y).predict_proba(NEW)
    fitted = CalibratedNeighbours(5, random_state=0).fit(X, y).predict_proba(NEW)
    assert np.abs(fitted - 0.5).max() < 0.25 < np.abs(plain - 0.5).max()


def test_neighbours_divide_no_patient_and_are_never_too_many() -> None:
    """The inner folds keep patients whole; with few samples fewer neighbours are asked."""
    fitted = CalibratedNeighbours(random_state=0).fit(X, Y, groups=PATIENTS)
    assert all(not set(PATIENTS[a]) & set(PATIENTS[b]) for a, b in fitted.inner_folds_)
    few = CalibratedNeighbours(random_state=0).fit(X[:12], np.arange(12) % 2)
    assert np.isfinite(few.predict_proba(NEW)).all()
    with pytest.raises(InputError, match="fewer than 2 patients"):
        CalibratedNeighbours().fit(X, (PATIENTS == 0).astype(int), groups=PATIENTS)


@pytest.mark.parametrize("classes", [2, 3])
def test_boosted_trees_are_lightgbms(classes: int) -> None:
    """Its own scikit-learn door grows the same trees, and words are labels too."""
    import lightgbm

    y = np.minimum(Y, classes - 1)
    oracle = lightgbm.LGBMClassifier(
        n_estimators=30, learning_rate=0.05, num_leaves=15, min_child_samples=12,
        colsample_bytree=0.3, subsample=0.8, subsample_freq=1, reg_lambda=1.0, random_state=4,
        deterministic=True, force_col_wise=True, n_jobs=1, verbose=-1,
    ).fit(X, y)  # fmt: skip
    fitted = BoostedTrees(30, random_state=4).fit(X, np.array(["a", "b", "c"])[y])
    expected = oracle.booster_.predict(NEW)
    if classes == 2:
        expected = np.column_stack([1 - expected, expected])
    np.testing.assert_allclose(fitted.predict_proba(NEW), expected, rtol=1e-12)
    assert set(fitted.predict(NEW)) <= set("abc"[:classes])


def test_threads_and_repetition_grow_the_same_trees() -> None:
    """Not a bit of the trees depends on the number of threads."""
    one, two, again = (
        BoostedTrees(30, random_state=1, n_jobs=n).fit(X, Y).booster_.model_to_string()
        for n in (1, 2, 1)
    )
    assert one == again
    assert one.split("parameters:")[0] == two.split("parameters:")[0]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModuleNotFoundError("no", name="lightgbm"), "needs LightGBM: pip install lightgbm"),
        (OSError("libgomp.so.1: cannot open"), "cannot open.*apt install libgomp1"),
    ],
)
def test_without_lightgbm_one_line_says_what_to_install(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is listed without it, and asking for it says what would do."""

    class Absent:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            if name == "lightgbm":
                raise error

    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    assert "[boost]" in CLASSIFIERS["boosted"].description
    with pytest.raises(InputError, match=told):
        CLASSIFIERS["boosted"]()


def test_listing_imports_no_lightgbm_and_its_threads_sleep() -> None:
    """The room is imported without it, and OpenMP is told to sleep before it is loaded."""
    code = """
import os, sys
from imgpipe.learn import CLASSIFIERS
[builder.description for builder in CLASSIFIERS.values()]
assert "lightgbm" not in sys.modules
print(os.environ["OMP_WAIT_POLICY"])
CLASSIFIERS["boosted"]()
assert "lightgbm" in sys.modules
"""
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip().lower() == "passive"
