"""Resampling against linear interpolation by hand and splines evaluated point by point."""

import numpy as np
import pytest
from scipy import ndimage

from imgpipe import InputError
from imgpipe.features import resample, resample_mask


def centres(n, size):
    """Places of the pixels along an axis, mm from its middle."""
    return (np.arange(n) - (n - 1) / 2) * size


@pytest.mark.parametrize(("spacing", "to"), [(1.0, 0.4), (0.3, 0.1), (1.0, 2.7), (2.0, 2.0)])
def test_linear_along_a_line(spacing, to, rng):
    """The new grid has the centre of the old and covers it; values are those of np.interp."""
    line = rng.random(10)
    found = resample(line[None], (1.0, spacing), (1.0, to))[0]
    assert found.size == int(np.ceil(round(10 * spacing / to, 6)))
    expected = np.interp(centres(found.size, to), centres(10, spacing), line)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("interpolation", "order"), [("nearest", 0), ("linear", 1), ("cubic", 3)])
def test_volume_is_the_spline_at_each_centre(interpolation, order, rng):
    """Every order is SciPy's spline, evaluated at the centres of the new pixels."""
    volume, spacing, to = rng.random((4, 5, 6)), (3.0, 1.0, 1.0), (1.1, 0.7, 2.0)
    found = resample(volume, spacing, to, interpolation=interpolation)
    places = [
        centres(n, new) / old + (m - 1) / 2
        for n, m, old, new in zip(found.shape, volume.shape, spacing, to, strict=True)
    ]
    grid = np.meshgrid(*places, indexing="ij")
    expected = ndimage.map_coordinates(volume, grid, order=order, mode="nearest")
    assert found == pytest.approx(expected)


def test_same_size_changes_nothing(rng):
    """An image that has the size asked for comes back as it is."""
    image = rng.integers(0, 9, (4, 5), dtype=np.uint8)
    assert np.array_equal(resample(image, (0.7, 0.7), 0.7, interpolation="cubic"), image)


def test_turning_commutes_with_resampling(rng):
    """The grid has no preferred side."""
    image = rng.random((7, 5))
    found = resample(image[::-1, ::-1], (1.0, 1.3), 0.6, interpolation="cubic")
    assert found[::-1, ::-1] == pytest.approx(
        resample(image, (1.0, 1.3), 0.6, interpolation="cubic")
    )


def test_rounding():
    """Rounded intensities are whole numbers next to the interpolated ones."""
    image = np.array([[-3.0, 4.0, 10.0]])
    plain = resample(image, (1, 1), (1, 0.4))
    rounded = resample(image, (1, 1), (1, 0.4), rounding=True)
    assert np.array_equal(rounded, np.round(plain))
    assert not np.array_equal(rounded, plain)


def test_mask_keeps_its_volume():
    """A resampled block covers what it covered, and a half share counts as inside."""
    mask = np.zeros((6, 8, 8), np.uint8)
    mask[2:4, 2:6, 2:6] = 7
    found = resample_mask(mask, (2.0, 1.0, 1.0), 0.5)
    assert found.dtype == bool
    volume = found.sum() * 0.5**3
    assert volume == pytest.approx(2 * 2.0 * 4 * 4, rel=0.15)
    assert resample_mask([[0, 1]], (1, 2), 1, threshold=0.2).tolist() == [[False, True, True, True]]


@pytest.mark.parametrize(
    ("image", "settings", "message"),
    [
        (np.ones((3, 3)), {"spacing": (1, 1), "to": 0}, "to must be 2 positive lengths"),
        (np.ones((3, 3)), {"spacing": (1,), "to": 1}, "spacing must be 2 positive lengths"),
        (np.ones((3, 3)), {"spacing": "mm", "to": 1}, "spacing must be 2 positive lengths"),
        (np.ones((3, 3)), {"spacing": (1, 1), "to": 1e-5}, "300000 x 300000 pixels; choose larger"),
        (np.ones((3, 3)), {"spacing": (1, 1), "to": 1e-60}, r"to=\(1e-60, 1e-60\) is beyond"),
        (np.ones((3, 3)), {"spacing": (1, 1e52), "to": 1}, r"spacing=\(1.0, 1e\+52\) is beyond"),
        (np.ones((3, 3)), {"spacing": (1, 1), "to": (1, 1e5)}, "1e[+]05 times as long as wide"),
        (np.ones(3), {"spacing": (1,), "to": 1}, "neither"),
        (np.array([[1, np.nan]]), {"spacing": (1, 1), "to": 2}, "1 NaN or infinite"),
        (
            np.ones((2, 2)),
            {"spacing": (1, 1), "to": 2, "interpolation": "lanczos"},
            "'lanczos' is unknown; use 'nearest', 'linear', 'cubic'",
        ),
    ],
)
def test_bad_input(image, settings, message):
    """What cannot be resampled gives one error that says what would do."""
    with pytest.raises(InputError, match=message):
        resample(image, **settings)


def test_a_pixel_larger_than_the_image():
    """There is one pixel at least."""
    assert resample(np.full((3, 4), 7.0), (1, 1), 1e4).tolist() == [[7.0]]
    assert resample(np.full((3, 4), 7.0), (1e-3, 1e-3), 1e9).tolist() == [[7.0]]


def test_splines_beyond_the_largest_float():
    """What overshoots the largest float is refused, not infinite."""
    image = np.random.default_rng(0).choice([-1.7e308, 1.7e308], (5, 5))
    assert np.isfinite(resample(image, (1, 1), 0.5)).all()
    with pytest.raises(InputError, match="cubic interpolation goes beyond the largest float"):
        resample(image, (1, 1), 0.5, interpolation="cubic")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_masks_that_are_not_finite(value):
    """A mask that says neither inside nor outside is refused, as `extract` does."""
    with pytest.raises(InputError, match="the mask holds 1 NaN or infinite"):
        resample_mask(np.array([[0, value, 1]]), (1, 1), 2)


@pytest.mark.parametrize("threshold", [np.nan, np.inf, 0, -1, 1.5, "half", None, True])
def test_thresholds_that_are_no_share(threshold):
    """A threshold that takes everything or nothing is refused."""
    with pytest.raises(InputError, match="threshold must be"):
        resample_mask(np.eye(4), (1, 1), 2, threshold=threshold)
