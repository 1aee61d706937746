"""The generator with a known answer."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import Dataset, synthetic_nodules


def separation(data: Dataset) -> float:
    """AUC of a nearest-mean rule on three plain features of the true nodule, by patient."""
    features = []
    for image, mask in zip(data.images.astype(float), data.masks, strict=True):
        y, x = np.nonzero(mask)
        distance = np.hypot(*(np.indices(mask.shape) - [[[y.mean()]], [[x.mean()]]]))
        radius = np.sqrt(mask.sum() / np.pi)
        ring = image[(distance > 1.3 * radius) & (distance < 1.8 * radius)]
        features.append([image[mask].std(), image[mask].mean(), ring.std()])
    values = np.array(features)
    values = (values - values.mean(0)) / values.std(0)
    scores = np.zeros(len(data))
    patients = np.unique(data.groups)
    for held_out in (patients[0::2], patients[1::2]):
        test = np.isin(data.groups, held_out)
        means = [values[~test & (data.labels == label)].mean(0) for label in (0, 1)]
        scores[test] = values[test] @ (means[1] - means[0])
    malignant, benign = scores[data.labels == 1], scores[data.labels == 0]
    return float((malignant[:, None] > benign[None]).mean())


def test_shape_of_the_set() -> None:
    """Three or four slices a patient, one class a patient, 16-bit Hounsfield units, no split."""
    data = synthetic_nodules()
    patients, slices = np.unique(data.groups, return_counts=True)
    assert len(patients) == 72
    assert set(slices) == {3, 4}
    assert data.images.dtype == np.int16
    assert data.images.shape[1:] == data.masks.shape[1:] == (64, 64)
    assert data.images.min() >= -1024
    assert -900 < np.median(data.images) < -750
    assert data.split is None
    assert all(len(set(data.labels[data.groups == patient])) == 1 for patient in patients)
    assert sum(data.labels[data.groups == patient][0] for patient in patients) == 36
    assert len(set(data.ids.tolist())) == len(data)


def test_nodules_stand_out() -> None:
    """The masks hold soft tissue and most of the rest is air."""
    data = synthetic_nodules(patients=10)
    inside = data.images[data.masks]
    outside = data.images[~data.masks]
    assert np.median(inside) > -300
    assert np.median(outside) < -750
    assert all(60 < mask.sum() < 700 for mask in data.masks)


def test_same_seed_same_pixels() -> None:
    """The seed decides everything; another one gives other images."""
    first, again = synthetic_nodules(patients=4, seed=1), synthetic_nodules(patients=4, seed=1)
    assert np.array_equal(first.images, again.images)
    other = synthetic_nodules(patients=4, seed=2)
    assert first.images.shape != other.images.shape or not np.array_equal(
        first.images, other.images
    )


def test_difficulty_is_monotone() -> None:
    """Plain features separate the classes well at 0, less and less with difficulty, not at 1."""
    found = [separation(synthetic_nodules(difficulty=level)) for level in (0, 0.5, 1)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.95
    assert 0.75 < found[1] < 0.97
    assert abs(found[2] - 0.5) < 0.15


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patients": 3}, "at least 4"),
        ({"patients": 8.0}, "at least 4"),
        ({"difficulty": 1.5}, "from 0 to 1"),
        ({"difficulty": float("nan")}, "from 0 to 1"),
    ],
)
def test_refused_settings(settings: dict[str, float], message: str) -> None:
    """Settings out of range are named."""
    with pytest.raises(InputError, match=message):
        synthetic_nodules(**settings)  # type: ignore[arg-type]
