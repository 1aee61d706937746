"""Windows: DICOM's three functions, presets, and what is no window."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut

from imgpipe import InputError
from imgpipe.images import Image, Images, Window, window
from imgpipe.images.windows import FUNCTIONS, PRESETS
from imgpipe.learn import Filter

BITS = 12
VALUES = np.arange(2**BITS, dtype=np.uint16).reshape(64, 64)


def by_pydicom(values: np.ndarray, center: float, width: float, function: str) -> np.ndarray:
    """What pydicom makes of stored values, brought from its range of stored values to 0 to 1."""
    dataset = Dataset()
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelRepresentation, dataset.BitsStored = 0, BITS
    dataset.WindowCenter, dataset.WindowWidth = center, width
    dataset.VOILUTFunction = function.upper()
    return np.asarray(apply_voi_lut(values, dataset)) / (2**BITS - 1)


@settings(max_examples=40, deadline=None)
@given(
    center=st.integers(-1000, 5000).map(lambda n: n / 2),
    width=st.integers(2, 9000).map(lambda n: n / 2),
    function=st.sampled_from(FUNCTIONS),
)
def test_windows_are_pydicoms(center: float, width: float, function: str) -> None:
    """All stored values of 12 bits are shown as pydicom shows them."""
    shown = window(VALUES, center=center, width=width, function=function)
    np.testing.assert_allclose(shown, by_pydicom(VALUES, center, width, function), atol=1e-7)
    assert shown.dtype == np.float32
    assert 0 <= shown.min() <= shown.max() <= 1


@pytest.mark.parametrize(
    ("function", "width", "expected"),
    [
        # the standard's own examples of LINEAR, c=2048, w=4096 and w=1; and its bounds by hand
        ("linear", 4096, {0: 0, 2047: 2047 / 4095, 2048: 2048 / 4095, 4095: 1, 4096: 1}),
        ("linear", 1, {2046: 0, 2047: 0, 2047.5: 0, 2047.6: 1, 2048: 1}),
        ("linear", 2, {2047: 0, 2047.5: 0.5, 2048: 1}),
        ("linear_exact", 4096, {0: 0, 1024: 0.25, 2048: 0.5, 4096: 1}),
        ("linear_exact", 1, {2047.5: 0, 2048: 0.5, 2048.5: 1}),
        ("linear_exact", 0.5, {2047.75: 0, 2048: 0.5, 2048.125: 0.75, 2048.25: 1}),
        ("sigmoid", 4096, {2048: 0.5, 2048 + 1024 * np.log(3): 0.75, -1e300: 0, 1e300: 1}),
    ],
)
def test_windows_at_their_bounds(function: str, width: float, expected: dict[float, float]) -> None:
    """A table of values, worked out by hand from the standard's formulas."""
    shown = window(np.array(list(expected)), center=2048, width=width, function=function)
    np.testing.assert_allclose(shown, list(expected.values()), atol=1e-7)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_its_center_and_width(name: str) -> None:
    """A preset shows what its centre and width show; its lower half is not brighter than half."""
    preset = PRESETS[name]
    values = np.linspace(-2000, 3000, 501)
    shown = window(values, name)
    np.testing.assert_array_equal(shown, window(values, center=preset.center, width=preset.width))
    assert shown[values < preset.center - 0.5].max() < 0.5 < shown[values > preset.center].min()


def test_an_image_keeps_all_but_its_unit() -> None:
    """Mask, spacing and id go on; Hounsfield units and the file's windows do not."""
    image = Image(
        np.array([[-1000, 40], [40, 1000]], np.int16),
        mask=np.eye(2, dtype=bool),
        spacing=(0.5, 2.0),
        id="slice",
        unit="HU",
        windows=(Window(40, 80, "linear_exact"), Window(0, 1)),
    )
    shown = window(image, "file")
    np.testing.assert_array_equal(shown.pixels, np.float32([[0, 0.5], [0.5, 1]]))
    assert (shown.unit, shown.windows, shown.spacing, shown.id) == (None, (), (0.5, 2.0), "slice")
    np.testing.assert_array_equal(shown.mask, np.eye(2, dtype=bool))
    asked = window(image, "file", function="sigmoid")
    np.testing.assert_array_equal(
        asked.pixels, window(image.pixels, center=40, width=80, function="sigmoid")
    )


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("width", [1, 300])
def test_nan_stays_and_infinity_is_an_end(function: str, width: float) -> None:
    """Only NaN is not in [0, 1]; infinite values are black or white."""
    shown = window(np.array([np.nan, -np.inf, np.inf]), center=0, width=width, function=function)
    np.testing.assert_array_equal(shown, np.float32([np.nan, 0, 1]))


IMAGE = Image(np.zeros((2, 2), np.float32), unit="SUV", id="pet.dcm")


@pytest.mark.parametrize(
    ("pixels", "given_settings", "words"),
    [
        (VALUES, {}, r"a window needs a preset \(lung, .*file\), or center and width"),
        (VALUES, {"center": 40}, "a window needs a preset"),
        (VALUES, {"preset": "lungs"}, r"no preset is named 'lungs'.*did you mean lung\?"),
        (VALUES, {"preset": "lung", "width": 3}, "leave out either"),
        (VALUES, {"preset": "file"}, "is for an Image"),
        (VALUES, {"center": 1, "width": 0.5}, 'at least 1 wide, not 0.5; .*"linear_exact"'),
        (VALUES, {"center": 1, "width": 0, "function": "linear_exact"}, "must be above 0, not 0"),
        (VALUES, {"center": 1, "width": -2, "function": "sigmoid"}, "must be above 0, not -2"),
        (VALUES, {"center": 1, "width": np.nan}, "a window of center 1, width nan"),
        (VALUES, {"center": "x", "width": 2}, "both must be numbers"),
        (VALUES, {"preset": "lung", "function": "cubic"}, "no function of a window is named"),
        (VALUES.astype(complex), {"preset": "lung"}, "dtype complex128 have no window"),
        (IMAGE, {"preset": "file"}, "pet.dcm recommends no window"),
        (IMAGE, {"preset": "lung"}, "window of Hounsfield units, and pet.dcm is in SUV"),
    ],
)
def test_what_is_no_window(pixels: Any, given_settings: dict[str, Any], words: str) -> None:
    """The error says what was found and what would do."""
    with pytest.raises(InputError, match=words):
        window(pixels, **given_settings)


def test_images_in_memory_keep_the_windows_of_their_files() -> None:
    """A stack, a part of it and other pixels know which window belongs to which image."""
    own = [(Window(n, 10.0),) if n else () for n in range(4)]
    images = Images([Image(np.full((2, 2), n), windows=w, unit="HU") for n, w in enumerate(own)])
    assert images.is_stack
    assert [image.windows for image in images] == own
    chosen = images[np.array([3, 1])].with_pixels(np.zeros((2, 2, 2)))
    assert [(image.windows, image.unit) for image in chosen] == [(own[3], "HU"), (own[1], "HU")]
    shown = Filter("window", preset="file").fit_transform(images[1:])
    np.testing.assert_allclose(shown.pixels, 0.5 + 0.5 / 9, rtol=1e-6)
    assert [(image.windows, image.unit) for image in shown] == [((), None)] * 3
