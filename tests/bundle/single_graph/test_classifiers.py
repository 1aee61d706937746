"""Fitted parts inside a graph say what they say in a bundle."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)

from imgpipe import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.manifest import Expected, Manifest
from imgpipe.bundle.inference.fitted import fitted_of
from imgpipe.bundle.single_graph.assembled import fitted_part
from imgpipe.bundle.single_graph.parity import session_of
from imgpipe.bundle.writing.fitted_part import fitted_part as written
from imgpipe.learn import CLASSIFIERS, make_pipeline

OWN = [name for name in CLASSIFIERS.own if not CLASSIFIERS[name].raw_images]
FEATURES = 5
TOLERANCE = 1e-9


def rows(n_classes: int, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Rows of features with some whole numbers, so that neighbours tie, and their classes."""
    rng = np.random.default_rng(0)
    codes = np.arange(n) % n_classes
    X = rng.normal(size=(n, FEATURES)) + codes[:, None]
    X[:, 3:] = X[:, 3:].round()
    X[n // 2 :, 3:] = X[: n // 2, 3:]
    return X, codes


def bundled(steps: list[Any], n_classes: int) -> Bundled:
    """What a bundle would hold of fitted steps."""
    fitted, graphs, arrays = written(steps, FEATURES)
    names = tuple(f"f{i}" for i in range(FEATURES))
    codes = tuple(range(n_classes))
    expected = Expected((8, 8), None, "uint8", None, "image")
    manifest = Manifest(tuple(map(str, codes)), codes, expected, {}, fitted, names, {})
    return Bundled(manifest, graphs, arrays)


def said(kept: Bundled, X: np.ndarray) -> np.ndarray:
    """Probabilities that the graph gives of rows."""
    session = session_of(fitted_part(kept))
    return np.concatenate([session.run(None, {"features": row[None]})[0] for row in X])


def behind_features(model: str, n_classes: int, **settings: Any) -> list[Any]:
    """Fit the steps of a pipeline that stand behind the features."""
    if model == "boosted":
        pytest.importorskip("lightgbm")
    pipeline = make_pipeline(model).set_params(**settings)[1:]
    X, codes = rows(n_classes)
    return [step for _, step in pipeline.fit(X, codes).steps]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("model", OWN)
def test_each_classifier_says_what_the_bundle_says(model: str, n_classes: int) -> None:
    """Probabilities are the bundle's to 1e-9, with missing numbers, too."""
    kept = bundled(behind_features(model, n_classes), n_classes)
    X, _ = rows(n_classes)
    X = np.concatenate([X[:30], X[:30] + 0.1, 9 * X[:10]])
    X[3, 1] = X[7, 4] = np.nan
    expected = fitted_of(kept.manifest.fitted, kept.graphs, kept.arrays)(X)
    found = said(kept, X)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE, rtol=0)
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all()


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    ("model", "settings"),
    [
        *(("svm", {"classify__kernel": name}) for name in ("linear", "poly", "sigmoid")),
        ("knn", {"classify__weights": "uniform", "classify__n_neighbors": 7}),
    ],
)
def test_each_setting_keeps_double_precision(
    model: str, settings: dict[str, Any], n_classes: int
) -> None:
    """No optimisation of onnxruntime brings single precision in."""
    kept = bundled(behind_features(model, n_classes, **settings), n_classes)
    X = rows(n_classes)[0][:40] + 0.1
    expected = fitted_of(kept.manifest.fitted, kept.graphs, kept.arrays)(X)
    np.testing.assert_allclose(said(kept, X), expected, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("model", [name for name in OWN if name != "dummy"])
def test_what_the_bundle_refuses_is_not_a_number(model: str) -> None:
    """An infinite feature gives NaN, where the bundle says that it is infinite."""
    kept = bundled(behind_features(model, 2), 2)
    X = rows(2)[0][:2]
    X[0, 2], X[1, 0] = np.inf, -np.inf
    with pytest.raises(InputError, match="infinite"):
        fitted_of(kept.manifest.fitted, kept.graphs, kept.arrays)(X)
    assert np.isnan(said(kept, X)).all()


TREES = {
    "histograms": HistGradientBoostingClassifier(max_iter=4, min_samples_leaf=3),
    "extra": ExtraTreesClassifier(10, random_state=0),
    "forest": RandomForestClassifier(10, random_state=0),
}


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", TREES)
def test_trees_send_missing_numbers_their_way(kind: str, n_classes: int) -> None:
    """Trees without an imputer, which have seen missing numbers, say what scikit-learn's say."""
    X, codes = rows(n_classes)
    X[np.random.default_rng(1).random(X.shape) < 0.2] = np.nan
    model = TREES[kind].fit(X, codes)
    found = said(bundled([model], n_classes), X)
    np.testing.assert_allclose(found, model.predict_proba(X), atol=TOLERANCE, rtol=0)


def test_a_missing_number_that_none_replaces_is_not_a_number() -> None:
    """Where nothing is imputed and trees take no missing numbers, the graph gives NaN."""
    pytest.importorskip("lightgbm")
    steps = behind_features("boosted", 2)
    kept = bundled(steps[-1:], 2)
    X = rows(2)[0][:2]
    X[0, 2] = np.nan
    found = said(kept, X)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
