"""Shares of the classes among the nearest samples."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from imgpipe import InputError
from imgpipe.learn.classifiers import CalibratedNeighbours
from imgpipe.learn.nearest import Nearest

DRAWN = np.random.default_rng(0)
SAMPLES, CODES = DRAWN.normal(size=(300, 40)), DRAWN.integers(0, 3, 300)


def nearest(samples: np.ndarray, codes: np.ndarray, k: int, weights: str = "distance") -> Nearest:
    """Take `k` neighbours of three classes."""
    return Nearest(samples, codes, k, weights == "distance", 3)


@pytest.mark.parametrize("weights", ["distance", "uniform"])
def test_shares_are_those_of_scikit_learn(weights: str) -> None:
    """Away from the samples the shares are scikit-learn's, whatever the weights."""
    asked = DRAWN.normal(size=(700, 40))
    oracle = KNeighborsClassifier(7, weights=weights, algorithm="brute").fit(SAMPLES, CODES)
    found = nearest(SAMPLES, CODES, 7, weights).shares(asked)
    np.testing.assert_allclose(found, oracle.predict_proba(asked), rtol=0, atol=1e-12)


def test_a_sample_is_its_own_neighbour() -> None:
    """Asked for itself, a sample rules out all others; so does each of several equal ones."""
    far = SAMPLES + 1e4  # where products of matrices lose all digits of a small distance
    shares = nearest(far, CODES, 7).shares(far)
    np.testing.assert_array_equal(shares, np.eye(3)[CODES])
    twice = np.r_[far, far[:10]]
    codes = np.r_[CODES, (CODES[:10] + 1) % 3]
    shares = nearest(twice, codes, 7).shares(far[:10])
    np.testing.assert_array_equal(np.sort(shares), [[0, 0.5, 0.5]] * 10)


def test_the_first_of_equally_near_samples_count() -> None:
    """Of samples at the same distance those that stand first are taken."""
    samples = np.array([[1.0], [-1.0], [1.0], [-1.0], [5.0]])
    shares = nearest(samples, np.array([0, 1, 2, 2, 2]), 2).shares(np.array([[0.0]]))
    np.testing.assert_array_equal(shares, [[0.5, 0.5, 0]])


def test_neighbours_are_never_missed() -> None:
    """Far from the origin, where products of matrices are noise, all neighbours are found."""
    far = (SAMPLES + 1e5).round(3)
    asked = far[:50] + 1e-3
    squared = ((asked[:, None] - far) ** 2).sum(axis=2)
    order = np.argsort(squared, axis=1, kind="stable")[:, :5]
    expected = np.stack([(CODES[order] == code).mean(axis=1) for code in range(3)], axis=1)
    found = nearest(far, CODES, 5, "uniform").shares(asked)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)


def test_weights_by_name_only() -> None:
    """Weights are of two kinds; another is refused with both names."""
    with pytest.raises(InputError, match="'distance' or 'uniform'"):
        CalibratedNeighbours(weights="squared").fit(SAMPLES, CODES)
