"""Laws of every step: what goes in comes out as the same kind of thing, mask and place right."""

import pickle
import re
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from imgpipe import InputError
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.images import Image, Images, Place, Window
from imgpipe.learn import Filter

RNG = np.random.default_rng(3)
NAMES = sorted(ENHANCEMENTS)
KEPT_SIZE = [name for name in NAMES if ENHANCEMENTS[name].keeps_size]
OF_ARRAYS = [name for name in NAMES if not ENHANCEMENTS[name].needs_spacing]


def settings_of(name: str) -> dict[str, Any]:
    """Settings with which a step can be tried."""
    return dict(ENHANCEMENTS[name].trial)


def image_of(shape: tuple[int, ...] = (20, 24), channels: bool = False) -> Image:
    """An image with all that an image can have; a bright part on dark ground."""
    pixels = RNG.integers(0, 60, (*shape, 3) if channels else shape).astype(np.uint8)
    part = tuple(slice(n // 4, n // 2 + 1) for n in shape)
    pixels[part] += 150
    mask = np.zeros(shape, np.uint8)
    mask[part] = 2
    mask[tuple(n.stop for n in part)] = 1  # beyond the bright part
    return Image(
        pixels,
        channel_axis=-1 if channels else None,
        spacing=tuple(1.0 + n for n in range(len(shape))),
        mask=mask,
        id="here",
        place=Place(np.array([5.0, 6, 7]), np.eye(3)[: len(shape)]),
        windows=(Window(100, 200),),
    )


@pytest.mark.parametrize("name", OF_ARRAYS)
@pytest.mark.parametrize("shape", [(20, 24), (8, 20, 24)])
def test_an_array_is_an_image_without_a_mask(name: str, shape: tuple[int, ...]) -> None:
    """An array gives the pixels that an image of it gives; neither is written into."""
    pixels = image_of(shape).pixels
    before = pixels.copy()
    found = ENHANCEMENTS[name](pixels, **settings_of(name))
    made = ENHANCEMENTS[name](Image(pixels), **settings_of(name))
    assert type(found) is np.ndarray
    assert isinstance(made, Image)
    np.testing.assert_array_equal(found, made.pixels)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("name", KEPT_SIZE)
@pytest.mark.parametrize("shape", [(20, 24), (8, 20, 24)])
def test_mask_and_place_go_on(name: str, shape: tuple[int, ...]) -> None:
    """What keeps the size keeps mask, spacing, id and place."""
    image = image_of(shape)
    made = ENHANCEMENTS[name](image, **settings_of(name))
    assert made.pixels.shape == image.pixels.shape
    assert (made.spacing, made.id, made.place) == (image.spacing, "here", image.place)
    np.testing.assert_array_equal(made.mask, image.mask)


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_counts_only_where_it_is_said_to(name: str) -> None:
    """The entry says whether the mask changes what comes out."""
    image = image_of()
    step = ENHANCEMENTS[name]
    with_mask = step(image, **settings_of(name)).pixels
    without = step(Image(image.pixels, spacing=image.spacing), **settings_of(name)).pixels
    same = with_mask.shape == without.shape and np.array_equal(with_mask, without)
    assert same is not step.uses_mask


@pytest.mark.parametrize("name", [n for n in KEPT_SIZE if ENHANCEMENTS[n].colour])
def test_channels_are_taken_one_by_one(name: str) -> None:
    """A channel of a colour image comes out as it would alone."""
    image = image_of(channels=True)
    made = ENHANCEMENTS[name](image, **settings_of(name))
    assert made.channel_axis == -1
    for c in range(3):
        alone = Image(image.pixels[..., c], mask=image.mask, spacing=image.spacing)
        expected = ENHANCEMENTS[name](alone, **settings_of(name)).pixels
        np.testing.assert_array_equal(made.pixels[..., c], expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pixels", [np.zeros((3, 3), complex), np.zeros((3, 3), object)])
def test_what_are_no_real_numbers(name: str, pixels: np.ndarray) -> None:
    """Complex numbers and objects are refused by their dtype."""
    with pytest.raises(InputError, match=f"dtype {pixels.dtype}"):
        ENHANCEMENTS[name](pixels, **settings_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_does_what_the_step_does(name: str) -> None:
    """`Filter` gives of a stack, a list and `Images` what the step gives of each; copies too."""
    images = [image_of(), image_of()]
    made = Filter(name, **settings_of(name))
    copied = pickle.loads(pickle.dumps(clone(made)))
    assert copied.get_params() == made.get_params()
    learned = made.fit(Images(images)).learned_ if ENHANCEMENTS[name].learn else {}
    expected = [ENHANCEMENTS[name](i, **settings_of(name), **learned) for i in images]
    found = copied.fit(Images(images)).transform(Images(images))
    assert isinstance(found, Images)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
        np.testing.assert_array_equal(one.mask, other.mask)
        assert one.spacing == other.spacing


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_a_filter_gives_stacks_and_lists_back(name: str) -> None:
    """Arrays come out of `Filter` as they went in: as a stack, or as a list."""
    bare = [image_of().pixels, image_of().pixels]
    made = Filter(name, **settings_of(name)).fit(bare)
    listed, stacked = made.transform(bare), made.transform(np.stack(bare))
    assert isinstance(stacked, np.ndarray) or not ENHANCEMENTS[name].keeps_size
    for one, other in zip(listed, stacked, strict=True):
        assert type(one) is np.ndarray
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", [n for n in NAMES if not ENHANCEMENTS[n].colour])
def test_colour_is_refused_where_it_means_nothing(name: str) -> None:
    """The error says that the step takes gray images."""
    with pytest.raises(InputError, match=f"{name} takes gray images, not colour"):
        ENHANCEMENTS[name](image_of(channels=True), **settings_of(name))


@pytest.mark.parametrize("name", [n for n in NAMES if ENHANCEMENTS[n].needs_spacing])
def test_spacing_is_asked_for(name: str) -> None:
    """An array does not say how far its pixels are apart."""
    with pytest.raises(InputError, match="spacing"):
        ENHANCEMENTS[name](image_of().pixels, **settings_of(name))


@pytest.mark.parametrize("name", KEPT_SIZE)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_stays_in_its_place_or_is_refused(name: str, value: float) -> None:
    """No step lets a pixel that is not finite change its neighbours in silence."""
    pixels = image_of().pixels / np.float32(255)
    pixels[0, 0] = value
    step = ENHANCEMENTS[name]
    refusal = ""
    try:
        made = step(Image(pixels, spacing=(1, 1)), **settings_of(name)).pixels
    except InputError as error:
        refusal = str(error)
    if refusal:
        assert re.search("NaN or infinite|of another range", refusal)
    else:
        assert np.isfinite(made).sum() >= made.size - 1
        assert np.isnan(made[0, 0]) == np.isnan(value)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_step_needs_is_said(name: str) -> None:
    """Where only NumPy is, a step runs, or names the package that the entry names."""
    hidden = ("scipy", "skimage", "SimpleITK", "sklearn", "pandas")
    stored = {key: sys.modules.pop(key) for key in [*sys.modules] if key.split(".")[0] in hidden}
    finder = _Missing(hidden)
    sys.meta_path.insert(0, finder)
    package = ENHANCEMENTS[name].package
    missing = ""
    try:
        ENHANCEMENTS[name](image_of(), **settings_of(name))
    except InputError as error:
        missing = str(error)
    finally:
        sys.meta_path.remove(finder)
        sys.modules.update(stored)
    if package is None:
        assert not missing
    else:
        assert f"needs {package}, which is not installed here: pip install" in missing


class _Missing:
    """Finds none of some packages."""

    def __init__(self, hidden: tuple[str, ...]) -> None:
        self.hidden = hidden

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Say that it is not installed."""
        if name.split(".")[0] in self.hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_those_of_the_step(name: str) -> None:
    """An unknown setting is refused, and one that is needed is asked for."""
    with pytest.raises(InputError, match=rf"{name} takes no setting 'sizze'"):
        Filter(name, sizze=3)
    step = ENHANCEMENTS[name]
    needed = [key for key, each in step.settings.items() if each.default is each.empty]
    for key in needed:
        with pytest.raises(InputError, match=rf"{name} needs {key}"):
            Filter(name).fit([image_of().pixels])
