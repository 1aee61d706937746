"""Conformal sets: the usual quantile where patients have one image, and coverage in simulation."""

import math

import numpy as np
import pytest

from imgpipe.evaluate.scores.conformal import limit, sets


def drawn(rng: np.random.Generator, patients: int, most: int) -> tuple[np.ndarray, ...]:
    """Probabilities, classes and patients of 1 to `most` images that resemble one another."""
    member = np.repeat(np.arange(patients), rng.integers(1, most + 1, patients))
    true = (rng.random(patients) < 0.4).astype(int)[member]
    hard = 1.5 * rng.standard_normal(patients)[member]
    z = 2 * true - 1 + hard + 0.3 * rng.standard_normal(len(member))
    p = 1 / (1 + np.exp(-z))
    return np.column_stack([1 - p, p]), true, member


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_single_images_give_the_usual_quantile(level: float) -> None:
    """The limit is the ceil((n + 1) level)-th smallest distance."""
    rng = np.random.default_rng(0)
    for n in (19, 20, 57, 200):
        scores, true, _ = drawn(rng, n, 1)
        distance = np.sort(1 - scores[np.arange(n), true])
        rank = math.ceil((n + 1) * level - 1e-9)
        expected = distance[rank - 1] if rank <= n else np.inf
        assert limit(scores, true, np.arange(n), level) == expected


def test_a_patient_weighs_the_same_whatever_its_images() -> None:
    """Ten copies of an image change nothing."""
    scores, true, _ = drawn(np.random.default_rng(1), 30, 1)
    times = np.r_[np.full(10, 10), np.ones(20, int)]
    again = np.repeat(np.arange(30), times)
    once = limit(scores, true, np.arange(30), 0.8)
    assert limit(scores[again], true[again], again, 0.8) == once


@pytest.mark.parametrize("most", [1, 6])
def test_sets_cover_as_often_as_asked(most: int) -> None:
    """A random image of a new patient is covered at the level, and hardly more often."""
    rng = np.random.default_rng(2)
    held = []
    for _ in range(200):
        q = limit(*drawn(rng, 60, most), 0.9)
        scores, true, member = drawn(rng, 200, most)
        inside = sets(scores, np.full(len(true), q))
        hit = inside[np.arange(len(true)), true]
        held.append((np.bincount(member, hit) / np.bincount(member)).mean())
    # 200 means of a share near .9, whose limits vary by some .04
    assert 0.89 < np.mean(held) < 0.93


def test_too_few_patients_give_sets_of_all_classes() -> None:
    """Nine patients cannot promise .95, so every class is in every set."""
    scores, true, member = drawn(np.random.default_rng(3), 9, 3)
    q = limit(scores, true, member, 0.95)
    assert q == np.inf
    assert sets(scores, np.full(len(true), q)).all()
