"""The moving average's own loops: exact integers, floats without drift, strips and stretches."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage

from imgpipe import kernels
from imgpipe.kernels import mean
from imgpipe.kernels.box.layout import _BREADTH, _GROUP_BYTES, _chain
from imgpipe.kernels.box.rounding import byte_factors

# each has loops of its own: int8, which seldom anyone compiles, and both kinds of 16 bits, of which
# the other one is here and uint16 among the large images
IN_WHOLE_RUNS = [pytest.param(dtype, marks=pytest.mark.full) for dtype in ("int8", "uint16")]
EACH_INTEGER = ("uint8", *IN_WHOLE_RUNS, "int16")
MODES = ("reflect", "nearest", "mirror", "wrap", "constant")
SHAPES = ((6, 28, 28), (3, 5, 7), (40, 70), (5, 3), (90,), (2, 3, 4, 40))


def noise(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(0, 100, shape).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


def expected(image, size, **arguments):
    """SciPy's answer in float64; ties of integers are exact again after a rounding."""
    values = ndimage.uniform_filter(image.astype(np.float64), size, **arguments)
    return values if image.dtype.kind == "f" else np.rint(np.round(values, 8))


def check(image, size, **arguments):
    result = mean(image, size, **arguments)
    values = expected(image, size, **arguments)
    assert result.dtype == image.dtype
    if image.dtype.kind == "f":
        error = (4e-7 if image.dtype == np.float32 else 1e-13) * np.abs(image).max()
        np.testing.assert_allclose(result, values, rtol=0, atol=error)
    else:
        np.testing.assert_array_equal(result, values)


@pytest.mark.grid(share=0.2)
@pytest.mark.parametrize("dtype", [*EACH_INTEGER, "float32", "float64"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_loop_agrees_with_scipy(shape, mode, dtype):
    """Short and long rows, odd and even windows, origins and stacks give SciPy's means."""
    image = noise(shape, dtype)
    for size in (1, 2, 3, 4, 5, 7, 8):
        check(image, size, mode=mode, cval=7)
    for size in (3, 5, 6):
        for origin in (-1, 1):
            check(image, size, mode=mode, cval=7, origin=origin)
    if len(shape) == 3:
        check(image, (3, 5), mode=mode, cval=7, axes=(1, 2))
        check(image, 3, mode=mode, cval=7, axes=1)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
@pytest.mark.parametrize("size", [2, 3, 5, 9, 31])
def test_rows_longer_than_a_stretch(size, dtype):
    """A row that is filtered by stretches has no seams, whatever its border."""
    for mode in MODES:
        check(noise((3, 2 * _BREADTH + 77), dtype), (3, size), mode=mode, cval=3)
    check(noise((2 * _BREADTH + 1,), dtype), size, origin=(size - 1) // 2, mode="wrap")


@pytest.mark.jit
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("size", [3, 5, 15, 31])
def test_large_images(size, dtype):
    """Many strips give SciPy's means."""
    check(noise((517, 1031), dtype), size)


@pytest.mark.grid(share=0.5)
@pytest.mark.parametrize(
    "dtype", ["uint8", pytest.param("int16", marks=pytest.mark.full), "float32"]
)
@pytest.mark.parametrize("size", [2, 3, (4, 5, 3), 7, (9, 1, 3), (16, 3, 3)])
def test_volumes(size, dtype):
    """Planes are summed a few at a time, and in bands, without seams."""
    image = noise((3, 37, 80, 90), dtype)
    assert image[0].nbytes > _GROUP_BYTES
    where = {"axes": (1, 2, 3), "origin": (-1, 0, 0)}
    for mode in ("mirror", "constant"):
        check(image, size, mode=mode, cval=7, **where)
    with kernels.threads(3):
        check(image, size, mode="wrap", **where)


@pytest.mark.parametrize("size", [16, (3, 100), 40])
def test_bytes_in_large_windows(size):
    """Totals beyond 16 bits are as exact as those within."""
    check(noise((60, 120), "uint8"), size)
    check(np.full((60, 120), 255, np.uint8), size)


@pytest.mark.parametrize("count", range(1, 256))
def test_byte_factors_round_every_total(count):
    """Where two 16-bit products are used, each total has its nearest mean, ties to even."""
    pair = byte_factors(count)
    if pair is None:
        assert count % 2 == 0 or count > 100
        return
    power, factor = pair
    for total in range(0, 255 * count + 1, 7):
        mean_of_total = ((total * power % 2**16 * factor >> 16) + 64) >> 7
        assert mean_of_total == round(Fraction(total, count))


@pytest.mark.parametrize("k", range(1, 70))
def test_chain_covers_each_pixel_once(k):
    """The steps of a window add up to k different cells."""
    windows = [{0}]
    for q, third in _chain(k):
        parts = [windows[-1], {c + q for c in windows[-1]} if q else set()]
        parts.append({c + 2 * q for c in windows[third]} if third >= 0 else set())
        windows.append(set.union(*parts))
        assert len(windows[-1]) == sum(map(len, parts))
    assert windows[-1] == set(range(k))


@pytest.mark.parametrize("dtype", EACH_INTEGER)
@pytest.mark.parametrize("size", [(1, 2), (2, 2), (2, 3), (4, 6), (2, 25)])
def test_ties_go_to_even(size, dtype):
    """Even windows meet ties; each of them is rounded to the even neighbour."""
    image = noise((9, 40), dtype) // 64
    totals = ndimage.uniform_filter(image.astype(np.float64), size) * math.prod(size)
    exact = [round(Fraction(int(t), math.prod(size))) for t in np.rint(totals).ravel()]
    np.testing.assert_array_equal(mean(image, size).ravel(), exact)


@pytest.mark.parametrize("size", [3, 5, 9, 31])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_values_leave_no_trace(size, dtype):
    """A huge pixel changes the windows that hold it and no other bit."""
    image = noise((70, 90), dtype)
    loud = image.copy()
    loud[35, 40] = 1e30
    far = np.ones(image.shape, bool)
    r = size // 2
    far[35 - r : 36 + r, 40 - r : 41 + r] = False
    np.testing.assert_array_equal(mean(loud, size)[far], mean(image, size)[far])
    assert np.all(mean(loud, size)[~far] > 1e26)


@pytest.mark.parametrize("size", [3, 5, 9])
@pytest.mark.parametrize("shape", [(40, 60), (60, 400)], ids=str)
def test_nan_and_infinities_stay_in_their_windows(size, shape):
    """A mean is NaN only where its window holds a NaN or both infinities."""
    image = noise(shape, "float32")
    clean = mean(image, size)
    for value in (np.nan, np.inf, -np.inf):
        image[20, 30] = value
        result = mean(image, size)
        r = size // 2
        box = np.s_[20 - r : 21 + r, 30 - r : 31 + r]
        np.testing.assert_array_equal(result[box], np.full((size, size), value, np.float32))
        result[box] = clean[box]
        np.testing.assert_allclose(result, clean, rtol=0, atol=1e-4)


@pytest.mark.parametrize("shape", [(20, 30), (20, 300)], ids=str)
def test_sums_beyond_the_limit(shape):
    """The mean of values near the largest float is near it, although their sum is infinite."""
    for dtype in (np.float32, np.float64):
        image = np.full(shape, np.finfo(dtype).max / 2, dtype)
        for size in (3, 5, 9):
            np.testing.assert_allclose(mean(image, size), image, rtol=1e-6)


@pytest.mark.jit
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("size", [3, 9])
def test_threads_do_not_change_a_bit(size, dtype):
    """Bands for several threads give exactly the means of one."""
    for shape, axes in (((700, 800), None), ((900, 28, 28), (1, 2)), ((90, 80, 70), None)):
        image = noise(shape, dtype)
        with kernels.threads(1):
            one = mean(image, size, axes=axes)
        with kernels.threads(3):
            np.testing.assert_array_equal(mean(image, size, axes=axes), one)


@pytest.mark.parametrize("size", [3, 7])
def test_float64_is_as_good_as_exact_sums(size):
    """float64 lies within 1e-12 of the largest magnitude from sums without any rounding."""
    image = noise((30, 40), "float64") * 10.0 ** np.arange(40)
    result = mean(image, size, mode="mirror")
    padded = np.pad(image, size // 2, mode="reflect")
    boxes = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    exact = [[math.fsum(box.ravel()) / size**2 for box in row] for row in boxes]
    assert np.abs(result - exact).max() <= 1e-12 * np.abs(image).max()


@pytest.mark.parametrize("dtype", EACH_INTEGER)
@pytest.mark.parametrize("output", ["float32", pytest.param("float64", marks=pytest.mark.full)])
def test_float_outputs_are_not_rounded(output, dtype):
    """Integers averaged into floats keep their fractions."""
    for shape in ((30, 40), (20, 300)):
        image = noise(shape, dtype)
        for size in (3, 5, 8):
            result = mean(image, size, output=output)
            values = ndimage.uniform_filter(image.astype(np.float64), size)
            np.testing.assert_allclose(result, values, rtol=1e-6, atol=1e-9)


def test_border_values_that_pixels_cannot_hold():
    """A `cval` beyond the dtype counts as it is, and means saturate."""
    image = np.full((20, 30), 250, np.uint8)
    for cval in (300.0, -40.5, 0.25):
        values = ndimage.uniform_filter(image.astype(float), 5, mode="constant", cval=cval)
        result = mean(image, 5, mode="constant", cval=cval)
        np.testing.assert_array_equal(result, np.clip(np.rint(values), 0, 255))
