"""The loops of erosion and dilation: blocks of rows, small images, footprints, large arrays."""

import itertools

import numpy as np
import pytest
import scipy.ndimage as ndi
from kernel_calls import MODES, pixels, with_rare

from imgpipe import kernels

PAIRS = [("erosion", ndi.grey_erosion), ("dilation", ndi.grey_dilation)]
both = pytest.mark.parametrize(("name", "scipy_name"), PAIRS, ids=["erosion", "dilation"])


def naive(image: np.ndarray, k: tuple[int, int], before: tuple[int, int], mode: str, cval: int):
    """Minimum of each window of a padded copy."""
    modes = {"reflect": "symmetric", "nearest": "edge", "mirror": "reflect", "wrap": "wrap"}
    widths = [(b, n - 1 - b) for b, n in zip(before, k, strict=True)]
    if mode == "constant":
        padded = np.pad(image, widths, constant_values=cval)
    else:
        padded = np.pad(image, widths, mode=modes[mode])
    return np.lib.stride_tricks.sliding_window_view(padded, k).min(axis=(2, 3))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4"])
def test_short_boxes_with_origins(dtype: str, mode: str) -> None:
    """Boxes of up to five pixels, wherever their centre lies, on images and on volumes."""
    rng = np.random.default_rng(1)
    for shape in ((37, 90), (3, 20, 130), (1, 200)):
        image = rng.integers(0, 100, shape).astype(dtype)
        for size in itertools.product((1, 2, 3, 4, 5), repeat=2):
            box = (1,) * (image.ndim - 2) + size
            for origin in {-(size[1] // 2), (size[1] - 1) // 2}:
                centre = (0,) * (image.ndim - 1) + (origin,)
                options = {"size": box, "mode": mode, "cval": 7, "origin": centre}
                result = kernels.erosion(image, **options)
                assert np.array_equal(result, ndi.grey_erosion(image, **options)), options


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("k", [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 17, 23])
def test_every_block_of_rows(k: int, mode: str) -> None:
    """Each way to share rows gives the minimum, for any number of rows left over."""
    for height in (*range(1, 10), 31):
        image = pixels("u1", (height, 37), k + height)
        for other in (1, k):
            result = kernels.erosion(image, (k, other), mode=mode, cval=77)
            expected = naive(image, (k, other), (k // 2, other // 2), mode, 77)
            assert np.array_equal(result, expected), (height, other)


@both
@pytest.mark.parametrize("mode", MODES)
def test_stacks_of_small_images(name: str, scipy_name, mode: str) -> None:
    """Images side by side do not touch each other, in groups and left over."""
    for shape in ((23, 28, 28), (5, 1, 7), (300, 3, 20)):
        stack = pixels("i2", shape, 5)
        for size in (2, 3, (1, 5), (4, 3)):
            spread = (1, *np.broadcast_to(size, 2))
            result = getattr(kernels, name)(stack, size, axes=(1, 2), mode=mode, cval=-9)
            assert np.array_equal(result, scipy_name(stack, spread, mode=mode, cval=-9)), size


@both
@pytest.mark.parametrize("shape", [(40, 61), (6, 20, 33), (70,)])
def test_footprints_with_gaps(name: str, scipy_name, shape: tuple[int, ...]) -> None:
    """A window is the sum of its runs, whatever their lengths, and of its planes."""
    image = pixels("u2", shape, 3)
    rng = np.random.default_rng(len(shape))
    for size in ((7, 9, 13), (4, 5, 6)):
        footprint = rng.random(size[-len(shape) :]) < 0.6
        footprint[(0,) * len(shape)] = True
        for mode in MODES:
            result = getattr(kernels, name)(image, footprint=footprint, mode=mode, cval=300)
            expected = scipy_name(image, footprint=footprint, mode=mode, cval=300)
            assert np.array_equal(result, expected), mode


@pytest.mark.slow
@both
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_large_images(name: str, scipy_name, dtype: str) -> None:
    """Images of many strips, threads and leftovers equal SciPy's."""
    image = pixels(dtype, (1031, 1277), 1)
    for k in (3, 5, 7, 9, 15, 31):
        assert np.array_equal(getattr(kernels, name)(image, k), scipy_name(image, k)), k
    ball = np.hypot(*np.indices((11, 11)) - 5) < 5.4
    result = getattr(kernels, name)(image, footprint=ball, mode="mirror")
    assert np.array_equal(result, scipy_name(image, footprint=ball, mode="mirror"))


@both
@pytest.mark.parametrize("mode", MODES)
def test_windows_far_longer_than_the_image(name: str, scipy_name, mode: str) -> None:
    """A window that reaches many times round the image holds all of it."""
    image = pixels("f4", (5, 40), 2)
    result = getattr(kernels, name)(image, (61, 201), mode=mode, cval=-3)
    assert np.array_equal(result, scipy_name(image, (61, 201), mode=mode, cval=-3))


def test_nan_in_each_way_to_filter() -> None:
    """Boxes, small images and footprints find a NaN wherever it is."""
    for shape in ((28, 28), (40, 300)):
        for place in ((0, 0), (shape[0] - 1, shape[1] - 1), (7, 13)):
            image = pixels("f4", shape, 4)
            image[place] = np.nan
            for options in ({"size": 3}, {"footprint": [[0, 1, 0], [1, 1, 1], [0, 1, 0]]}):
                result = kernels.dilation(image, **options)
                reached = kernels.dilation(np.isnan(image), **options)
                assert np.array_equal(np.isnan(result), reached)


@pytest.mark.parametrize("dtype", with_rare(["i2", "i8", "u1"]))
def test_differences_saturate(dtype: str) -> None:
    """The gradient between the ends of a dtype is its largest number."""
    info = np.iinfo(dtype)
    image = np.array([info.min, info.max, info.max, 0, 1], dtype)
    assert kernels.gradient(image, 3)[1] == info.max
    far = kernels.gradient(image, footprint=[1, 0, 0], mode="nearest")
    high = kernels.dilation(image, footprint=[1, 0, 0], mode="nearest").tolist()
    low = kernels.erosion(image, footprint=[1, 0, 0], mode="nearest").tolist()
    expected = [min(max(a - b, info.min), info.max) for a, b in zip(high, low, strict=True)]
    assert far.tolist() == expected
