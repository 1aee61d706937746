"""The step that finds a region: features are those inside, and nothing is measured elsewhere."""

import pickle
from typing import Any

import numpy as np
import pytest
import toy_segmenters
from sklearn.base import clone

from imgpipe import InputError, features
from imgpipe.images import Image, Images, luminance
from imgpipe.images.found import finder_of
from imgpipe.images.region import cropped
from imgpipe.images.stacks import stacked
from imgpipe.learn import FeatureExtractor, Segment, make_pipeline

STACK = np.random.default_rng(0).integers(0, 256, (8, 12, 10), dtype=np.uint8)
LABELS = np.arange(8) % 2
DARK = np.concatenate([STACK[:1], STACK[1:2] // 4, STACK[2:]])  # nothing above 100 in image 1


@pytest.fixture(autouse=True)
def _segmenters(monkeypatch: pytest.MonkeyPatch) -> None:
    toy_segmenters.register(monkeypatch)


def test_features_are_those_inside_the_mask() -> None:
    """A pipeline that segments measures what `extract_many` measures with these masks."""
    found = make_pipeline("dummy", segment=("above", {"level": 120}), families="intensity")
    values = found[:-3].fit_transform(STACK)
    expected, _ = features.extract_many(STACK, STACK > 120, families="intensity")
    np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_any_label_is_inside(n_jobs: int) -> None:
    """Labels and a mask give the same; so do workers."""
    found = Segment("above-labels", level=60, n_jobs=n_jobs).transform(STACK)
    assert found.masks[3].dtype == bool
    np.testing.assert_array_equal(np.stack(found.masks), STACK > 60)


def test_it_stands_first() -> None:
    """Images are segmented as they were given, whatever filters do with them."""
    pipeline = make_pipeline("dummy", segment="above", filters=["mean"], families="intensity")
    assert [name for name, _ in pipeline.steps][:3] == ["segment", "filter_1", "features"]
    filtered = pipeline[:2].fit_transform(STACK)
    np.testing.assert_array_equal(np.stack(filtered.masks), STACK > 100)
    assert not np.array_equal(filtered.pixels, STACK)


def test_colour_is_looked_at_in_gray() -> None:
    """The mask is that of the luminance; the pixels stay in colour."""
    colour = np.random.default_rng(1).integers(0, 256, (2, 9, 8, 3), dtype=np.uint8)
    found = Segment("above", channel_axis=-1).transform(colour)
    np.testing.assert_array_equal(np.stack(found.masks), luminance(colour) > 100)
    assert found[0].pixels.shape == (9, 8, 3)


def test_what_belongs_to_an_image_stays_with_it() -> None:
    """Spacing, unit and names are kept, and parts of the images have their own masks."""
    images = Images([Image(p, spacing=(2.0, 3.0), unit="HU") for p in STACK], ids="abcdefgh")
    part = Segment("above").transform(images)[np.array([5, 2])]
    assert part.ids == ("f", "c")
    assert (part[1].spacing, part[1].unit) == ((2.0, 3.0), "HU")
    np.testing.assert_array_equal(part[0].mask, STACK[5] > 100)


def test_nothing_found_is_refused_by_place() -> None:
    """The message names the image, the recipe and what would do; the code is that of tables."""
    with pytest.raises(InputError, match=r"image 1: above finds nothing.*--empty-mask") as error:
        Segment("above").transform(DARK)
    assert error.value.code == "EMPTY-MASK"


def test_nothing_found_may_be_the_whole_image() -> None:
    """Then the features are those of the whole image, and a warning counts such images."""
    step = Segment("above", empty_mask="image")
    with pytest.warns(UserWarning, match=r"finds nothing in 1 of 8 images, which counts whole"):
        found = step.transform(DARK)
    assert found[1].mask is None
    values = FeatureExtractor("intensity").transform(found)
    whole, _ = features.extract_many(DARK[1:2], families="intensity")
    np.testing.assert_allclose(values[1:2], whole, rtol=1e-12)


def test_a_network_sees_the_box_around_it() -> None:
    """As of masks that were given: the box, grown to the shape of the image and scaled to it."""
    corner = np.zeros((1, 12, 12), np.uint8)
    corner[0, 2:6, 3:5] = 200
    seen = stacked(Segment("above").transform(corner))
    np.testing.assert_array_equal(seen[0], cropped(Image(corner[0], mask=corner[0] > 0)))


def test_images_with_masks_are_refused() -> None:
    """Which region would count is not guessed."""
    with pytest.raises(InputError, match=r"have masks already.*--region image"):
        Segment("above").transform(Images(STACK, masks=STACK > 3))


def test_what_was_found_is_not_sought_again() -> None:
    """Images that the same recipe was used on pass; another one refuses them."""
    found = Segment("above", level=90).transform(STACK)
    assert Segment("above", level=90.0).transform(found) is found
    with pytest.raises(InputError, match="have masks already"):
        Segment("above", level=91).transform(found)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("lugns", "'lugns'"),
        ("above:height=3", "takes no setting 'height'; it takes level"),
        ("seeded", "needs seeds in each image"),
        ("above;above", "names several steps"),
        (3, "of type int"),
        (("above", {"levels": 3}), "did you mean level"),
    ],
)
def test_what_is_no_segmenter_is_refused(given: Any, told: str) -> None:
    """At once, with what would do."""
    with pytest.raises(InputError, match=told):
        make_pipeline("dummy", segment=given)


def test_what_becomes_of_nothing_is_checked() -> None:
    """A pipeline cannot leave images out."""
    with pytest.raises(InputError, match="empty_mask='drop'; choose from error, image"):
        Segment("above", empty_mask="drop").transform(STACK)


def test_it_is_a_scikit_learn_estimator() -> None:
    """It is cloned, pickled and set by name, with the settings of its recipe."""
    pipeline = make_pipeline("dummy", segment="above:120", families="intensity")
    other = pickle.loads(pickle.dumps(clone(pipeline))).set_params(segment__level=7)
    assert (pipeline[0].level, other[0].level) == (120, 7)
    assert other[0].finder() != pipeline[0].finder()
    assert finder_of(other[0].transform(STACK)) == other[0].finder()
    with pytest.raises(InputError, match="takes no setting"):
        pipeline.set_params(segment__radius=3)


def test_boxes_and_whole_images_of_what_was_found() -> None:
    """A region of found masks is that of masks."""
    found = Segment("above", level=240).transform(STACK)
    given = Images(STACK, masks=STACK > 240).with_region("box")
    np.testing.assert_array_equal(np.stack(found.with_region("box").masks), given.masks)
    assert found.with_region("image").masks is None
    np.testing.assert_array_equal(found.areas(), (STACK > 240).sum((1, 2)))
