"""The generator of scans whose lesions are known."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import Dataset, synthetic_lesions


def contrasts(data: Dataset) -> list[float]:
    """By how much each lesion stands out from a frame round it, in standard deviations there."""
    found = []
    for image, mask in zip(data.images, data.masks, strict=True):
        for label in range(1, mask.max() + 1):
            y, x = np.nonzero(mask == label)
            around = np.s_[max(y.min() - 4, 0) : y.max() + 5, max(x.min() - 4, 0) : x.max() + 5]
            outside = image.pixels[around][mask[around] == 0]
            inside = image.pixels[mask == label]
            found.append((inside.mean() - outside.mean()) / outside.std())
    return found


def test_shape_of_the_set() -> None:
    """Three scans a patient; as many with none as with one, two and three lesions."""
    data = synthetic_lesions(patients=8, seed=1)
    assert data.images.shape == data.masks.shape == (24, 128, 128)
    assert data.images.dtype == np.uint8
    assert data.images[0].spacing == (0.8, 0.8)
    assert np.unique(data.groups, return_counts=True)[1].tolist() == [3] * 8
    counts = data.masks.max(axis=(1, 2))
    assert np.bincount(counts).tolist() == [6, 6, 6, 6]
    assert np.array_equal(data.labels, counts > 0)
    assert data.classes == ("none", "lesion")
    assert data.split is None


def test_lesions_are_small_whole_and_apart() -> None:
    """Each is one part of 6 to 14 pixels across within the image, and none touches another."""
    from scipy.ndimage import find_objects, label

    data = synthetic_lesions(patients=8, seed=2)
    for mask in data.masks:
        for number, place in enumerate(find_objects(mask), start=1):
            sides = [each.stop - each.start for each in place]
            assert 5 <= min(sides) <= max(sides) <= 18
            assert label(mask == number)[1] == 1
        assert label(mask, np.ones((3, 3)))[1] == mask.max()
        assert not np.concatenate([mask[[0, -1]].ravel(), mask[:, [0, -1]].ravel()]).any()


def test_the_seed_decides_everything() -> None:
    """The same seed gives the same pixels and masks, another one others."""
    first, again = (synthetic_lesions(patients=2, seed=5) for _ in range(2))
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.masks, again.masks)
    assert not np.array_equal(first.images, synthetic_lesions(patients=2, seed=6).images)


def test_difficulty_takes_contrast_away() -> None:
    """Lesions stand out less and less, and at 1 not at all; what is around them stays."""
    levels = [synthetic_lesions(patients=8, seed=3, difficulty=level) for level in (0, 0.5, 1)]
    easy, default, hardest = (np.mean(contrasts(data)) for data in levels)
    assert easy > default + 1 > hardest + 2
    assert abs(hardest) < 0.15
    background = [data.images.pixels[data.masks == 0].mean() for data in levels]
    assert max(background) - min(background) < 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patients": 1}, "at least 2"),
        ({"patients": True}, "at least 2"),
        ({"difficulty": -0.1}, "from 0 to 1"),
        ({"difficulty": float("nan")}, "from 0 to 1"),
    ],
)
def test_settings_out_of_range(settings: dict[str, float], message: str) -> None:
    """They are named."""
    with pytest.raises(InputError, match=message):
        synthetic_lesions(**settings)  # type: ignore[arg-type]
