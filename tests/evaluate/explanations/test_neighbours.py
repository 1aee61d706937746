"""The nearest training images of one image."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe.evaluate.explanations.neighbours import nearest_cases
from imgpipe.learn import TrainingCases

ROWS = np.random.default_rng(0).normal(size=(30, 4)) * (1, 10, 100, 1000)
CASES = TrainingCases(
    ids=tuple(f"i{n}" for n in range(30)),
    labels=np.arange(30) % 2,
    digests=("",) * 30,
    patients=None,
    spacing=None,
    of=50,
    names=("a", "b", "c", "d"),
    units=("1",) * 4,
    features=ROWS.astype(np.float32),
)


def naive(a: np.ndarray, b: np.ndarray) -> float:
    """Distance of two rows, each feature in its standard deviations."""
    z = ((a - b) / ROWS.std(axis=0)).astype(float)
    return float(np.sqrt(np.mean(z**2)))


def test_the_nearest_come_first_with_their_distances() -> None:
    """Ids, labels and distances are those of a plain search."""
    image = np.array([0.3, -4.0, 50.0, 900.0])
    far = [naive(image, row) for row in ROWS]
    found = nearest_cases(CASES, image, ("x", "y"))
    assert found is not None
    order = np.argsort(far)[:5]
    assert [case.id for case in found.cases] == [f"i{n}" for n in order]
    assert [case.label for case in found.cases] == ["xy"[n % 2] for n in order]
    np.testing.assert_allclose([case.distance for case in found.cases], np.sort(far)[:5], rtol=1e-5)
    own = [min(naive(a, b) for j, b in enumerate(ROWS) if i != j) for i, a in enumerate(ROWS)]
    assert found.farther == pytest.approx(np.mean(np.array(own) < min(far)))
    assert (found.among, found.of, found.unlike) == (30, 50, False)


def test_an_image_far_off_is_unlike_all() -> None:
    """It lies farther from all than these do from one another; a copy does not."""
    far = nearest_cases(CASES, ROWS[0] + 9 * ROWS.std(axis=0), ("x", "y"))
    copy = nearest_cases(CASES, ROWS[7], ("x", "y"))
    assert far is not None
    assert far.unlike
    assert far.farther == 1
    assert copy is not None
    assert (copy.cases[0].id, copy.farther) == ("i7", 0)
    assert copy.cases[0].distance < 1e-3


def test_images_of_the_same_patient_are_no_measure_of_distance() -> None:
    """Where each patient has two equal images, the next patient is what counts."""
    twice = replace(
        CASES,
        features=np.repeat(CASES.features[:15], 2, axis=0),
        patients=tuple(str(n // 2) for n in range(30)),
    )
    image = ROWS[20]
    alone = nearest_cases(replace(twice, patients=None), image, ("x", "y"))
    known = nearest_cases(twice, image, ("x", "y"))
    assert alone is not None
    assert known is not None
    assert alone.farther == 1
    assert known.farther < 1


def test_scaling_is_that_of_models() -> None:
    """A missing value counts as the median, and a feature that is constant is not blown up."""
    features = ROWS.astype(np.float32)
    features[:, 0] = 0.1
    features[3, 1] = np.nan
    image = np.array([0.1, np.nan, 50.0, 900.0])
    before = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    z = before.fit_transform(features.astype(float))
    far = np.sqrt(np.mean((before.transform(image[None]) - z) ** 2, axis=1))
    found = nearest_cases(replace(CASES, features=features), image, ("x", "y"))
    assert found is not None
    np.testing.assert_allclose([case.distance for case in found.cases], np.sort(far)[:5], rtol=1e-6)


def test_without_features_there_are_none() -> None:
    """A network keeps no features."""
    bare = replace(CASES, names=(), units=(), features=np.empty((30, 0), np.float32))
    assert nearest_cases(bare, np.empty(0), ("x", "y")) is None
