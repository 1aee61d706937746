"""Arrays at the edge of what is an image: refused by name, or filtered and measured as defined."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_cases import Case, Given, tried
from scipy import ndimage

from imgpipe.features import extract
from imgpipe.kernels import dilation, erosion, mean, median

RAMP = np.arange(30.0).reshape(5, 6)
INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]


def windows(image: np.ndarray) -> np.ndarray:
    """The nine values round each pixel, the edge mirrored; SciPy's int64 goes through floats."""
    padded = np.pad(image, 1, mode="symmetric")
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).reshape(*image.shape, 9)


ORACLES: dict[Callable[..., Any], Callable[[np.ndarray], np.ndarray]] = {
    median: lambda image: np.sort(windows(image), axis=-1)[..., 4],
    erosion: lambda image: windows(image).min(axis=-1),
    dilation: lambda image: windows(image).max(axis=-1),
}


def kernel(image: Any, size: Any = 3, by: Callable[..., Any] = median) -> Given:
    """An array through a kernel."""
    return lambda folder: by(image, size=size)


def features(image: Any, mask: Any = None, **how: Any) -> Given:
    """Mean and variance of an array."""

    def measured(folder: Path) -> list[float]:
        found = extract(image, mask, **{"families": "intensity", **how})
        return [found["intensity_mean"], found["intensity_variance"]]

    return measured


def texture(image: Any, **how: Any) -> Given:
    """The number of gray levels is what the matrix has to hold."""
    return lambda folder: extract(image, families="glcm", **how)


def with_one(value: float) -> np.ndarray:
    """The ramp with one other value."""
    return np.where(RAMP == 8, value, RAMP)


MASKED = np.ma.masked_greater(RAMP, 10)
NOBODY = np.zeros((5, 6), bool)
TURNED = np.ones((6, 5), bool)
HALF = RAMP.astype(np.float16)
LARGE = np.iinfo(np.int64).max

CASES = [
    Case("0-d", kernel(np.float64(3)), r"1 to 4 axes, got shape \(\)"),
    Case("0-d", features(np.float64(3)), r"the image has shape \(\)"),
    Case("zero-size", kernel(np.zeros((0, 4))), gives=np.zeros((0, 4))),
    Case("zero-size", features(np.zeros((0, 4))), r"no pixels \(shape \(0, 4\)\)"),
    Case("1x1", kernel(np.ones((1, 1))), gives=[[1]]),
    Case("1x1", features(np.full((1, 1), 7)), gives=[7, 0]),
    Case("window larger than the image", kernel(RAMP[:1, :1], 99), gives=[[0]]),
    Case("window larger than the image", kernel(RAMP, 99, erosion), gives=np.zeros((5, 6))),
    Case("even window", kernel(RAMP, 2), gives=ndimage.median_filter(RAMP, 2)),
    Case("zero, negative, non-integer window", kernel(RAMP, 0), r"at least 1 on each axis, got 0"),
    Case("zero, negative, non-integer window", kernel(RAMP, -3), r"at least 1.* got -3"),
    Case("zero, negative, non-integer window", kernel(RAMP, 2.5), r"an integer, got 2\.5"),
    Case("zero, negative, non-integer window", kernel(RAMP, "3"), r"an integer, got '3'"),
    Case("zero, negative, non-integer window", kernel(RAMP, (3, 3, 3)), r"one per filtered axis"),
    Case("NaN and infinities", features(with_one(np.nan)), r"1 NaN or infinite pixels"),
    Case("NaN and infinities", features(with_one(np.inf)), r"1 NaN or infinite pixels"),
    Case("NaN and infinities", features(with_one(np.nan), RAMP < 8), gives=[3.5, 5.25]),
    Case("NaN and infinities", kernel(with_one(-np.inf), 1), gives=with_one(-np.inf)),
    Case("constant image", kernel(np.full((4, 4), 7.0), 3, mean), gives=np.full((4, 4), 7)),
    Case("constant image", features(np.full((4, 4), 7)), gives=[7, 0]),
    Case("all-false mask", features(RAMP, NOBODY), r"the mask of the image is empty"),
    Case("one-voxel mask", features(RAMP, RAMP == 7), gives=[7, 0]),
    Case("mask of another shape", features(RAMP, TURNED), r"shape \(6, 5\), but .*\(5, 6\)"),
    Case("mask of another shape", features(RAMP, with_one(np.nan)), r"mask.*NaN or infinite"),
    Case("complex", kernel(RAMP + 1j), r"np\.abs\(image\)", error=TypeError),
    Case("complex", features(RAMP + 1j), r"dtype complex128"),
    Case("object", kernel(RAMP.astype(object)), r"np\.asarray\(image", error=TypeError),
    Case("object", features(RAMP.astype(object)), r"dtype object"),
    Case("float16", kernel(HALF), r"image\.astype\(np\.float32\)", error=TypeError),
    Case("float16", features(HALF), gives=[14.5, RAMP.var()]),
    Case("bool", features(RAMP > 14), gives=[0.5, 0.25]),
    Case("masked arrays", kernel(MASKED), r"pass image\.filled"),
    Case("masked arrays", features(MASKED), r"masked array; pass its data"),
    Case("values at the dtype's limits", features(np.full((2, 2), LARGE)), gives=[float(LARGE), 0]),
    Case("more gray levels than the matrix holds", texture(RAMP, bins=10**9), r"2 and 4096"),
    Case("more gray levels than the matrix holds", texture(RAMP, bins=None, bin_width=1e-9),
         r"2900000000\d gray levels, more than a matrix can hold \(4096\)"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_array_is_refused_or_treated_right(case: Case, tmp_path: Path) -> None:
    """It is refused in one line that says what was found, or has the defined answer."""
    tried(case, tmp_path)


# those that seldom anyone filters, of which each has loops of its own, in whole runs
RARE = ("int8", "int32", "int64", "uint32", "uint64")


@pytest.mark.parametrize(
    "dtype",
    [
        pytest.param(dtype, marks=pytest.mark.full if dtype in RARE else ())
        for dtype in ("bool", *INTEGERS, "float32", "float64")
    ],
)
def test_each_dtype_at_its_limits(dtype: str) -> None:
    """Medians, erosions and dilations of the least and largest values are exact."""
    kind = np.dtype(dtype)
    info = None if kind.kind == "b" else np.iinfo(kind) if kind.kind in "iu" else np.finfo(kind)
    values = [False, True] if info is None else [info.min, info.max, 1]
    image = np.resize(np.array(values, kind), (6, 7))
    image[2] = image[2][::-1].copy()
    for by, oracle in ORACLES.items():
        found = by(image, size=3)
        assert found.dtype == kind
        np.testing.assert_array_equal(found, oracle(image))


def on_disk(folder: Path) -> np.ndarray:
    """The ramp as a file that is mapped into memory."""
    np.save(folder / "x.npy", RAMP)
    return np.load(folder / "x.npy", mmap_mode="r")


def locked(folder: Path) -> np.ndarray:
    """The ramp where nobody may write."""
    array = RAMP.copy()
    array.flags.writeable = False
    return array


LAYOUTS: dict[str, Callable[[Path], np.ndarray]] = {
    "big-endian": lambda folder: RAMP.astype(">f8"),
    "read-only": locked,
    "Fortran order": lambda folder: np.asfortranarray(RAMP),
    "negative strides": lambda folder: RAMP[::-1, ::-1].copy()[::-1, ::-1],
    "every other": lambda folder: np.repeat(RAMP, 2, axis=1)[:, ::2],
    "memmap": on_disk,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_how_an_array_lies_in_memory_changes_nothing(layout: str, tmp_path: Path) -> None:
    """Kernels and features of the same values are the same bits, and the array is left alone."""
    image = LAYOUTS[layout](tmp_path)
    before = np.array(image)
    for by in (mean, *ORACLES):
        np.testing.assert_array_equal(by(image, size=3), by(RAMP, size=3))
    assert extract(image, families="intensity") == extract(RAMP, families="intensity")
    np.testing.assert_array_equal(image, before)
