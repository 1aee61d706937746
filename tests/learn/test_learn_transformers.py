"""Filters and features as scikit-learn transformers over images."""

import inspect
import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import validate_data

from imgpipe import InputError, features
from imgpipe.learn import FeatureExtractor, Filter

RNG = np.random.default_rng(0)
STACK = RNG.integers(0, 256, (6, 12, 10), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (4, 12, 10, 3), dtype=np.uint8)
MIXED = [RNG.integers(0, 4000, shape, dtype=np.uint16) for shape in ((9, 9), (12, 7), (9, 9))]


@pytest.mark.parametrize("wrong", [np.zeros((3, 4)), np.zeros((0, 4, 4)), [], [1.0, 2.0], 7, "x"])
@pytest.mark.parametrize("transformer", [Filter(), FeatureExtractor("intensity")])
def test_what_is_no_stack_of_images_is_refused(transformer: Any, wrong: Any) -> None:
    """One clear error for input that holds no images."""
    with pytest.raises(InputError, match="give an array"):
        transformer.fit(wrong)


@pytest.mark.parametrize(("images", "channel_axis"), [(STACK, None), (COLOUR, -1), (MIXED, None)])
def test_features_equal_those_of_each_image(images: Any, channel_axis: int | None) -> None:
    """The transformer's table holds what `extract` gives for each image, named alike."""
    chosen = ["intensity", "histogram"]
    extractor = FeatureExtractor(chosen, bins=8, channel_axis=channel_axis)
    values = extractor.fit_transform(images)
    for image, row in zip(images, values, strict=True):
        single = features.extract(image, families=chosen, bins=8, channel_axis=channel_axis)
        assert list(single) == extractor.get_feature_names_out().tolist()
        np.testing.assert_allclose(row, list(single.values()), rtol=1e-12)


def test_names_are_known_before_fitting() -> None:
    """An extractor that was never fitted names its features by the catalogue."""
    unfitted = FeatureExtractor("intensity").get_feature_names_out()
    fitted = FeatureExtractor("intensity").fit(STACK).get_feature_names_out()
    assert unfitted.tolist() == fitted.tolist()


def test_pandas_output_has_named_columns() -> None:
    """``set_output`` gives a table with the features' names."""
    table = FeatureExtractor("intensity").set_output(transform="pandas").fit_transform(STACK)
    assert table.columns.tolist() == FeatureExtractor("intensity").get_feature_names_out().tolist()
    assert len(table) == len(STACK)


def test_settings_of_the_extractor_are_those_of_extract() -> None:
    """Each one but those of a mask has the same name and default, and does the same."""
    own = inspect.signature(FeatureExtractor).parameters
    door = inspect.signature(features.extract).parameters
    assert {*own, "label"} - {"n_jobs"} == {*door} - {"image", "mask", "morphological_mask"}
    assert all(own[name].default == door[name].default for name in {*own} & {*door})
    for settings in ({"range": (50, 150)}, {"outliers": 1}, {"ivh_bins": 9}, {"ivh_bin_width": 9}):
        found = FeatureExtractor("ivh", **settings).fit_transform(STACK)[0]
        assert found.tolist() == list(
            features.extract(STACK[0], families="ivh", **settings).values()
        )


@pytest.mark.parametrize("transformer", [Filter("gaussian", sigma=2.0), FeatureExtractor(bins=8)])
def test_clone_and_pickle_keep_settings(transformer: Any) -> None:
    """A clone and a pickled copy have the same settings and give the same values."""
    for copy in (clone(transformer), pickle.loads(pickle.dumps(transformer))):
        assert repr(copy) == repr(transformer)
        np.testing.assert_array_equal(copy.transform(STACK), transformer.transform(STACK))


def test_both_are_stateless_by_their_tag() -> None:
    """`compare` shares their output between folds, which their tag allows."""
    for transformer in (Filter(), FeatureExtractor()):
        assert get_tags(transformer).requires_fit is False
        assert get_tags(transformer).input_tags.three_d_array is True


class _Rows:
    """Takes a table, as scikit-learn's checks pass it; each row is an image of one line."""

    def fit(self, X: Any, y: Any = None) -> Any:
        return super().fit(self._images(X, reset=True), y)

    def transform(self, X: Any) -> Any:
        out = super().transform(self._images(X, reset=False))
        return out.reshape(len(out), -1)

    def _images(self, X: Any, reset: bool) -> np.ndarray:
        table = validate_data(self, X, reset=reset, dtype=np.float64)
        return table[:, np.newaxis, :]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.three_d_array = True, False
        tags.input_tags.allow_nan = False
        return tags


class RowFilter(_Rows, Filter):
    """A filter along rows."""

    __init__ = Filter.__init__


class RowFeatures(_Rows, FeatureExtractor):
    """Statistics of rows."""

    __init__ = FeatureExtractor.__init__


EXPECTED_FAILURES: dict[str, str] = {}  # check: reason


@parametrize_with_checks(
    [RowFilter("mean"), RowFeatures("intensity")],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    """scikit-learn's own checks hold, with table rows as images of one line."""
    check(estimator)
