"""Features that hit thresholds, neighbours and zeros exactly."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.ensemble import HistGradientBoostingClassifier
from test_fitted_parity import assert_same, fitted_steps, part_of, rows

SMALL = float(np.float32(1e-35))
AROUND_ZERO = [0.0, -0.0, SMALL, -SMALL, np.nextafter(SMALL, 1), np.nextafter(-SMALL, -1), 1e-300]
LARGE = st.floats(-1e9, 1e9)


@cache
def fitted(name: str, n_classes: int) -> Any:
    """A pipeline, and its part as it is read back."""
    X, y = rows(n_classes)
    X[::5, 0] = 0.0
    histograms = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=3, random_state=0)
    pipeline = fitted_steps(*(("dummy", X, y, histograms) if name == "hist" else (name, X, y)))
    return pipeline, part_of(pipeline)


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("name", ["svm", "forest", "logistic", "knn", "boosted", "hist"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_features(name: str, n_classes: int, data: st.DataObject) -> None:
    """Whatever the features, a bundle says what the pipeline says, up to rounding."""
    pipeline, part = fitted(name, n_classes)
    known = rows(n_classes)[0]
    taken = st.sampled_from(sorted({0.0, *known[np.isfinite(known)].tolist()}))
    number = st.one_of(taken, LARGE, st.just(np.nan))
    X = data.draw(arrays(np.float64, (3, 6), elements=number))
    expected = pipeline.predict_proba(X)
    atol = 0.0 if name == "forest" else 1e-10
    np.testing.assert_allclose(part(X), expected, rtol=0, atol=atol)


@pytest.mark.parametrize("name", ["forest", "boosted", "hist"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_features_at_thresholds(name: str, n_classes: int) -> None:
    """A feature that equals a threshold, or is the next number, goes the way that it should."""
    pipeline, part = fitted(name, n_classes)
    trees = part._trees
    mean, scale = pipeline["scale"].mean_, pipeline["scale"].scale_
    drawn = np.random.default_rng(0).integers(0, len(trees.feature), 300)
    X = rows(n_classes, 300, "plain")[0]
    for row, node in enumerate(drawn):
        column = trees.feature[node]
        X[row, column] = trees.threshold[node] * scale[column] + mean[column]
    shifted = [X, np.nextafter(X, np.inf), np.nextafter(X, -np.inf)]
    found, expected = part(np.concatenate(shifted)), pipeline.predict_proba(np.concatenate(shifted))
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.0 if name == "forest" else 1e-15)


def test_lightgbm_takes_tiny_features_for_zero() -> None:
    """Numbers around zero go the way that LightGBM sends them, whatever the threshold there."""
    from sklearn.pipeline import Pipeline

    from imgpipe.learn.classifiers import BoostedTrees

    tiny = np.array(AROUND_ZERO)
    X = np.r_[np.repeat(tiny, 10), np.repeat(tiny * 3, 5)][:, None]
    asked = np.r_[tiny, 1e-34, -1e-34, 1.0, -1.0][:, None]
    told = 0
    for threshold in (0.5, -SMALL / 2, SMALL / 2, -SMALL, SMALL, 0.0, -3 * SMALL):
        model = BoostedTrees(1).fit(np.r_[X, -np.ones((30, 1))], np.r_[X[:, 0] >= 0, np.zeros(30)])
        text = model.booster_.model_to_string()
        lines = [
            f"threshold={' '.join([repr(threshold)] * (line.count(' ') + 1))}"
            if line.startswith("threshold=")
            else line
            for line in text.splitlines()
            if not line.startswith("tree_sizes")
        ]
        import lightgbm

        model.booster_ = lightgbm.Booster(model_str="\n".join(lines))
        assert_same(Pipeline([("classify", model)]), asked, atol=1e-15)
        told += len(np.unique(model.predict_proba(asked)))
    assert told > 7
