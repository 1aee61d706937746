"""Blobs are those of scikit-image, row by row, and lie between pixels where they are refined."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from skimage.feature import blob_dog, blob_log

from imgpipe._common import InputError
from imgpipe.detect import blobs
from imgpipe.detect.scale_space import overlaps
from imgpipe.images import Image

DTYPES = (np.uint8, np.uint16, np.float32, np.float64)


def spots(shape: tuple[int, ...], dtype: Any, seed: int = 0) -> np.ndarray:
    """Smooth noise over the whole range of a dtype, floats from 0 to 1."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).random(shape), 1.2)
    noise = (noise - noise.min()) / np.ptp(noise)
    top = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1
    return (noise * top).astype(dtype)


def gaussian_spot(shape: tuple[int, ...], centre: tuple[float, ...], sigma: float) -> np.ndarray:
    """A bright Gaussian of height 1."""
    axes = np.meshgrid(*map(np.arange, shape), indexing="ij")
    squares = sum((axis - c) ** 2 for axis, c in zip(axes, centre, strict=True))
    return np.exp(-squares / (2 * sigma**2))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(34, 27), (9, 17, 14)])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"threshold_rel": 0.3, "threshold": None, "overlap": 0.1},
        {"exclude_border": 3, "overlap": 0.9},
    ],
)
def test_the_blobs_of_scikit_image(
    shape: tuple[int, ...], dtype: Any, settings: dict[str, Any]
) -> None:
    """Both methods give the peer's rows in its order, to the last bit, where none is refined."""
    image = spots(shape, dtype)
    settings = {"threshold": 0.03, **settings}
    theirs = blob_log(image, 1, 4, 4, **settings)
    ours = blobs(image, min_sigma=1, max_sigma=4, num_sigma=4, refine=False, **settings)
    np.testing.assert_array_equal(ours, theirs)
    logarithmic = {"num_sigma": 3, "log_scale": True, **settings}
    theirs = blob_log(image, 1, 4, **logarithmic)
    ours = blobs(image, min_sigma=1, max_sigma=4, refine=False, **logarithmic)
    np.testing.assert_array_equal(ours, theirs)
    theirs = blob_dog(image, 1, 4, **settings)
    ours = blobs(image, min_sigma=1, max_sigma=4, method="dog", refine=False, **settings)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == np.float64
    assert len(ours) > 0


@pytest.mark.parametrize("most", [0, overlaps.MOST_PAIRS])
def test_what_is_left_does_not_overlap(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order pairs are taken, no two of the blobs left overlap, and some are gone."""
    monkeypatch.setattr(overlaps, "MOST_PAIRS", most)
    image = spots((40, 40), np.float64)
    settings: dict[str, Any] = {"max_sigma": 4, "threshold": 0.02, "refine": False}
    left = blobs(image, overlap=0, **settings)
    apart = np.linalg.norm(left[:, None, :2] - left[None, :, :2], axis=2)
    radii = np.sqrt(2) * (left[:, None, 2] + left[None, :, 2])
    np.fill_diagonal(apart, np.inf)
    assert np.all(apart > radii - 1e-9)
    assert 1 < len(left) < len(blobs(image, overlap=1, **settings))


@pytest.mark.parametrize("method", ["log", "dog"])
@pytest.mark.parametrize(
    ("shape", "spacing"), [((30, 26), (0.5, 0.8)), ((10, 16, 14), (2.0, 1.0, 0.75))]
)
def test_widths_in_millimetres(
    shape: tuple[int, ...], spacing: tuple[float, ...], method: Any
) -> None:
    """With a spacing, blobs are those of the peer for a width of each axis, and sigma is in mm."""
    image = spots(shape, np.float64, seed=3)
    low, high = (tuple(s / step for step in spacing) for s in (1.0, 3.0))
    theirs = (
        blob_log(image, low, high, 4, threshold=0.02)
        if method == "log"
        else blob_dog(image, low, high, threshold=0.02)
    )
    count = {"num_sigma": 4} if method == "log" else {}
    given = Image(image, spacing=spacing)
    ours = blobs(
        given, min_sigma=1, max_sigma=3, method=method, threshold=0.02, refine=False, **count
    )
    np.testing.assert_array_equal(ours[:, :-1], theirs[:, : image.ndim])
    np.testing.assert_allclose(ours[:, -1], theirs[:, -1] * spacing[-1])
    np.testing.assert_allclose(ours[:, -1], theirs[:, image.ndim] * spacing[0])
    told = blobs(
        image,
        min_sigma=1,
        max_sigma=3,
        method=method,
        threshold=0.02,
        spacing=spacing,
        refine=False,
        **count,
    )
    np.testing.assert_array_equal(told, ours)
    assert len(ours) > 1


def test_ties_are_those_of_scikit_image() -> None:
    """Blobs between two pixels, on a plateau and at the border come as the peer has them."""
    image = np.zeros((40, 40))
    image[10:14, 20:24] = image[30:33, 5:9] = image[0:3, 0:3] = 1
    theirs = blob_log(image, 1, 4, 4, 0.05)
    ours = blobs(image, max_sigma=4, num_sigma=4, threshold=0.05, refine=False)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("method", ["log", "dog"])
@pytest.mark.parametrize(
    ("shape", "centre", "width"),
    [((48, 44), (20.3, 24.6), 4.0), ((17, 16, 18), (8.4, 7.2, 9.3), 2.0)],
)
def test_refined_places(
    shape: tuple[int, ...], centre: tuple[float, ...], width: float, method: Any
) -> None:
    """A Gaussian's centre is found to a twentieth of a pixel, with ``dog`` to a tenth."""
    image = gaussian_spot(shape, centre, width)
    ((*place, sigma),) = blobs(
        image, min_sigma=width / 2, max_sigma=2 * width, threshold=0.1, method=method
    )
    np.testing.assert_allclose(place, centre, atol=0.05 if method == "log" else 0.1)
    if method == "log":
        # where sigma^2 / (width^2 + sigma^2)^(d / 2 + 1) is highest
        np.testing.assert_allclose(sigma, width * np.sqrt(2 / len(shape)), rtol=0.03)


@pytest.mark.parametrize("method", ["log", "dog"])
def test_refining_keeps_the_blobs(method: Any) -> None:
    """Refined blobs are the same ones, moved by no more than half a pixel and half a scale."""
    image = spots((40, 33), np.uint8)
    settings: dict[str, Any] = {"max_sigma": 5, "threshold": 0.02, "method": method}
    coarse, fine = blobs(image, refine=False, **settings), blobs(image, **settings)
    assert fine.shape == coarse.shape
    assert len(fine) > 5
    assert np.abs(fine[:, :2] - coarse[:, :2]).max() <= 0.5
    assert np.any(fine[:, :2] != coarse[:, :2])
    assert np.all((fine[:, 2] >= 1) & (fine[:, 2] <= 5))


def test_dark_blobs() -> None:
    """Dark blobs are the bright ones of the negative."""
    image = spots((36, 31), np.float64)
    settings: dict[str, Any] = {"max_sigma": 4, "threshold": 0.02}
    dark = blobs(image, dark=True, **settings)
    np.testing.assert_array_equal(dark, blobs(-image, **settings))
    assert len(dark) > 1


def test_blobs_lie_in_the_mask() -> None:
    """The mask of an image limits where blobs lie; the others are as without it."""
    image = spots((36, 31), np.float64)
    mask = np.zeros(image.shape, bool)
    mask[:, :15] = True
    settings: dict[str, Any] = {"max_sigma": 4, "threshold": 0.02, "overlap": 1, "refine": False}
    everywhere = blobs(image, **settings)
    inside = blobs(Image(image, mask=mask), **settings)
    np.testing.assert_array_equal(inside, everywhere[everywhere[:, 1] < 15])
    assert 0 < len(inside) < len(everywhere)
    assert blobs(Image(image, mask=np.zeros_like(mask)), **settings).shape == (0, 3)


@pytest.mark.parametrize("shape", [(20, 20), (1, 1), (1, 1, 1), (6, 7, 8)])
def test_a_constant_image_has_none(shape: tuple[int, ...]) -> None:
    """Constant images, those of one pixel too, have no blobs, however high they are."""
    found = blobs(np.full(shape, 1e6), max_sigma=3)
    assert found.shape == (0, len(shape) + 1)
    assert found.dtype == np.float64


def test_thin_images() -> None:
    """Images of one row, of one column, and smaller than the Gaussian are as the peer has them."""
    for shape in [(1, 30), (30, 1), (5, 4), (2, 1, 9)]:
        image = spots(shape, np.float64)
        theirs = blob_log(image, 1, 3, 3, 0.01)
        ours = blobs(image, max_sigma=3, num_sigma=3, threshold=0.01, refine=False)
        np.testing.assert_array_equal(ours, theirs)
        assert len(ours) == len(blobs(image, max_sigma=3, num_sigma=3, threshold=0.01))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"min_sigma": 0}, "min_sigma=0 must be above 0"),
        ({"min_sigma": -1}, "min_sigma=-1 must be above 0"),
        ({"max_sigma": np.nan}, "max_sigma=nan must be a finite number"),
        ({"min_sigma": (1, 2)}, "min_sigma"),
        ({"min_sigma": 4, "max_sigma": 3}, "min_sigma=4 is larger than max_sigma=3"),
        ({"max_sigma": 1e9}, "pixels wide"),
        ({"method": "doh"}, "doh"),
        ({"threshold": np.inf}, "threshold"),
        ({"threshold_rel": 2}, "threshold_rel=2 must be a finite number from 0 to 1"),
        ({"overlap": -0.1}, "overlap"),
        ({"num_sigma": 0}, "num_sigma=0"),
        ({"num_sigma": 2.5}, "num_sigma=2.5"),
        ({"method": "dog", "num_sigma": 4}, "belong to method='log'"),
        ({"sigma_ratio": 2}, "belongs to method='dog'"),
        ({"method": "dog", "sigma_ratio": 1}, "must be a number from 1.01"),
        ({"exclude_border": True}, "exclude_border=True"),
        ({"exclude_border": (1, 2, 3)}, "exclude_border"),
        ({"spacing": (1, 1, 1)}, "3 values for an image of 2 axes"),
        ({"spacing": (1, -1)}, "spacing=-1"),
    ],
)
def test_settings_out_of_range(change: dict[str, Any], message: str) -> None:
    """What a setting cannot be is an error that names it and what was found."""
    with pytest.raises(InputError) as error:
        blobs(np.eye(8), **change)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.full((4, 4), np.nan), "16 of 16 pixels are NaN"),
        (Image(np.zeros((4, 4, 3)), channel_axis=-1), "not colour"),
        (np.zeros(4), "neither"),
        (np.zeros((0, 4)), "neither"),
        (np.zeros((4, 4), complex), "complex"),
    ],
)
def test_images_without_blobs(image: Any, message: str) -> None:
    """Colour, NaN, and what is no image are refused."""
    with pytest.raises(InputError, match=message):
        blobs(image)
