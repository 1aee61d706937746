"""Laws that hold for every kernel of the registry."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kernel_calls import (
    AVERAGING,
    DERIVATIVES,
    DIFFERENCES,
    DTYPES,
    RANK,
    RARE,
    REACH,
    SIGMA,
    WEIGHTED,
    WINDOWLESS,
    call,
    in_whole_runs,
    pixels,
    with_rare,
)

from imgpipe.kernels import FILTERS

every_kernel = pytest.mark.parametrize("name", FILTERS)


def constant_of(name: str, value: float, ndim: int = 2) -> float:
    """What a kernel makes of a constant image."""
    if name in (*WEIGHTED, *DERIVATIVES):
        return float(call(name, np.ones((1,) * ndim)).item()) * value
    return 0.0 if name in DIFFERENCES else value


@every_kernel
@pytest.mark.parametrize("dtype", in_whole_runs(DTYPES, (*RARE, "u2", "i2")))
def test_constant_image(name: str, dtype: str) -> None:
    """A constant image stays constant."""
    image = np.ones((7, 9), dtype)
    result = call(name, image, output=np.float64)
    assert np.allclose(result, constant_of(name, 1.0), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", [n for n in FILTERS if n not in DERIVATIVES])
@pytest.mark.parametrize("dtype", with_rare(["bool", "u1", "i8", "f4", "f8"]))
def test_identity_window(name: str, dtype: str) -> None:
    """A window of one cell returns the image, and its difference is nothing."""
    image = pixels(dtype, (6, 7))
    options: dict[str, Any] = {"size": 1}
    if name in SIGMA:
        options = {"sigma": 0}
    elif name in WEIGHTED:
        options = {"weights": np.ones((1, 1))}
    result = call(name, image, **options)
    if name in AVERAGING and dtype == "i8":
        # averages of long integers pass through float64
        assert np.allclose(result, image.astype(float), rtol=1e-15)
    else:
        assert np.array_equal(result, image if name not in DIFFERENCES else np.zeros_like(image))


@pytest.mark.parametrize(
    ("one", "other"), [("erosion", "dilation"), ("opening", "closing"), ("median", "median")]
)
@pytest.mark.parametrize("dtype", with_rare(["i1", "u2", "i8", "f4"]))
def test_duality(one: str, other: str, dtype: str) -> None:
    """Reversing the order of the pixels swaps the two kernels of a pair."""
    image = pixels(dtype, (11, 12), 7)

    def reverse(x: np.ndarray) -> np.ndarray:
        return -x if x.dtype.kind == "f" else ~x

    assert np.array_equal(reverse(call(one, reverse(image))), call(other, image))


@pytest.mark.parametrize("name", RANK)
def test_rank_kernels_commute_with_monotone_maps(name: str) -> None:
    """A map that keeps the order of the pixels may come before or after."""
    image = pixels("u1", (20, 21), 1)
    table = np.sort(np.random.default_rng(0).normal(0, 1e6, 256))
    assert np.array_equal(table[call(name, image)], call(name, table[image]))


@every_kernel
@pytest.mark.parametrize("dtype", ["u1", "f4", "f8"])
def test_shift_equivariance(name: str, dtype: str) -> None:
    """Rolling a periodic image rolls the result."""
    image = pixels(dtype, (40, 21), 2)
    moved = call(name, np.roll(image, (33, 5), (0, 1)), mode="wrap", output=np.float64)
    expected = np.roll(call(name, image, mode="wrap", output=np.float64), (33, 5), (0, 1))
    assert np.allclose(moved, expected, rtol=0, atol=1e-4 if dtype == "f4" else 1e-10)


@every_kernel
def test_input_is_never_changed(name: str) -> None:
    """The image keeps its pixels, whatever happens to the result."""
    for dtype in ("u1", "i4", "f8"):
        image = pixels(dtype, (9, 10), 3)
        copy = image.copy()
        result = call(name, image)
        result[...] = 0
        assert np.array_equal(image, copy)


@every_kernel
@pytest.mark.parametrize("dtype", with_rare(["u1", "i8", "f4"]))
def test_output_is_filled_and_returned(name: str, dtype: str) -> None:
    """An output array, overlapping the image or not, is filled and returned."""
    image = pixels(dtype, (9, 10), 3, extremes=False)
    expected = call(name, image)
    image = image.astype(expected.dtype)
    plain, strided = np.zeros_like(image), np.zeros((9, 20), image.dtype)[:, ::2]
    swapped = np.zeros((9, 10), image.dtype.newbyteorder())
    fortran = np.zeros((9, 10), image.dtype, order="F")
    for output in (plain, strided, swapped, fortran):
        assert call(name, image, output=output) is output
        assert np.array_equal(output, expected)
    itself = image.copy()
    assert call(name, itself, output=itself) is itself
    assert np.array_equal(itself, expected)
    memory = np.zeros(100, image.dtype)
    memory[:90] = image.ravel()
    shifted = memory[10:].reshape(9, 10)
    call(name, memory[:90].reshape(9, 10), output=shifted)
    assert np.array_equal(shifted, expected)


def awkward(image: np.ndarray, folder: Path) -> dict[str, np.ndarray]:
    """The same pixels in every layout that callers come with."""
    wide = np.zeros((image.shape[0] * 2, image.shape[1] * 3), image.dtype)
    wide[::2, ::3] = image
    frozen = image.copy()
    frozen.setflags(write=False)
    mapped = np.memmap(folder / "pixels", image.dtype, "w+", shape=image.shape)
    mapped[...] = image
    odd = np.zeros(image.nbytes + 1, np.uint8)[1:].view(image.dtype).reshape(image.shape)
    odd[...] = image
    return {
        "strided": wide[::2, ::3],
        "fortran": np.asfortranarray(image),
        "negative strides": image[::-1, ::-1].copy()[::-1, ::-1],
        "read-only": frozen,
        "big-endian": image.astype(image.dtype.newbyteorder(">")),
        "memmap": mapped,
        "read-only memmap": np.memmap(folder / "pixels", image.dtype, "r", shape=image.shape),
        "unaligned": odd,
        "list": image.tolist(),
        "masked without a mask": np.ma.array(image),
        "broadcast": np.broadcast_to(image, image.shape),
    }


@every_kernel
def test_awkward_arrays(name: str, tmp_path: Path) -> None:
    """Every layout gives the same native, C-ordered result."""
    image = pixels("f8", (8, 9), 6)
    expected = call(name, image)
    for layout, array in awkward(image, tmp_path).items():
        result = call(name, array)
        assert np.array_equal(result, expected), layout
        assert type(result) is np.ndarray, layout
        assert result.flags.c_contiguous, layout
        assert result.dtype.isnative, layout


@every_kernel
@pytest.mark.parametrize("shape", [(0,), (0, 5), (5, 0), (2, 0, 3), (0, 0, 0, 0)])
def test_empty_image(name: str, shape: tuple) -> None:
    """An image without pixels gives a result without pixels, of the right dtype."""
    result = call(name, np.zeros(shape, np.int16))
    assert result.shape == shape
    assert result.dtype == (np.float32 if name in DERIVATIVES else np.int16)


@every_kernel
@pytest.mark.parametrize("mode", ["reflect", "nearest", "mirror", "wrap"])
def test_one_pixel(name: str, mode: str) -> None:
    """One pixel is a constant image, however far the window reaches."""
    options: dict[str, Any] = {"mode": mode}
    if name not in (*AVERAGING, *DERIVATIVES):
        options["size"] = 9
    for ndim in (1, 2, 3, 4):
        result = call(name, np.full((1,) * ndim, 5.0), **options)
        assert np.allclose(result, constant_of(name, 5.0, ndim))


@every_kernel
@pytest.mark.parametrize("shape", [(5, 9, 11), (3, 2, 6, 7), (4, 20, 3), (30, 2, 3)])
@pytest.mark.parametrize("dtype", in_whole_runs(["u1", "u2"], ["u2"]))
def test_a_stack_is_filtered_image_by_image(name: str, shape: tuple, dtype: str) -> None:
    """One call with `axes` equals a call for each image, for stacks and for colour images."""
    stack = pixels(dtype, shape, 8)
    axes = tuple(range(1, len(shape)))
    together = call(name, stack, axes=axes)
    assert np.array_equal(together, np.stack([call(name, image) for image in stack]))
    colour = np.moveaxis(stack, 0, -1)
    channels = call(name, colour, axes=tuple(range(len(shape) - 1)))
    assert np.array_equal(channels, np.moveaxis(together, 0, -1))


@pytest.mark.jit
@every_kernel
@pytest.mark.parametrize("dtype", ["u1", "f4"])
@pytest.mark.parametrize("shape", [(2, 150, 300), (3, 300, 40)])
def test_a_stack_of_large_images(name: str, dtype: str, shape: tuple) -> None:
    """So are images that are cut into strips or blocks each."""
    stack = pixels(dtype, shape, 8)
    for k in (3, 5):
        options: dict[str, Any] = {"axes": (1, 2)}
        if name in WEIGHTED:
            options["weights"] = np.random.default_rng(k).normal(size=(k, k))
        elif name not in WINDOWLESS:
            options["size"] = k
        together = call(name, stack, **options)
        alone = [call(name, image, **options | {"axes": (0, 1)}) for image in stack]
        assert np.allclose(together, alone, rtol=0, atol=1e-4 if dtype == "f4" else 0)


@every_kernel
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_nan_reaches_exactly_its_windows(name: str, dtype: str) -> None:
    """An output is NaN if and only if its window holds a NaN; the others do not change."""
    image = pixels(dtype, (30, 31), 9)
    hole = np.zeros(image.shape, bool)
    hole[4, 5] = hole[29, 0] = hole[16, 30] = True
    clean = call(name, image, mode="mirror")
    result = call(name, np.where(hole, np.nan, image).astype(dtype), mode="mirror")
    marker = np.where(hole, np.nan, 0.0)
    reach = REACH.get(name, 3)
    padded = np.pad(marker, reach // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (reach, reach))
    expected = np.isnan(windows).any(axis=(2, 3))
    if name in (*WEIGHTED, *DERIVATIVES):
        assert set(np.flatnonzero(np.isnan(result))) <= set(np.flatnonzero(expected))
        assert name == "sobel" or np.isnan(result[hole]).all()
    else:
        assert np.array_equal(np.isnan(result), expected)
    same = ~np.isnan(result)
    assert np.allclose(result[same], clean[same], rtol=0, atol=1e-3 if dtype == "f4" else 1e-10)


@every_kernel
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_nan_outside_the_image(name: str, dtype: str) -> None:
    """A NaN as `cval` reaches the border's windows only."""
    image = pixels(dtype, (12, 13), 1)
    result = call(name, image, mode="constant", cval=np.nan)
    assert np.isnan(result[0]).all()
    assert np.isnan(result[:, -1]).all()
    assert np.allclose(result[4:-4, 4:-4], call(name, image)[4:-4, 4:-4], rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", AVERAGING)
def test_infinities_in_sums(name: str) -> None:
    """One infinity in a window wins, both give NaN, and windows without them do not change."""
    image = pixels("f8", (20, 20), 4)
    clean = call(name, image)
    image[5, 5], image[5, 7], image[15, 15] = np.inf, -np.inf, np.inf
    result = call(name, image)
    assert np.isnan(result[5, 6])
    assert np.isinf(result[15, 15])
    assert np.isinf(result[5, 4])
    far = np.ones(image.shape, bool)
    far[3:8, 3:10] = far[13:18, 13:18] = False
    assert np.allclose(result[far], clean[far], rtol=0, atol=1e-10)
    assert not np.isnan(result[13:18, 13:18]).any()


@pytest.mark.parametrize("name", [*RANK, *DIFFERENCES])
def test_infinities_in_rank_kernels(name: str) -> None:
    """Infinities are ordinary pixels; equal ones differ by nothing."""
    image = np.full((9, 9), np.inf)
    expected = 0.0 if name in DIFFERENCES else np.inf
    assert (call(name, image) == expected).all()


@pytest.mark.parametrize("name", ["mean", "gaussian"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_values_at_the_limit_do_not_overflow(name: str, dtype: str) -> None:
    """The average of the largest floats is the largest float, though their sum overflows."""
    image = np.full((12, 12), np.finfo(dtype).max / 1.01, dtype)
    image[3, 3] = 0
    result = call(name, image)
    assert np.isfinite(result).all()
    assert np.allclose(result[8:, 8:] / image[11, 11], 1.0)


@pytest.mark.parametrize(
    "outputs", [("f4", "u1"), pytest.param(("f8", "i1", "i4", "u8"), marks=pytest.mark.full)]
)
@pytest.mark.parametrize("name", AVERAGING)
@pytest.mark.parametrize("dtype", in_whole_runs(["u1", "i2", "f4", "f8"], ["i2", "f8"]))
def test_output_dtypes_of_averages(name: str, dtype: str, outputs: tuple[str, ...]) -> None:
    """Floats give the unrounded value, integers that value rounded to even and saturated."""
    image = pixels(dtype, (10, 11), 2)
    exact = call(name, image.astype(float))
    for output in outputs:
        result = call(name, image, output=output)
        assert result.dtype == output
        if result.dtype.kind == "f":
            tolerance = 1e-12 if output == "f8" else 1e-6
            assert np.allclose(result, exact, rtol=0, atol=tolerance * np.abs(exact).max())
        else:
            info = np.iinfo(output)
            off = np.abs(result.astype(float) - np.clip(exact, info.min, info.max))
            assert off.max() <= 0.5 + 1e-4


@pytest.mark.parametrize("name", [*RANK, *DIFFERENCES])
def test_output_dtypes_of_rank_kernels(name: str) -> None:
    """Another dtype holds the same value, rounded and saturated where it must be."""
    image = pixels("f8", (10, 11), 2) * 3.3
    exact = call(name, image)
    assert np.array_equal(call(name, image, output="f4"), exact.astype("f4"))
    assert np.array_equal(call(name, image, output=np.uint8), np.clip(np.rint(exact), 0, 255))
    assert np.array_equal(call(name, image, output=bool), exact != 0)
