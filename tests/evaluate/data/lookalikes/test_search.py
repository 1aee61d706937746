"""Copies that were changed are found, whatever was done to them; other images are not."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage as ndi

from imgpipe.evaluate.data.lookalikes.search import Likeness, near_copies
from imgpipe.evaluate.data.lookalikes.thumbnails import thumbnail
from imgpipe.evaluate.data.survey import survey_images

SIDE = 64
N = 60


def scenes(n: int = N, side: int = SIDE) -> np.ndarray:
    """Smooth random scenes with some texture, none like another."""
    rng = np.random.default_rng(7)
    noise = rng.normal(size=(n, side, side))
    large = np.stack([ndi.gaussian_filter(image, side / 16) for image in noise])
    small = np.stack([ndi.gaussian_filter(image, side / 50) for image in noise])
    mixed = large / large.std() + 0.5 * small / small.std()
    return (128 + 35 * mixed).clip(0, 255).astype(np.uint8)


SCENES = scenes()


def jpeg(image: np.ndarray) -> np.ndarray:
    store = io.BytesIO()
    Image.fromarray(image).save(store, "JPEG", quality=50)
    return np.array(Image.open(store))


def cropped(image: np.ndarray) -> np.ndarray:
    h, w = image.shape
    box = (0.04 * w, 0.01 * h, 0.99 * w, 0.96 * h)
    return np.array(Image.fromarray(image).resize((w, h), Image.Resampling.BICUBIC, box=box))


def halved(image: np.ndarray) -> np.ndarray:
    return np.array(Image.fromarray(image).resize((SIDE // 2, SIDE // 2)))


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "shifted, black beyond": lambda x: ndi.shift(x, (3, -3), order=0),
    "shifted, border repeated": lambda x: ndi.shift(x, (-2, 3), order=0, mode="nearest"),
    "rolled": lambda x: np.roll(x, (3, 3), (0, 1)),
    "brighter": lambda x: (x + 25.5).clip(0, 255).astype(np.uint8),
    "flatter": lambda x: (x * 0.9 + 5).astype(np.uint8),
    "JPEG": jpeg,
    "half as large": halved,
    "cropped": cropped,
    "mirrored": lambda x: x[:, ::-1],
    "upside down": lambda x: x[::-1],
    "turned by 90": lambda x: np.rot90(x),
    "turned by 180": lambda x: np.rot90(x, 2),
    "turned by 270": lambda x: np.rot90(x, 3),
    "transposed": lambda x: x.T,
    "in 16 bits": lambda x: x.astype(np.uint16) * 257,
    "in floats": lambda x: x / 255.0,
}


def search(images: list[np.ndarray], n_jobs: int = 1) -> list[Likeness]:
    return near_copies([thumbnail(x) for x in images], [max(x.shape) for x in images], n_jobs)


def test_scenes_are_not_alike() -> None:
    """Among different images nothing is found."""
    assert search(list(SCENES)) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found(change: str) -> None:
    """Of each scene, its copy is found, and nothing else."""
    images = [*SCENES[:30], *(CHANGES[change](image) for image in SCENES[:15])]
    found = search(images)
    assert [(pair.a, pair.b) for pair in found] == [(i, 30 + i) for i in range(15)]
    assert all(0.5 < pair.similarity <= 1.0 for pair in found)


@pytest.mark.parametrize(
    ("change", "way"),
    [("cropped", ""), ("mirrored", "mirrored"), ("turned by 90", "turned by 90°"),
     ("turned by 180", "turned by 180°")],
)  # fmt: skip
def test_the_way_is_told(change: str, way: str) -> None:
    """It is said whether the copy was turned or mirrored."""
    (pair,) = search([*SCENES[:30], CHANGES[change](SCENES[4])])
    assert pair.way == way


def test_any_number_of_threads_finds_the_same() -> None:
    """Pairs and similarities do not depend on the workers."""
    images = [*SCENES, *map(jpeg, SCENES[:9])]
    assert search(images, 1) == search(images, 3)


def test_small_images_are_compared_as_they_are() -> None:
    """At 28 pixels, shifts and JPEG are found."""
    small = list(scenes(40, 28))
    changed = [ndi.shift(small[3], (2, -3), order=0), jpeg(small[5]), small[8][::-1]]
    assert [(p.a, p.b) for p in search([*small, *changed])] == [(3, 40), (5, 41), (8, 42)]


@pytest.mark.parametrize("shape", [(1, 1), (1, 64), (3, 5), (200, 20)])
def test_odd_shapes_do_no_harm(shape: tuple[int, int]) -> None:
    """Images of any shape are looked at."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, shape, np.uint8) for _ in range(5)]
    assert all(isinstance(pair, Likeness) for pair in search([*images, SCENES[0]]))


def test_what_is_not_finite_counts_as_the_median() -> None:
    """NaN and infinity in a copy do not hide it; an image of nothing else resembles nothing."""
    hurt = SCENES[2].astype(np.float32)
    hurt[5, 5:9], hurt[40, 40] = np.nan, np.inf
    nothing = np.full((SIDE, SIDE), np.nan, np.float32)
    images = [*SCENES[:9], hurt, nothing, nothing.copy()]
    assert [(pair.a, pair.b) for pair in search(images)] == [(2, 9)]


def test_a_flat_image_has_an_empty_thumbnail() -> None:
    """Constant images, also of huge values, show nothing."""
    for value in (0.0, 7.0, 1e300, np.inf):
        assert not thumbnail(np.full((30, 30), value)).any()
    assert thumbnail(np.zeros((0, 5))).shape == (0, 5)


def test_one_hot_pixel_is_not_what_images_look_like() -> None:
    """Two different images with the same hot pixel are not alike."""
    images = [image.astype(np.uint16) for image in SCENES[:12]]
    for image in images[:2]:
        image[30, 30] = 65535
    assert search(images) == []


def test_volumes_and_colours_are_surveyed() -> None:
    """Of volumes the middle slices are compared, of colours the mean."""
    volumes = np.stack([SCENES[:6]] * 5, axis=1)
    volumes = np.concatenate([volumes, volumes[2:3, :, ::-1] // 2 + 3])
    survey = survey_images(volumes, None)
    assert [(p.a, p.b) for p in near_copies(survey.thumbnails, survey.longest)] == [(2, 6)]
    colours = np.repeat(SCENES[:6, ..., None], 3, axis=3)
    colours[5] = np.roll(colours[1], 1, axis=0)
    survey = survey_images(colours, -1)
    assert [(p.a, p.b) for p in near_copies(survey.thumbnails, survey.longest)] == [(1, 5)]
