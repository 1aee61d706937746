"""Duplicates: equal images, nearly equal ones, and what is wrong about them."""

import numpy as np
import pytest

from imgpipe.evaluate.data.leakage import duplicates
from imgpipe.evaluate.data.survey import survey_images

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (20, 32, 32), dtype=np.uint8)


def find(images: object, labels: object = None, places: object = None) -> object:
    n = len(images)  # type: ignore[arg-type]
    labels = np.zeros(n, int) if labels is None else labels
    ids = [f"image {i}" for i in range(n)]
    return duplicates(survey_images(images, None), ids, labels, places or [None] * n)


def test_noise_holds_no_duplicates() -> None:
    """Different images are not reported."""
    assert find(IMAGES) == ((), [])


def test_an_exact_copy_is_found() -> None:
    """A copied image is paired with its first appearance, across splits and labels."""
    images = np.concatenate([IMAGES, IMAGES[[3]]])
    labels = np.r_[np.zeros(20, int), 1]
    (pair,), (warning,) = find(images, labels, ["train"] * 20 + ["test"])
    assert (pair.id_a, pair.id_b, pair.split_a, pair.split_b) == (
        "image 3",
        "image 20",
        "train",
        "test",
    )
    assert pair.exact
    assert not pair.same_label
    assert "1 pair of exact duplicates: 1 across" in warning
    assert "1 with two different labels" in warning


@pytest.mark.parametrize("change", ["brighter", "noisy"])
def test_a_near_copy_is_found(change: str) -> None:
    """An image that differs in brightness or faint noise is a near-duplicate, not an exact one."""
    rng = np.random.default_rng(1)
    x = np.linspace(0, 6, 64)
    smooth = [127 + 60 * np.sin(x + i)[:, None] * np.cos(x * (1 + 0.2 * i))[None] for i in range(8)]
    copy = (
        smooth[2] * 0.9 + 10 if change == "brighter" else smooth[2] + rng.normal(0, 0.3, (64, 64))
    )
    (pair,), (warning,) = find(np.array([*smooth, copy]))
    assert (pair.id_a, pair.id_b, pair.exact) == ("image 2", "image 8", False)
    assert "near-duplicates" in warning


def test_constant_images_are_equal_but_never_near() -> None:
    """Two blank images of one gray are duplicates; of two grays they are nothing."""
    blank = np.zeros((3, 16, 16), np.uint8)
    blank[2] = 9
    pairs, _ = find(blank)
    assert [(pair.id_a, pair.id_b, pair.exact) for pair in pairs] == [("image 0", "image 1", True)]


def test_the_same_values_in_another_dtype_are_another_image() -> None:
    """Hashes cover the dtype and the shape, not only the bytes."""
    a, b = np.zeros((8, 8), np.uint8), np.zeros((4, 8), np.uint16)
    assert len(set(survey_images([a, b, a.reshape(4, 16)], None).digests)) == 3


def test_the_data_hash_sees_pixels_labels_and_order() -> None:
    """Any change of pixel, label or order gives another hash; a copy gives the same."""
    labels = np.arange(20) % 2
    base = survey_images(IMAGES, None).data_hash(labels)
    assert survey_images(IMAGES.copy(), None).data_hash(labels.copy()) == base
    assert survey_images(IMAGES, None).data_hash(1 - labels) != base
    assert survey_images(IMAGES[::-1], None).data_hash(labels) != base
    changed = IMAGES.copy()
    changed[0, 0, 0] ^= 1
    assert survey_images(changed, None).data_hash(labels) != base


def test_colour_and_tiny_images_are_surveyed() -> None:
    """Colour is counted apart from the size, and images smaller than the hash's grid pass."""
    colour = survey_images(RNG.integers(0, 9, (3, 5, 4, 3), dtype=np.uint8), -1)
    assert (colour.sizes, colour.channels) == ({"5x4": 3}, 3)
    assert survey_images(np.zeros((2, 1, 1), np.float32), None).sizes == {"1x1": 2}
