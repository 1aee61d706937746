"""Pipelines from images to classes."""

import pickle
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from imgpipe import InputError
from imgpipe.learn import CLASSIFIERS, Filter, make_pipeline


def discs(n: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noise, with a bright square in every other image."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = rng.integers(0, 120, (n, 12, 12))
    images[labels == 1, 3:9, 3:9] += 100
    return images.astype(np.uint8), labels


IMAGES, LABELS = discs()
PATIENTS = np.repeat(np.arange(10), 4)
# the networks take images: tests/learn/deep
ON_FEATURES = [name for name, builder in CLASSIFIERS.items() if not builder.raw_images]
PLAIN: dict[str, Any] = {"families": "intensity"}


def test_steps_have_the_promised_names() -> None:
    """Grids rely on the steps' names."""
    pipeline = make_pipeline("forest", filters=["median", Filter("gaussian", sigma=2.0)])
    names = ["filter_1", "filter_2", "features", "impute", "scale", "classify"]
    assert [name for name, _ in pipeline.steps] == names
    assert pipeline.get_params()["filter_2__sigma"] == 2.0


def test_unknown_names_list_those_there_are() -> None:
    """A wrong classifier or filter is answered with the list of right ones."""
    with pytest.raises(InputError, match="'smv'; choose from svm, forest, logistic, knn"):
        make_pipeline("smv")
    with pytest.raises(InputError, match=r"no filter is named 'blur'; choose from .*gaussian"):
        make_pipeline("svm", filters=["blur"])


@pytest.mark.parametrize("name", ON_FEATURES)
@pytest.mark.parametrize("labels", [LABELS, np.array(["benign", "malignant"])[LABELS]])
def test_labels_may_be_numbers_or_words(name: str, labels: np.ndarray) -> None:
    """Predictions are labels as they were given, with probabilities that sum to one."""
    fitted = make_pipeline(name, **PLAIN).fit(IMAGES, labels)
    assert set(fitted.predict(IMAGES)) <= set(labels)
    np.testing.assert_allclose(fitted.predict_proba(IMAGES).sum(axis=1), 1.0)
    if name != "dummy":
        assert (fitted.predict(IMAGES) == labels).mean() > 0.9


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ON_FEATURES)
def test_a_constant_image_does_not_stop_training(name: str) -> None:
    """Features that a constant image leaves undefined are filled in, silently."""
    images = IMAGES.copy()
    images[[0, 5]] = 7
    pipeline = make_pipeline(name, families="default").fit(images, LABELS)
    assert np.isnan(pipeline["features"].transform(images[:1])).any()
    assert np.isfinite(pipeline.predict_proba(images)).all()


def test_groups_reach_the_calibration_by_routing() -> None:
    """With metadata routing on, ``fit(images, y, groups=...)`` keeps patients whole inside."""
    with sklearn.config_context(enable_metadata_routing=True):
        fitted = make_pipeline("svm", **PLAIN).fit(IMAGES, LABELS, groups=PATIENTS)
    for train, test in fitted["classify"].inner_folds_:
        assert not set(PATIENTS[train]) & set(PATIENTS[test])


def test_grids_search_filter_and_features() -> None:
    """Filter and feature settings can be searched like any other."""
    grid = {"filter_1__size": [1, 3], "features__bins": [4, 16]}
    pipeline = make_pipeline("dummy", filters=["median"], families="histogram")
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(IMAGES, LABELS)
    assert len(search.cv_results_["params"]) == 4
    assert set(search.best_params_) == set(grid)


@pytest.mark.parametrize("name", ON_FEATURES)
def test_clone_and_pickle_predict_the_same(name: str) -> None:
    """A pickled pipeline predicts as before; a clone fits to the same."""
    fitted = make_pipeline(name, filters=["median"], **PLAIN).fit(IMAGES, LABELS)
    expected = fitted.predict_proba(IMAGES)
    restored = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(restored.predict_proba(IMAGES), expected)
    refitted = clone(fitted).fit(IMAGES, LABELS)
    np.testing.assert_array_equal(refitted.predict_proba(IMAGES), expected)


def test_pandas_output_names_the_features() -> None:
    """After ``set_output`` the classifier sees named columns."""
    pipeline = make_pipeline("forest", **PLAIN).set_output(transform="pandas")
    pipeline.fit(IMAGES, LABELS)
    names = pipeline["features"].get_feature_names_out()
    assert pipeline["classify"].feature_names_in_.tolist() == names.tolist()


def test_colour_is_told_to_every_step() -> None:
    """Filters and features of a colour pipeline know the channels' axis."""
    pipeline = make_pipeline("svm", filters=["mean"], channel_axis=-1, **PLAIN)
    colour = np.stack([IMAGES, IMAGES // 2, IMAGES // 3], axis=-1)
    pipeline.fit(colour, LABELS)
    assert pipeline["filter_1"].channel_axis == -1
    assert any(name.endswith("_c2") for name in pipeline["features"].get_feature_names_out())
