"""Filters in folds: a step that learns sees the training part alone, all others run once."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.evaluate import compare
from imgpipe.evaluate.fits.feature_store import _is_ours
from imgpipe.evaluate.fits.steps import split_features
from imgpipe.images import Images
from imgpipe.learn import Filter, make_pipeline


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


def test_images_of_any_sizes_pass_a_step_that_learns(data: Dataset) -> None:
    """Features behind a step that learns need no one size, as those behind other steps."""
    images = [image.pixels[: 5 + n % 3] for n, image in enumerate(data.images)]
    sizes = replace(data, images=Images(images))
    models = {"svm": make_pipeline("svm", filters="match_histogram", families="intensity")}
    assert compare(models, sizes, folds=2, n_jobs=1).models[0].metrics["auc"].value is not None


def test_the_window_of_each_file_is_not_remembered() -> None:
    """Numbers that depend on more than pixels, masks and spacing are computed anew."""
    assert _is_ours(Filter("window", preset="lung"))
    assert _is_ours(Filter("zscore"))
    assert not _is_ours(Filter("window", preset="file"))


def test_a_grid_goes_over_steps_and_their_settings(data: Dataset) -> None:
    """Steps are searched like kernels, each with its own settings; one that learns is fitted."""
    grid = [
        {"filter_1__name": ["window"], "filter_1__preset": ["soft", "bone"]},
        {"filter_1__name": ["percentile"], "filter_1__high": [90.0]},
        {"filter_1__name": ["match_histogram"]},
    ]
    pipeline = make_pipeline("dummy", filters="zscore", families="intensity")
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(data.images, data.labels)
    assert len(search.cv_results_["params"]) == 4
    with pytest.raises(InputError, match="gamma takes no setting 'preset'"):
        Filter("window", preset="lung").set_params(name="gamma", gamma=2)


def _folds(found: Any) -> list[list[int]]:
    """Images of each held-out part."""
    table = found.predictions
    return [part["id"].astype(int).tolist() for _, part in table.groupby("fold")]
