"""Laws of every segmenter and recipe: what comes out has the image's shape, and moves with it."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.images import Image
from imgpipe.segment import RECIPES, SEGMENTERS, Segmenter

# as plain Python they take a quarter of an hour
pytestmark = pytest.mark.jit

ALL = {**SEGMENTERS, **RECIPES}
FLAT = [name for name, each in ALL.items() if 2 in each.axes]
SOLID = [name for name, each in ALL.items() if 3 in each.axes]
DTYPES = (np.uint8, np.int16, np.float64)
MORE_DTYPES = (np.int16, np.uint16, np.float32)

# what a constant image gives: everything has the seed's value, and the last marker's basin
CONSTANT = {"region-growing": 1, "watershed": 2}
# share of the pixels that may differ where an iteration ends by a tolerance, or a mm is rounded
LOOSE = {"active-contour": 0.01, "lungs": 0.02, "body": 0.02}

# what is found by what surrounds it, which may stand outside the mask
SURROUNDED = {"lungs", "dark-lesion", "chest-xray-lungs"}
# recipes whose own tests have pixels of other sizes, and which take seconds here
SLOW = {"cells", "dark-lesion", "chest-xray-lungs"}
# what is looked for where it lies in such images: up and down are no equals, and nothing moves
PLACED = {"dark-lesion", "chest-xray-lungs"}


def marked(names: Iterable[str]) -> list[Any]:
    """Leave recipes out without compiled code: as plain Python they take ten seconds each."""
    return [pytest.param(n, marks=pytest.mark.jit if n in RECIPES else ()) for n in names]


def picture(shape: tuple[int, ...] = (48, 64), at: int = 0) -> np.ndarray:
    """An ellipse with a dark hole on dark ground, no two pixels equal but far from it; float64.

    Values are those of a body in computed tomography, from -1000 to 200.
    """
    rng = np.random.default_rng(7)
    rows = np.indices(shape).astype(float)
    middle = [n / 2 + at for n in shape[-2:]]
    half = [n / 4 for n in shape[-2:]]
    place = [(x - m) / h for x, m, h in zip(rows[-2:], middle, half, strict=True)]
    far = place[0] ** 2 + place[1] ** 2
    values = np.full(shape, -1000.0)
    drawn = rng.permutation(4 * values.size)[: values.size].reshape(shape) / (4 * values.size)
    drawn = np.roll(drawn, (at, at), (-2, -1))
    values[far < 2.2] = (-950 + 40 * drawn)[far < 2.2]
    values[far < 1] = (50 + 150 * drawn)[far < 1]
    values[far < 0.2] = (-800 + 40 * drawn)[far < 0.2]
    # the lowest and the highest pixel, which markers and seeds are put at
    values[..., int(middle[0]), int(middle[1])] = -1001
    values[..., int(middle[0]) + int(0.7 * half[0]), int(middle[1])] = 210
    return values


def found(name: str, image: Any, **more: Any) -> np.ndarray:
    """What a segmenter gives, with the settings that it is tried with."""
    entry = ALL[name]
    return entry(image, **{**settings(entry, image), **more})


def settings(entry: Segmenter, image: Any) -> Mapping[str, Any]:
    """Those that it needs."""
    return entry.trial(np.asarray(image))


def spelt(name: str) -> str:
    """A pattern of the name, or that of its function."""
    return name.replace("-", "[-_]")


def assert_alike(name: str, one: np.ndarray, other: np.ndarray) -> None:
    """Equal, or nearly so where that is all that can be had."""
    assert one.shape == other.shape
    differing = np.count_nonzero(one != other) / one.size
    assert differing <= LOOSE.get(name, 0), f"{differing:.2%} of the pixels differ"


@pytest.mark.parametrize("name", marked(ALL))
def test_an_entry_says_what_it_gives(name: str) -> None:
    """A mask is of bool, labels are int32 from 0 on; the shape is that of the image."""
    entry = ALL[name]
    for axes in entry.axes:
        image = picture((3, 48, 64) if axes == 3 else (48, 64))
        made = found(name, image)
        assert made.dtype == (np.int32 if entry.gives == "labels" else bool)
        assert made.shape == image.shape
        assert made.min() >= 0
        assert made.any(), "the law would say nothing of an empty mask"
        assert entry.description


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [0, 100])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_a_constant_image_has_nothing(name: str, value: int, dtype: Any) -> None:
    """Nothing is found but what hangs together with a seed or a marker: that is everything."""
    made = found(name, np.full((12, 15), value, dtype))
    assert np.unique(made).tolist() == [CONSTANT.get(name, 0)]


@pytest.mark.parametrize("name", ALL)
def test_one_pixel(name: str) -> None:
    """An image of one pixel is constant."""
    for axes in ALL[name].axes:
        made = found(name, np.full((1,) * axes, 7, np.uint8))
        assert made.shape == (1,) * axes
        assert int(made.max()) == CONSTANT.get(name, 0)


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("shape", [(1, 9), (9, 1)])
def test_one_line(name: str, shape: tuple[int, int]) -> None:
    """A single row or column is an image; organs do not lie in it."""
    made = found(name, np.linspace(-1000, 200, 9).reshape(shape))
    assert made.shape == shape
    if name in {"lungs", *PLACED}:
        assert not made.any()


# which reckon with values in ways that not every finite one stands
BOUNDED = (
    *("otsu", "multi-otsu", "local"),
    *("cells", "body", "bright-lesion", "dark-lesion", "chest-xray-lungs"),
)


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.filterwarnings("error")
def test_values_that_overflow_are_refused(name: str) -> None:
    """No infinity is made of finite values, and nothing is found by it."""
    image = np.where(picture() > 0, 1.7e308, -1.7e308)
    with pytest.raises(InputError, match=r"values from -1\.7e\+308 to 1\.7e\+308.*scale them"):
        ALL[name](image)


@pytest.mark.parametrize("name", ["lungs", "body", "bright-lesion"])
def test_a_spacing_in_another_unit_is_refused(name: str) -> None:
    """In metres or less, sizes in mm would reach over millions of pixels."""
    with pytest.raises(InputError, match=r"4,000,000 pixels|longer than 65536 pixels"):
        found(name, Image(picture(), spacing=(1e-6, 1e-6)))


@pytest.mark.parametrize("name", marked(name for name in FLAT if name not in PLACED))
def test_it_moves_with_the_image(name: str) -> None:
    """What is shifted by some pixels is found there."""
    here, there = picture((60, 72)), picture((60, 72), at=3)
    assert_alike(name, np.roll(found(name, here), (3, 3), (0, 1)), found(name, there))


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        pytest.param(name, k, marks=pytest.mark.jit if name in RECIPES else ())
        for name in FLAT
        for k in (0, 1)
        if k or name not in PLACED
    ],
)
def test_it_turns_over_with_the_image(name: str, axis: int) -> None:
    """The mirror image has the mirrored mask."""
    image = picture()
    expected = np.flip(found(name, image), axis)
    assert_alike(name, found(name, np.flip(image, axis)), expected)


@pytest.mark.parametrize("name", marked(FLAT))
@pytest.mark.parametrize("dtypes", [DTYPES, pytest.param(MORE_DTYPES, marks=pytest.mark.full)])
def test_the_dtype_does_not_matter(name: str, dtypes: tuple[Any, ...]) -> None:
    """The same whole numbers give the same in every dtype."""
    levels = np.rint((picture() + 1001) / 5)
    if "HU" in ALL[name].expects:
        levels, dtypes = (
            np.rint(picture()),
            tuple(t for t in dtypes if not issubclass(t, np.unsignedinteger)),
        )
    first, *others = (found(name, levels.astype(dtype)) for dtype in dtypes)
    for other in others:
        assert_alike(name, first, other)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.full if n in SLOW else ()) for n in FLAT]
)
def test_pixels_may_be_wider_than_high(name: str) -> None:
    """Every other column of an image, twice as wide, gives nearly every other column."""
    image = picture((96, 128))
    whole = found(name, Image(image, spacing=(1.0, 1.0)))
    half = found(name, Image(image[:, ::2], spacing=(1.0, 2.0)))
    expected = whole[:, ::2] != 0
    shared = np.count_nonzero(expected & (half != 0))
    assert 2 * shared / (np.count_nonzero(half) + np.count_nonzero(expected)) > 0.9


@pytest.mark.parametrize("name", marked(FLAT))
def test_nothing_is_found_outside_the_mask(name: str) -> None:
    """The mask of an image limits what is found; what is outside has no part in it."""
    image = picture()
    mask = np.zeros(image.shape, np.uint8)
    mask[4:44, 6:60] = 3
    made = found(name, Image(image, mask=mask))
    assert made.any()
    assert not made[mask == 0].any()
    if name not in SURROUNDED:
        other = np.where(mask, image, 150)
        more = settings(ALL[name], image)
        assert_alike(name, ALL[name](Image(other, mask=mask), **more), made)
    everywhere = Image(image, mask=np.ones_like(mask))
    np.testing.assert_array_equal(found(name, everywhere), found(name, image))


@pytest.mark.parametrize("name", marked(ALL))
def test_the_image_is_not_written_into(name: str) -> None:
    """Read-only and strided images are taken, and give what a copy gives."""
    image = picture((96, 128))[::2, ::2]
    image.setflags(write=False)
    before = image.copy()
    np.testing.assert_array_equal(found(name, image), found(name, before))
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("name", marked(ALL))
@pytest.mark.parametrize(
    "awkward",
    [
        np.asfortranarray,
        lambda image: image[::-1, ::-1].copy()[::-1, ::-1],
        lambda image: image.astype(image.dtype.newbyteorder(">")),
        lambda image: np.ma.masked_array(image, mask=np.zeros(image.shape, bool)),
    ],
    ids=["Fortran order", "negative strides", "big-endian", "nothing is masked"],
)
@pytest.mark.parametrize("dtype", [np.int16, pytest.param(np.float32, marks=pytest.mark.full)])
def test_how_an_array_lies_in_memory(name: str, awkward: Any, dtype: Any) -> None:
    """Order, strides and bytes do not matter."""
    image = np.rint(picture()).astype(dtype)
    np.testing.assert_array_equal(found(name, awkward(image)), found(name, image))


@pytest.mark.parametrize("name", marked(ALL))
def test_pixels_of_another_kind(name: str) -> None:
    """Half precision, complex numbers and masked arrays are refused, with what would do."""
    image = picture()
    more = settings(ALL[name], image)
    for wrong, said in (
        (image.astype(np.float16), "dtype float16; give float32"),
        (image.astype(complex), "dtype complex128"),
        (image.astype(object), "dtype object"),
        (np.ma.masked_less(image, 0), "masked pixels; give Image"),
    ):
        with pytest.raises(InputError, match=said):
            ALL[name](wrong, **more)


@pytest.mark.parametrize("name", marked(ALL))
def test_an_empty_mask(name: str) -> None:
    """Where nothing may be found, nothing is; a seed or a marker outside is refused."""
    image = picture()
    given, more = Image(image, mask=np.zeros(image.shape, bool)), settings(ALL[name], image)
    if name in CONSTANT:
        with pytest.raises(InputError, match="the image's mask"):
            ALL[name](given, **more)
    else:
        assert not ALL[name](given, **more).any()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite(name: str, value: float) -> None:
    """NaN and infinite pixels are counted and refused."""
    image = picture()
    more = settings(ALL[name], image)
    image[3, 4] = value
    with pytest.raises(InputError, match=f"{spelt(name)}: 1 of 3072 pixels are NaN or infinite"):
        ALL[name](image, **more)


@pytest.mark.parametrize("name", ALL)
def test_colour(name: str) -> None:
    """The error says that gray images are taken, and what makes them gray."""
    image = picture()
    more = settings(ALL[name], image)
    colour = Image(np.stack([image] * 3, -1), channel_axis=-1)
    with pytest.raises(
        InputError, match=f"{spelt(name)} takes gray images, not colour; .*luminance"
    ):
        ALL[name](colour, **more)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(0, 4), (5,), (2, 2, 2, 2)])
def test_what_is_no_image(name: str, shape: tuple[int, ...]) -> None:
    """Neither an image nor a volume: the error names the shape."""
    more = settings(ALL[name], picture())
    with pytest.raises(InputError, match="shape"):
        ALL[name](np.zeros(shape), **more)


@pytest.mark.parametrize("name", marked(RECIPES))
def test_a_recipe_says_what_it_expects(name: str) -> None:
    """What the image must show stands in the entry, and a spacing of one's own is taken."""
    assert RECIPES[name].expects
    image = picture()
    by_argument = RECIPES[name](image, (1.0, 1.5))
    np.testing.assert_array_equal(by_argument, RECIPES[name](Image(image, spacing=(1.0, 1.5))))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("spacing", [(0, 1), (1, -1), (1, np.nan), (1, 1, 1), 1, "mm"])
def test_spacing_that_cannot_be(name: str, spacing: Any) -> None:
    """Lengths are above 0, one for each axis."""
    with pytest.raises(InputError, match="spacing"):
        RECIPES[name](picture(), spacing)


@pytest.mark.parametrize("name", ALL)
def test_what_it_needs_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only NumPy is, it runs, or names a package that the entry stands for."""
    hidden = ("scipy", "skimage", "sklearn", "pandas", "cv2")
    for module in [*sys.modules]:
        if module.split(".")[0] in hidden:
            monkeypatch.delitem(sys.modules, module)
    for module in hidden:
        monkeypatch.setitem(sys.modules, module, None)
    missing = ""
    try:
        found(name, picture())
    except InputError as error:
        missing = str(error)
    if ALL[name].package is None:
        assert not missing
    else:
        assert "which is not installed here: pip install" in missing
        # a recipe may fail in one of its steps; SciPy comes with scikit-image
        assert any(f" needs {each}," in missing for each in (ALL[name].package, "scipy"))
