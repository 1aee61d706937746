"""Images and labels at hand, in place of a data set."""

import numpy as np
import pytest
from dataset_samples import IMAGES, LABELS

from imgpipe import InputError
from imgpipe.datasets.pairs import as_dataset
from imgpipe.evaluate import compare
from imgpipe.learn import fit


def test_a_pair_becomes_a_data_set() -> None:
    """Names become codes with the positive class last; colour is seen from the shape."""
    data = as_dataset((list(IMAGES), ["ill", "healthy"] * 6))
    assert np.array_equal(data.images, IMAGES)
    assert data.classes == ("healthy", "ill")
    assert data.labels.tolist() == [1, 0] * 6
    assert as_dataset((np.zeros((2, 8, 8, 3)), [0, 1])).channel_axis == -1
    assert as_dataset(data) is data


@pytest.mark.parametrize("given", ["synthetic-nodules", np.zeros((4, 8, 8)), (1, 2, 3), None])
def test_what_else_is_given_is_told(given: object) -> None:
    """Anything else gets an error that says what to pass."""
    with pytest.raises(InputError, match=r"load returns, or a pair \(images, labels\)"):
        as_dataset(given)


def test_pairs_are_compared_and_fitted() -> None:
    """`compare` and `fit` take a pair."""
    pair = (IMAGES, LABELS)
    assert compare("dummy", pair, folds=2).protocol.positive_class == "malignant"
    assert fit(pair, "dummy", families="intensity").classes == ("benign", "malignant")
