"""The carrier of images: what belongs to an image stays with it, in memory and in files."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils import _safe_indexing

from imgpipe import features
from imgpipe._common import InputError
from imgpipe.images import Image, ImageFile, Images, Series, as_images, write
from imgpipe.learn import Filter, make_pipeline

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 255, (6, 12, 10), dtype=np.uint8)
MASKS = RNG.random(PIXELS.shape) < 0.5


@pytest.fixture
def files(tmp_path: Path) -> Images:
    """The same images and masks in files, the last without a mask."""
    items = []
    for i, (pixels, mask) in enumerate(zip(PIXELS, MASKS, strict=True)):
        write(tmp_path / f"{i}.png", pixels)
        write(tmp_path / f"{i}_mask.png", mask.astype(np.uint8) * 255)
        masks = (str(tmp_path / f"{i}_mask.png"),) if i < 5 else ()
        items.append(ImageFile(str(tmp_path / f"{i}.png"), masks))
    return Images(items)


def stack() -> Images:
    return Images(PIXELS, MASKS, spacing=(0.5, 0.25), ids=[f"p{i}" for i in range(6)])


@pytest.mark.parametrize(
    "index", [[4, 0], slice(1, 5, 2), np.array([True, False] * 3), (np.array([2, 1]), Ellipsis)]
)
def test_parts_keep_what_belongs_together(index: Any) -> None:
    """Any part has the masks, ids and spacing of its images."""
    part = stack()[index]
    rows = np.arange(6)[index[0] if isinstance(index, tuple) else index]
    assert [image.id for image in part] == [f"p{i}" for i in rows]
    for image, i in zip(part, rows, strict=True):
        assert np.array_equal(image.pixels, PIXELS[i])
        assert np.array_equal(image.mask, MASKS[i])
        assert image.spacing == (0.5, 0.25)


def test_numpy_takes_images_for_their_pixels() -> None:
    """Arrays, operators and attributes work as they did on a plain stack."""
    images = stack()
    assert np.array_equal(np.asarray(images), PIXELS)
    assert (images.shape, images.dtype, images.ndim) == (PIXELS.shape, np.uint8, 3)
    assert np.array_equal(images / 255, PIXELS / 255)
    assert np.array_equal(images.reshape(6, -1), PIXELS.reshape(6, -1))
    assert (images == PIXELS).all()
    assert images.mean() == PIXELS.mean()
    assert np.array_equal(images[:, 3, 4], PIXELS[:, 3, 4])
    assert np.array_equal(images[MASKS], PIXELS[MASKS])
    assert np.array_equal(images[2] + 1, PIXELS[2] + 1)
    assert len(images[2]) == 12
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = images.colour


def test_files_are_read_when_asked_for(files: Images) -> None:
    """Images in files give the same images, their masks, and are sent as paths."""
    assert not files.in_memory
    assert not hasattr(files, "shape")
    sent = pickle.dumps(files)
    assert len(sent) < 4000
    assert PIXELS[0].tobytes() not in sent
    again = pickle.loads(sent)[[3, 5]]
    assert np.array_equal(again[0].pixels, PIXELS[3])
    assert np.array_equal(again[0].mask != 0, MASKS[3])
    assert again[1].mask is None
    assert files.areas().tolist() == [*MASKS[:5].sum(axis=(1, 2)), -1]
    assert (files.masked_any, files.masked_all) == (True, False)
    assert np.array_equal(files.pixels, PIXELS)


def test_features_are_measured_inside_the_masks(files: Images) -> None:
    """Masks and spacing of a stack or of files have the effect of arguments; arguments win."""
    settings: dict[str, Any] = {"families": ["intensity", "glcm", "morphology"]}
    expected = features.extract_many(PIXELS, MASKS, spacing=(0.5, 0.25), **settings)[0]
    assert np.array_equal(features.extract_many(stack(), **settings)[0], expected, equal_nan=True)
    one = features.extract(stack()[2], **settings)
    assert np.array_equal(list(one.values()), expected[2], equal_nan=True)
    in_files = features.extract_many(files, n_jobs=2, families="intensity")[0]
    assert np.array_equal(
        in_files[:5], features.extract_many(PIXELS, MASKS, families="intensity")[0][:5]
    )
    assert np.array_equal(in_files[5], features.extract_many(PIXELS, families="intensity")[0][5])
    whole = np.ones_like(MASKS)
    told = features.extract_many(stack(), whole, families="intensity")[0]
    assert np.array_equal(told, features.extract_many(PIXELS, families="intensity")[0])


def test_a_series_goes_in_as_it_is() -> None:
    """`extract` takes a series with its spacing, and a mask beside it."""
    pixels, mask = RNG.random((4, 6, 6)), RNG.random((4, 6, 6)) < 0.7
    series = Series(Image(pixels, None, (2.5, 0.5, 0.5)), np.zeros(3), np.eye(3), "", "", "", "")
    found = features.extract(series, mask, families="morphology")
    assert found == features.extract(pixels, mask, families="morphology", spacing=(2.5, 0.5, 0.5))
    assert found != features.extract(pixels, mask, families="morphology")


def test_filters_keep_the_masks(files: Images) -> None:
    """A filter changes the pixels alone, whether in memory or in files."""
    for images in (stack(), files):
        filtered = Filter("median", size=3).fit_transform(images)
        assert np.array_equal(filtered.pixels, Filter("median", size=3).fit_transform(PIXELS))
        assert np.array_equal(filtered[1].mask != 0, MASKS[1])
        assert filtered.ids == images.ids


def test_scikit_learn_divides_images() -> None:
    """Cross-validation and searches hand parts with masks to a pipeline."""
    images = Images(np.concatenate([PIXELS] * 4), np.concatenate([MASKS] * 4), spacing=(0.5, 0.25))
    y = np.arange(24) % 2
    model = make_pipeline("forest", families="intensity")
    assert len(cross_val_score(model, images, y, cv=2)) == 2
    search = GridSearchCV(model, {"features__bins": [8, 16]}, cv=2).fit(images, y)
    assert np.array_equal(search.predict(images), search.best_estimator_.predict(images))
    assert _safe_indexing(images, [3, 1])[0].mask is not None


@pytest.mark.parametrize("kind", ["stack", "files"])
def test_regions(kind: str, files: Images) -> None:
    """A box fills the rectangle round the mask; the whole image has none."""
    images = (stack() if kind == "stack" else files)[[0, 1]]
    rows, columns = np.nonzero(MASKS[1])
    filled = np.zeros((12, 10), bool)
    filled[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    assert np.array_equal(images.with_region("box")[1].mask, filled)
    assert not images.with_region("image").masked_any
    assert images.with_region("image")[0].mask is None
    with pytest.raises(InputError, match="region='boxes'; choose from mask, box, image"):
        images.with_region("boxes")


def test_resizing_scales_masks_and_spacing() -> None:
    """Half as many pixels are twice as far apart, and their mask has the new shape."""
    small = stack().resized((6, 5))
    assert small.shape == (6, 6, 5)
    assert small.masks.shape == (6, 6, 5)
    assert small[0].spacing == (1.0, 0.5)


def test_several_masks_of_an_image_are_united(tmp_path: Path) -> None:
    """Where any of the masks of an image is nonzero is inside."""
    write(tmp_path / "i.png", PIXELS[0])
    for k in range(2):
        write(tmp_path / f"m{k}.png", MASKS[k].astype(np.uint8))
    image = ImageFile(str(tmp_path / "i.png"), (str(tmp_path / "m0.png"), str(tmp_path / "m1.png")))
    assert np.array_equal(image.read().mask, MASKS[0] | MASKS[1])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Images(PIXELS, MASKS[:5]), "6 images but 5 masks"),
        (lambda: Images(PIXELS, ids=["a"]), "6 images but 1 ids"),
        (
            lambda: Images(PIXELS, MASKS[:, :5]),
            r"masks of shape \(5, 10\), but images of \(12, 10\)",
        ),
        (lambda: Images(PIXELS[0, 0]), r"images has shape \(10,\)"),
        (lambda: Images(PIXELS, spacing=(1.0, 1.0, 1.0)), "spacing has 3 values for images of 2"),
        (lambda: Images("a.png"), "images is of type str"),
        (lambda: Images([PIXELS[0], PIXELS[1, :5]]).pixels, "images of 2 sizes"),
    ],
)
def test_what_does_not_fit_is_refused(make: Any, message: str) -> None:
    """Numbers and shapes that disagree are named."""
    with pytest.raises(InputError, match=message):
        make()


def test_as_images_leaves_images_alone() -> None:
    """What is carried already is not wrapped again."""
    images = stack()
    assert as_images(images) is images
    assert as_images(list(PIXELS)).is_stack


def test_the_box_of_one_label() -> None:
    """Of a mask with several labels, the box around one keeps it; from a stack as from a list."""
    pixels = np.zeros((2, 6, 8), np.uint8)
    masks = np.zeros((2, 6, 8), np.uint8)
    masks[:, 1, 1], masks[:, 2, 3] = 2, 2
    masks[:, 5, 7] = 1
    expected = np.zeros((6, 8), np.uint8)
    expected[1:3, 1:4] = 2
    for images in (
        Images(pixels, masks=masks),
        Images([Image(p, mask=m) for p, m in zip(pixels, masks, strict=True)]),
    ):
        boxed = images.with_region("box", label=2)
        np.testing.assert_array_equal(boxed[0].mask, expected)
        whole = images.with_region("box")[0].mask
        np.testing.assert_array_equal(whole, np.pad(np.ones((5, 7), bool), ((1, 0), (1, 0))))
