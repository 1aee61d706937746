"""Medians of large windows: each way of finding them against SciPy and against the others."""

import numpy as np
import pytest
from kernel_calls import RARE, in_whole_runs, with_rare
from scipy import ndimage

from imgpipe.kernels import median, threads
from imgpipe.kernels.ranks.bit_select import beyond_words, places_of
from imgpipe.kernels.ranks.column_histograms import column_median, counts_columns
from imgpipe.kernels.ranks.plan import large_median
from imgpipe.kernels.ranks.sliding_histogram import sliding_histogram_median
from imgpipe.kernels.ranks.tiles import tiled_median
from imgpipe.kernels.ranks.tilings import tiling, tiling_of
from imgpipe.kernels.windows.window import window_of

DTYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")
# shape, size, axes: tall and wide windows, one line, stacks, planes, windows beyond the image
CASES = (
    ((40, 37), 9, None),
    ((130, 7), (17, 3), None),
    ((5, 200), (4, 31), None),
    ((33,), 8, None),
    ((9, 10, 11), (3, 4, 5), None),
    ((3, 20, 21), (1, 9, 8), None),
    ((2, 5, 6, 7), (1, 3, 3, 4), None),
    ((2, 3, 6, 7), (2, 2, 3, 4), None),
    ((20, 21, 3), (5, 6), (0, 1)),
    ((8, 9), (25, 30), None),
    ((1, 1), 17, None),
)


def noise(shape, dtype, seed=0, levels=200):
    """Values of both signs where the dtype has them, with many or few distinct ones."""
    low = 0 if np.dtype(dtype).kind == "u" else -100
    values = np.random.default_rng(seed).integers(0, levels, shape) * (200 // levels) + low
    return (values / 3 if np.dtype(dtype).kind == "f" else values).astype(dtype)


def ways(image, window):
    """Every function that can filter this image by this window."""
    found = [large_median, sliding_histogram_median]
    if tiling_of(image, window) is not None:
        found.append(tiled_median)
    if counts_columns(window, image.dtype):
        found.append(column_median)
    return found


@pytest.mark.full
@pytest.mark.jit
@pytest.mark.parametrize("dtype", in_whole_runs(DTYPES, (*RARE, "i2")))
@pytest.mark.parametrize(("shape", "size", "axes"), CASES)
def test_every_way_agrees_with_scipy(dtype, shape, size, axes):
    for number, mode in enumerate(("reflect", "nearest", "mirror", "wrap", "constant")):
        image = noise(shape, dtype, number, 200 if number % 2 else 4)
        sizes = size if isinstance(size, tuple) else (size,)
        origin = 1 if min(sizes) > 2 and number > 2 else 0
        window = window_of(image.ndim, size, origin, mode, axes)
        expected = ndimage.median_filter(image, size, mode=mode, cval=3, origin=origin, axes=axes)
        for way in ways(image, window):
            out = np.empty_like(image)
            way(image, window, image.dtype.type(3), out)
            np.testing.assert_array_equal(out, expected, f"{way.__name__} {mode}")


# small enough for a run without compiled code
@pytest.mark.parametrize("dtype", with_rare(["u1", "i1", "u2", "f4", "f8"]))
@pytest.mark.parametrize(("shape", "size"), [((5, 6), 4), ((3, 4, 5), 3)])
def test_small_images(dtype, shape, size):
    image = noise(shape, dtype, 1)
    window = window_of(len(shape), size, 0, "reflect", None)
    for way in ways(image, window):
        out = np.empty_like(image)
        way(image, window, image.dtype.type(0), out)
        np.testing.assert_array_equal(out, ndimage.median_filter(image, size), way.__name__)


@pytest.mark.jit
@pytest.mark.parametrize("dtype", with_rare(["u2", "i4", "u8", "i8", "f4", "f8"]))
def test_extreme_values_keep_their_order(dtype):
    kind = np.dtype(dtype)
    rng = np.random.default_rng(5)
    if kind.kind == "f":
        info = np.finfo(kind)
        pool = [-np.inf, info.min, -1.5, -info.tiny, 0.0, info.tiny, 1e-3, info.max, np.inf]
    else:
        info = np.iinfo(kind)
        pool = [info.min, info.min + 1, info.max // 2, info.max - 1, info.max]
    image = rng.choice(np.array(pool, kind), (40, 41))
    window = window_of(2, 7, 0, "nearest", None)
    # SciPy takes 64-bit integers through float64
    around = np.lib.stride_tricks.sliding_window_view(np.pad(image, 3, "edge"), (7, 7))
    expected = np.sort(around.reshape(40, 41, 49), axis=-1)[..., 24]
    for way in ways(image, window):
        out = np.empty_like(image)
        way(image, window, image.dtype.type(0), out)
        np.testing.assert_array_equal(out, expected, way.__name__)


@pytest.mark.jit
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
@pytest.mark.parametrize("kind", ["noise", "edges"])
def test_large_images_of_several_tiles(dtype, kind):
    if kind == "noise":
        image = noise((300, 1400), dtype, 3)
    else:
        y, x = np.indices((300, 1400))
        image = ((np.sin(y / 31) + np.sin(x / 43) + (x % 97 > 50)) * 60 + 127).astype(dtype)
    expected = ndimage.median_filter(image[:, 1000:], 17, mode="nearest")
    result = median(image, 17, mode="nearest")
    np.testing.assert_array_equal(result[:, 1008:], expected[:, 8:])
    with threads(2):
        np.testing.assert_array_equal(median(image, 17, mode="nearest"), result)
    window = window_of(2, 17, 0, "nearest", None)
    for way in ways(image, window):
        out = np.empty_like(image)
        way(image, window, image.dtype.type(0), out)
        np.testing.assert_array_equal(out, result, way.__name__)


def test_window_limits():
    assert counts_columns(window_of(2, (255, 257), 0, "reflect", None), np.dtype("u1"))
    assert not counts_columns(window_of(2, (256, 3), 0, "reflect", None), np.dtype("u1"))
    assert not counts_columns(window_of(2, (255, 258), 0, "reflect", None), np.dtype("u1"))
    assert not counts_columns(window_of(2, 9, 0, "reflect", None), np.dtype("u2"))
    assert tiling((1, 2, 129), (1, 9, 9)) is None
    assert tiling((1, 200, 200), (1, 500, 500)) is None
    tile = tiling((7, 7, 7), (128, 128, 128))
    region = [t + 6 for t in tile.shape]
    assert np.prod(region) <= 4096 * tile.words
    assert region[2] <= 128
    assert region[0] * region[1] <= 512


@pytest.mark.jit
def test_full_columns_and_windows_do_not_overflow():
    image = np.where(np.indices((256, 300)).sum(0) % 3, 255, 0).astype(np.uint8)
    window = window_of(2, (255, 257), 0, "wrap", None)
    out = np.empty_like(image)
    column_median(image, window, np.uint8(0), out)
    assert (out == 255).all()
    window = window_of(2, (255, 257), 0, "nearest", None)
    same = np.full((3, 4), 7, np.uint8)
    out = np.empty_like(same)
    column_median(same, window, np.uint8(0), out)
    assert (out == 7).all()


def test_places_of_the_nth_bit():
    rng = np.random.default_rng(0)
    for density in (1, 8, 32, 63, 64):
        bits = np.zeros((30, 128), bool)
        for row in bits:
            for half in (row[:64], row[64:]):
                half[rng.choice(64, density, replace=False)] = True
        words = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
        ranks = rng.integers(0, 2 * density, 30)
        expected = [np.flatnonzero(row)[rank] for row, rank in zip(bits, ranks, strict=True)]
        first, second = words[:, 0].copy(), words[:, 1].copy()
        left, found = ranks.astype(np.uint64), np.zeros(30, np.uint64)
        beyond_words(first, second, left, found, 30)
        places_of(first, left, found, 30)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.jit
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4"])
def test_long_lines_and_footprints_agree_with_scipy(dtype):
    line = noise((3000,), dtype, 2)
    np.testing.assert_array_equal(median(line, 1501), ndimage.median_filter(line, 1501))
    image = noise((30, 40), dtype, 4)
    y, x = np.indices((19, 21))
    disc = np.hypot(y - 9, x - 10) <= 9
    np.testing.assert_array_equal(
        median(image, footprint=disc), ndimage.median_filter(image, footprint=disc)
    )
