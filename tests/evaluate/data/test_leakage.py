"""Duplicates: equal images, nearly equal ones, and what is wrong about them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage as ndi

from imgpipe.evaluate.data.leakage import (
    count_copies,
    duplicates,
    in_training_warnings,
    judged_in_training,
)
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.data.survey import Survey, survey_images

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
    """A copied image is paired with the one it equals, across splits and labels."""
    images = np.concatenate([IMAGES, IMAGES[[3]]])
    labels = np.r_[np.zeros(20, int), 1]
    (pair,), _ = find(images, labels, ["train"] * 20 + ["test"])
    assert (pair.id_a, pair.id_b, pair.split_a, pair.split_b) == (
        "image 3",
        "image 20",
        "train",
        "test",
    )
    assert pair.exact
    assert not pair.same_label


def test_copies_that_are_judged_first() -> None:
    """Of four equal images, two judged and two trained on, each judged one is seen to leak."""
    images = np.concatenate([IMAGES[[3, 3]], IMAGES[:2], IMAGES[[3, 3]]])
    places = ["test", "test", "train", "train", "train", "train"]
    pairs, _ = find(images, None, places)
    assert {pair.id_a for pair in pairs} | {pair.id_b for pair in pairs} == {
        f"image {i}" for i in (0, 1, 4, 5)
    }
    assert all(pair.split_a != pair.split_b for pair in pairs)
    split = Split(np.arange(2, 6), np.arange(2))
    judged = judged_in_training(survey_images(images, None).digests, [split])
    assert judged == 2
    (told,) = in_training_warnings(judged, [split])
    assert told.startswith("2 of 2 judged images have an equal image each in the training part:")


def test_a_near_copy_of_copies_stands_across() -> None:
    """A look-alike of two equal images is across where it stands apart from either of them."""
    smooth = 127 + 60 * ndi.gaussian_filter(RNG.normal(size=(64, 64)), 2) / 0.15
    pairs, _ = find(np.array([smooth, smooth, smooth * 0.9 + 10]), None, ["test", "train", "test"])
    assert [(p.id_a, p.id_b) for p in pairs if not p.exact] == [("image 1", "image 2")]


@st.composite
def cohorts(draw: st.DrawFn) -> tuple[list[bytes], list[int], list[int], bool]:
    """Digests of which many are equal, labels, and the fold or part (0 to 2) of each image."""
    n = draw(st.integers(2, 14))
    digests = draw(st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    places = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    return digests, labels, places, draw(st.booleans())


@given(cohorts())
@settings(max_examples=200, deadline=None)
def test_copies_are_counted_as_by_hand(
    cohort: tuple[list[bytes], list[int], list[int], bool],
) -> None:
    """With any number of copies, each judged image counts that equals one of its training part."""
    digests, labels, places, folds = cohort
    n = len(digests)
    everyone = np.arange(n)
    parts = [everyone[np.array(places) == part] for part in range(3)]
    if folds:
        splits = [Split(np.setdiff1d(everyone, part), part) for part in parts]
    else:
        splits = [Split(parts[0], parts[2], parts[1])]

    def leaks(i: int) -> bool:
        apart = (lambda j: places[i] != places[j]) if folds else (lambda j: places[j] == 0)
        judged = folds or places[i] == 2
        return judged and any(digests[i] == digests[j] and apart(j) for j in range(n))

    # a fold without a training part judges nothing that is known
    if all(len(split.train) for split in splits):
        assert judged_in_training(digests, splits) == sum(map(leaks, range(n)))
    equal = [i for i in range(n) if any(digests[i] == digests[j] for j in range(n) if j != i)]
    torn = {
        digests[i] for i in range(n) for j in range(n)
        if digests[i] == digests[j] and labels[i] != labels[j]
    }  # fmt: skip
    found = count_copies(digests, np.array(labels), None)
    assert found.images == len(equal)
    assert found.groups == len({digests[i] for i in equal})
    assert found.torn == len(torn)


def test_many_copies_take_no_time() -> None:
    """Thirty thousand equal images are counted and paired, whether in one place or in two."""
    n = 30_000
    keys, reduced = (b"x",) * n, np.zeros((n, 16, 17), np.float32)
    survey = Survey(keys, keys, np.full(n, np.nan), reduced, {}, "uint8", 1, n)
    for places in (["train"] * n, ["test", *["train"] * (n - 1)]):
        pairs, _ = duplicates(survey, list(map(str, range(n))), np.zeros(n, int), places)
        assert len(pairs) == n - 1


def test_what_a_model_was_trained_on_is_known_or_not() -> None:
    """Without a training part, the digests of the training decide; without them, nothing does."""
    everything = Split(np.empty(0, int), np.arange(4))
    digests = [b"a", b"a", b"b", b"c"]
    assert judged_in_training(digests, [everything]) is None
    assert judged_in_training(digests, [everything], frozenset()) == 0
    assert judged_in_training(digests, [everything], frozenset({b"a".hex(), b"x".hex()})) == 2


@pytest.mark.parametrize("change", ["brighter", "noisy"])
def test_a_near_copy_is_found(change: str) -> None:
    """An image that differs in brightness or faint noise is a near-duplicate, not an exact one."""
    rng = np.random.default_rng(1)
    smooth = [127 + 400 * ndi.gaussian_filter(rng.normal(size=(64, 64)), 2) for _ in range(8)]
    copy = (
        smooth[2] * 0.9 + 10 if change == "brighter" else smooth[2] + rng.normal(0, 0.3, (64, 64))
    )
    (pair,), _ = find(np.array([*smooth, copy]))
    assert (pair.id_a, pair.id_b, pair.exact) == ("image 2", "image 8", False)


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
