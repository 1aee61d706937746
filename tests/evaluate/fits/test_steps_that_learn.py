"""Filters in folds: a step that learns sees the training part alone, all others run once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from imgpipe.datasets import Dataset
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.evaluate import compare
from imgpipe.evaluate.fits.steps import split_features
from imgpipe.images import Images
from imgpipe.learn import make_pipeline


@pytest.fixture
def data() -> Dataset:
    """Twelve images that can be told apart by their lowest value."""
    rng = np.random.default_rng(0)
    images = rng.integers(50, 255, (12, 10, 10))
    images[:, 0, 0] = np.arange(12)
    return Dataset("marked", images.astype(np.uint8), np.arange(12) % 2, ("a", "b"))


def test_a_step_that_learns_stays_behind_the_folds() -> None:
    """What runs once over all images ends before the first step that learns."""
    plain = make_pipeline("svm", filters="window:lung;zscore", families="intensity")
    assert [type(s).__name__ for s in split_features(plain)[0]] == [
        "Filter", "Filter", "FeatureExtractor",
    ]  # fmt: skip
    learning = make_pipeline("svm", filters="window:lung;match_histogram", families="intensity")
    stateless, rest = split_features(learning)
    assert stateless == []
    assert isinstance(rest, Pipeline)
    assert rest.steps == learning.steps


def test_a_reference_is_learnt_inside_each_fold(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No held-out image has a part in what its fold's step learns."""
    seen: list[set[int]] = []
    step = ENHANCEMENTS["match_histogram"]

    def learn(images: Images, settings: Any) -> dict[str, Any]:
        seen.append({int(image.pixels[0, 0]) for image in images})
        return step.learn(images, settings) if step.learn else {}

    monkeypatch.setitem(ENHANCEMENTS, "match_histogram", replace(step, learn=learn))
    models = {"svm": make_pipeline("svm", filters="match_histogram", families="intensity")}
    found = compare(models, data, folds=3, n_jobs=1)
    assert found.models[0].metrics["auc"].value is not None
    assert seen
    tests = [set(part) for part in _folds(found)]
    for learnt in seen:
        assert any(not learnt & test for test in tests), (learnt, tests)
        assert len(learnt) <= 8
    for test in tests:
        assert any(learnt == set(range(12)) - test for learnt in seen)


def _folds(found: Any) -> list[list[int]]:
    """Images of each held-out part."""
    table = found.predictions
    return [part["id"].astype(int).tolist() for _, part in table.groupby("fold")]
