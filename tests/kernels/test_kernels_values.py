"""Kernels against an oracle in plain Python, and against SciPy, over a grid of everything."""

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_calls import AVERAGING, DERIVATIVES, DTYPES, MODES, RARE, SIGMA, pixels, with_rare

from imgpipe import kernels
from imgpipe.kernels import FILTERS

# --- the oracle: one pixel, one window, one border step at a time --------------------------------


def source_index(i: int, n: int, mode: str) -> int | None:
    """Walk a position back into 0..n-1; None stands for cval."""
    while not 0 <= i < n:
        if mode == "constant":
            return None
        if mode == "nearest":
            i = 0 if i < 0 else n - 1
        elif mode == "wrap":
            i += n if i < 0 else -n
        elif mode == "reflect":
            i = -i - 1 if i < 0 else 2 * n - 1 - i
        elif mode == "mirror":
            i = 0 if n == 1 else (-i if i < 0 else 2 * n - 2 - i)
    return i


def naive(image: np.ndarray, cells: list, before: list, modes: list, cval: Any, reduce: Any):
    """Apply `reduce` to the values below `cells`; returns a nested object array of results."""
    out = np.empty(image.shape, object)
    for centre in itertools.product(*map(range, image.shape)):
        values = []
        for cell in cells:
            index = tuple(
                source_index(i + c - b, n, m)
                for i, c, b, n, m in zip(centre, cell, before, image.shape, modes, strict=True)
            )
            values.append(cval if None in index else image[index].item())
        out[centre] = reduce(values)
    return out


def upper_median(values: list) -> Any:
    return sorted(values)[len(values) // 2]


REDUCE = {"erosion": min, "dilation": max, "median": upper_median}


# --- the grid ------------------------------------------------------------------------------------


COMMON = tuple(dtype for dtype in DTYPES if dtype not in RARE)
every_dtype = pytest.mark.parametrize(
    "dtypes",
    [
        pytest.param(COMMON, id="common dtypes"),
        pytest.param(DTYPES, id="all dtypes", marks=pytest.mark.full),
    ],
)


@st.composite
def cases(draw: Any, dtypes: Sequence[str]) -> dict[str, Any]:
    """Draw an image, a window on some of its axes, and a border for each."""
    dtype = draw(st.sampled_from(dtypes))
    shape = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    while np.prod(shape) > 150:
        shape[int(np.argmax(shape))] -= 1
    image = pixels(dtype, shape, draw(st.integers(0, 2**32 - 1)))
    axes = draw(st.permutations(range(len(shape))))
    axes = tuple(sorted(axes[: draw(st.integers(1, len(shape)))]))
    sizes = [draw(st.integers(1, 5 if len(axes) < 3 else 3)) for _ in axes]
    origins = [draw(st.integers(-(k // 2), (k - 1) // 2)) for k in sizes]
    modes = [draw(st.sampled_from(MODES)) for _ in axes]
    footprint = None
    if draw(st.booleans()):
        footprint = np.random.default_rng(draw(st.integers(0, 99))).random(sizes) < 0.6
        footprint[tuple(np.array(sizes) // 2)] = True
    cval = pixels(dtype, 1, draw(st.integers(0, 99)))[0].item()
    keywords = {"mode": modes, "cval": cval, "origin": origins, "axes": axes}
    return {"image": image, "sizes": sizes, "footprint": footprint, "keywords": keywords}


def spread(case: dict[str, Any], turned: bool = False) -> tuple[list, list, list]:
    """Cells, reach before the pixel and mode over all axes, as the oracle takes them."""
    ndim, k = case["image"].ndim, case["keywords"]
    sizes, before, modes = [1] * ndim, [0] * ndim, ["reflect"] * ndim
    for axis, size, origin, mode in zip(
        k["axes"], case["sizes"], k["origin"], k["mode"], strict=True
    ):
        sizes[axis], before[axis], modes[axis] = size, size // 2 + origin, mode
    filled = np.ones(sizes, bool)
    if case["footprint"] is not None:
        filled = case["footprint"].reshape(sizes)
    if turned:
        filled = np.flip(filled)
        before = [s - 1 - b for s, b in zip(sizes, before, strict=True)]
    return np.argwhere(filled).tolist(), before, modes


@every_dtype
@pytest.mark.parametrize("name", ["erosion", "dilation", "median"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_rank_kernels_equal_the_oracle(name: str, data: Any, dtypes: Sequence[str]) -> None:
    """Rank kernels pick exactly the right pixel for every dtype, border, window and axis."""
    case = data.draw(cases(dtypes))
    image, keywords = case["image"], case["keywords"]
    result = FILTERS[name](image, case["sizes"], footprint=case["footprint"], **keywords)
    cells, before, modes = spread(case, turned=name == "dilation")
    expected = naive(image, cells, before, modes, keywords["cval"], REDUCE[name])
    assert result.dtype == image.dtype
    assert result.tolist() == expected.tolist()


@every_dtype
@given(data=st.data(), output=st.sampled_from([None, "f4", "f8"]))
@settings(max_examples=60, deadline=None)
def test_mean_equals_the_oracle(data: Any, output: Any, dtypes: Sequence[str]) -> None:
    """The mean of integers is the exact quotient, rounded; that of floats is within rounding."""
    case = data.draw(cases(dtypes))
    image, keywords = case["image"], case["keywords"]
    if image.dtype.kind == "b":
        output = output or "f8"
    keywords = {**keywords, "cval": float(keywords["cval"])}
    case["footprint"] = None
    result = kernels.mean(image, case["sizes"], output=output, **keywords)
    cells, before, modes = spread(case)
    exact = naive(
        image,
        cells,
        before,
        modes,
        keywords["cval"],
        lambda values: sum(map(Fraction, values)) / len(values),
    )
    assert_averages(result, exact, image, keywords["cval"], gain=1)


@every_dtype
@given(data=st.data(), turned=st.booleans(), kind=st.sampled_from(["any", "lines", "sparse"]))
@settings(max_examples=60, deadline=None)
def test_weighted_sums_equal_the_oracle(
    data: Any, turned: bool, kind: str, dtypes: Sequence[str]
) -> None:
    """Convolution and correlation are the exact weighted sum, rounded to the dtype at most once."""
    case = data.draw(cases(dtypes))
    image, keywords = case["image"], case["keywords"]
    rng = np.random.default_rng(image.size)
    if kind == "lines":
        weights = np.ones(1)
        for k in case["sizes"]:
            weights = np.multiply.outer(weights, rng.integers(-3, 4, k) / 4)
        weights = weights[0]
    else:
        weights = rng.integers(-8, 9, case["sizes"]) / 8
        weights[rng.random(weights.shape) < (0.7 if kind == "sparse" else 0.1)] = 0
    output = np.float64 if image.dtype.kind == "b" else None
    function = kernels.convolve if turned else kernels.correlate
    keywords = {**keywords, "cval": float(keywords["cval"])}
    result = function(image, weights, output=output, **keywords)
    case["footprint"] = np.ones(case["sizes"], bool)
    cells, before, modes = spread(case, turned)
    taps = np.flip(weights) if turned else weights
    flat = [Fraction(w) for w in taps.ravel().tolist()]
    exact = naive(
        image,
        cells,
        before,
        modes,
        keywords["cval"],
        lambda values: sum(w * Fraction(v) for w, v in zip(flat, values, strict=True)),
    )
    assert_averages(result, exact, image, keywords["cval"], gain=float(np.abs(weights).sum()))


def assert_averages(
    result: np.ndarray, exact: np.ndarray, image: np.ndarray, cval: float, gain: float
) -> None:
    """Integers: the exact value, rounded; floats: within a few last places of the peak."""
    peak = max(float(np.abs(image.astype(float)).max()), abs(cval)) * max(gain, 1.0)
    if result.dtype.kind == "f":
        single = np.float32 in (result.dtype, image.dtype)
        assert np.allclose(
            result.astype(float),
            exact.astype(float),
            rtol=0,
            atol=peak * (2e-6 if single else 1e-12),
        )
        return
    info = np.iinfo(result.dtype)
    # float32 sums of bytes may lie beside an exact tie, float64 sums of long integers beside any
    slack = Fraction(peak) * Fraction(1e-15 if image.itemsize > 1 else 2e-7)
    for got, want in zip(result.ravel().tolist(), exact.ravel().tolist(), strict=True):
        low = max(info.min, min(info.max, round(want - slack)))
        high = max(info.min, min(info.max, round(want + slack)))
        assert low <= got <= high


# --- SciPy ---------------------------------------------------------------------------------------

SCIPY_RANK = {
    "median": "median_filter",
    "erosion": "grey_erosion",
    "dilation": "grey_dilation",
    "opening": "grey_opening",
    "closing": "grey_closing",
    "gradient": "morphological_gradient",
    "white_tophat": "white_tophat",
    "black_tophat": "black_tophat",
}
SIZES = (1, 2, 3, 5, 6, 9, 15, 31)
SHAPES = ((17, 23), (5, 40), (6, 7, 19), (33,))


@pytest.mark.parametrize("name", SCIPY_RANK)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_rank_and_morphology_equal_scipy(name: str, data: Any) -> None:
    """Rank and morphology kernels equal SciPy's, clipped where SciPy would wrap."""
    dtype = data.draw(st.sampled_from(["u1", "i2", "f4", "f8"]))
    shape = data.draw(st.sampled_from(SHAPES))
    mode = data.draw(st.sampled_from([*MODES, "grid-mirror", "grid-wrap", "grid-constant"]))
    size = data.draw(st.sampled_from(SIZES if len(shape) < 3 else SIZES[:5]))
    image = pixels(dtype, shape, data.draw(st.integers(0, 999)))
    reference = getattr(ndi, SCIPY_RANK[name])
    # in a wider type SciPy's differences do not wrap
    wide = image if image.dtype.kind == "f" else image.astype(np.int32)
    expected = reference(wide, size=(size,) * len(shape), mode=mode, cval=3)
    if image.dtype.kind != "f":
        expected = np.clip(expected, np.iinfo(dtype).min, np.iinfo(dtype).max)
    assert np.array_equal(FILTERS[name](image, size, mode=mode, cval=3), expected)


@pytest.mark.parametrize(
    "dtypes",
    [
        pytest.param(["u1", "f8"], id="common dtypes"),
        pytest.param(["i1", "u2", "i2", "f4"], id="others", marks=pytest.mark.full),
    ],
)
@pytest.mark.parametrize("name", ["mean", "gaussian"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_averages_equal_scipy(name: str, data: Any, dtypes: Sequence[str]) -> None:
    """Mean and Gaussian equal SciPy's in float64, and its rounded value in 8 and 16 bits."""
    dtype = data.draw(st.sampled_from(dtypes))
    shape = data.draw(st.sampled_from(SHAPES))
    options = {
        "mode": data.draw(st.sampled_from(MODES)),
        "cval": data.draw(st.sampled_from([0.0, 2.5, -7.0])),
    }
    parameter = data.draw(st.sampled_from(SIZES if name == "mean" else (0, 0.4, 1, 2.5, 6)))
    if name == "gaussian":
        # few radii, since each has loops of its own: one group of taps, or several in a plane
        options["radius"] = data.draw(st.sampled_from([2, 24] if len(shape) < 3 else [2]))
    image = pixels(dtype, shape, data.draw(st.integers(0, 999)))
    reference = {"mean": ndi.uniform_filter, "gaussian": ndi.gaussian_filter}[name]
    expected = reference(image.astype(float), parameter, **options)
    result = FILTERS[name](image, parameter, **options)
    peak = np.abs(image.astype(float)).max() + 7
    if image.dtype.kind == "f":
        assert np.allclose(result, expected, rtol=0, atol=peak * (1e-12 if dtype == "f8" else 1e-6))
    else:
        info = np.iinfo(dtype)
        within = np.abs(result - np.clip(expected, info.min, info.max))
        # the Gaussian computes both in float32
        single = image.itemsize == 1 or name == "gaussian"
        assert within.max() <= 0.5 + peak * (5e-7 if single else 1e-12)


@pytest.mark.full
@pytest.mark.parametrize("shape", [(40, 50), (12, 14, 30), (3, 40, 41)])
@pytest.mark.parametrize("size", [9, 27])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8"])
def test_large_dense_windows_equal_scipy(shape: tuple, size: int, dtype: str) -> None:
    """Windows large enough for the Fourier transform give what SciPy's sum gives."""
    axes = (0, 1) if len(shape) == 2 else (1, 2)
    weights = np.random.default_rng(1).normal(0, 1, (size, size))
    weights /= np.abs(weights).sum() / 2
    image = pixels(dtype, shape, extremes=False)
    expected = ndi.correlate(image.astype(float), weights, axes=axes, mode="mirror")
    result = kernels.correlate(image, weights, axes=axes, mode="mirror", output=np.float64)
    assert np.allclose(result, expected, rtol=0, atol=2e-12 * np.abs(image.astype(float)).max())
    same = kernels.correlate(image, weights, axes=axes, mode="mirror")
    slack = 1e-6 * np.abs(image.astype(float)).max()
    if image.dtype.kind == "u":
        clipped = np.clip(expected, 0, np.iinfo(dtype).max)
        assert np.abs(same - clipped).max() <= 0.5 + slack
    else:
        assert np.allclose(same, expected, rtol=0, atol=slack)


@pytest.mark.parametrize("dtype", with_rare(["i8", "u8"]))
@pytest.mark.parametrize("name", ["median", "erosion", "dilation", "opening", "closing"])
def test_long_integers_stay_exact(name: str, dtype: str) -> None:
    """Neighbouring integers near 2**63, which float64 cannot tell apart, keep their order."""
    top = np.iinfo(dtype).max
    image = np.array([top, top - 1, top - 2, top - 3, top, top - 5, top - 6], dtype)
    small = (image - (top - 10)).astype("i4")
    result = FILTERS[name](image, 3)
    assert (result - np.array(top - 10, dtype)).tolist() == FILTERS[name](small, 3).tolist()


def test_long_integers_saturate() -> None:
    """An average that float64 rounds up to 2**64 becomes the highest value, not zero."""
    image = np.full((4, 4), 2**64 - 1, np.uint64)
    assert (kernels.mean(image) == image).all()
    assert (kernels.convolve(np.full(4, -(2**63), np.int64), [2.0]) == -(2**63)).all()


@pytest.mark.parametrize("name", ["gradient", "white_tophat", "black_tophat"])
@pytest.mark.parametrize("dtype", with_rare(["i1", "i4", "i8", "u8", "bool"]))
def test_differences_saturate(name: str, dtype: str) -> None:
    """Differences are taken exactly and clipped to the dtype instead of wrapping."""
    image = pixels(dtype, (9, 9), 3)
    wide = FILTERS[name](image.astype(object).astype("f8") if dtype == "bool" else image, 3)
    dilated, eroded = kernels.dilation(image, 3), kernels.erosion(image, 3)
    pairs = {
        "gradient": (dilated, eroded),
        "white_tophat": (image, kernels.opening(image, 3)),
        "black_tophat": (kernels.closing(image, 3), image),
    }
    high, low = (a.astype(object) for a in pairs[name])
    top = 1 if dtype == "bool" else np.iinfo(dtype).max
    assert (wide.astype(object) == np.minimum(high * 1 - low * 1, top)).all()


@pytest.mark.parametrize("size", [(2, 3), (4, 3), (2, 6), (6, 10)])
def test_ties_round_to_even(size: tuple) -> None:
    """An average that lies exactly between two integers goes to the even one."""
    image = np.random.default_rng(0).integers(0, 5, (40, 41), dtype=np.uint8)
    total = ndi.correlate(image.astype("i8"), np.ones(size, int))
    count = size[0] * size[1]
    expected = np.array([round(Fraction(int(t), count)) for t in total.ravel()])
    assert np.isin(total * 2 % (2 * count), count).any()
    assert (kernels.mean(image, size).ravel() == expected).all()
    assert (kernels.mean(image.astype("u2"), size).ravel() == expected).all()


@pytest.mark.parametrize(
    "size",
    # without the compiler the longer ones take minutes
    [17, *(pytest.param(size, marks=pytest.mark.jit) for size in ((1, 1, 300), (7, 7, 7)))],
)
@pytest.mark.parametrize("dtype", with_rare(["i1", "u2", "i4", "f8"]))
def test_large_medians_equal_scipy(size: Any, dtype: str) -> None:
    """The running histogram of large windows gives SciPy's median."""
    shape = (40, 45) if size == 17 else (9, 10, 37)
    image = pixels(dtype, shape, 5)
    if dtype == "i4":
        image //= 2**8  # SciPy sorts as float64
    assert np.array_equal(kernels.median(image, size), ndi.median_filter(image, size))


def test_dilation_of_even_windows_follows_scipy() -> None:
    """An even window is turned about SciPy's centre, with and without an origin."""
    image = pixels("u1", (12, 13))
    for size, origin in (((2, 4), (0, 0)), ((4, 6), (1, -3)), ((3, 4), (-1, 1))):
        expected = ndi.grey_dilation(image, size=size, origin=origin)
        assert np.array_equal(kernels.dilation(image, size, origin=origin), expected)
        weights = np.arange(1.0, 1 + size[0] * size[1]).reshape(size)
        result = kernels.convolve(image, weights, origin=origin, output=float)
        assert np.allclose(result, ndi.convolve(image.astype(float), weights, origin=origin))


def test_gaussian_options_equal_scipy() -> None:
    """Sigma, radius, truncation and mode work per axis as in SciPy."""
    image = pixels("f8", (8, 20, 21))
    for options in (
        {"sigma": (1.5, 0.7), "axes": (1, 2), "mode": ["wrap", "nearest"]},
        {"sigma": (0, 2, 1), "truncate": 2.5},
        {"sigma": 1.1, "radius": (1, 0, 12), "mode": "constant", "cval": 9.0},
    ):
        expected = ndi.gaussian_filter(image, **options)
        assert np.allclose(kernels.gaussian(image, **options), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", FILTERS)
def test_axes_name_the_dimensions_of_the_window(name: str) -> None:
    """Axes in any order, negative ones included, take the window's dimensions in that order."""
    image = pixels("u2", (9, 8, 7), 4)
    rng = np.random.default_rng(2)
    if name in ("convolve", "correlate"):
        first = {"weights": rng.random((3, 2))}
        second = {"weights": first["weights"].T}
    elif name == "sobel":
        first, second = {"axis": 0}, {"axis": 1}
    elif name == "laplace":
        first, second = {}, {}
    elif name in SIGMA:
        first, second = {"sigma": (1.0, 0.5)}, {"sigma": (0.5, 1.0)}
    elif name == "mean":
        first, second = {"size": (3, 2)}, {"size": (2, 3)}
    else:
        shape = rng.random((3, 2)) < 0.8
        first, second = {"footprint": shape}, {"footprint": shape.T}
    expected = FILTERS[name](image, axes=(0, 2), mode=["wrap", "nearest"], **first)
    result = FILTERS[name](image, axes=(-1, 0), mode=["nearest", "wrap"], **second)
    assert np.array_equal(result, expected)
    assert name in (*AVERAGING, *DERIVATIVES) or expected.dtype == image.dtype


@pytest.mark.jit
@pytest.mark.parametrize("mode", ["mirror", "constant"])
@pytest.mark.parametrize("shape", [(4, 9001), (700, 301), (40, 3, 4200)])
@pytest.mark.parametrize("size", [3, 31])
def test_images_of_many_strips_equal_scipy(shape: tuple, size: int, mode: str) -> None:
    """Where an image is cut into strips and tiles, their seams do not show."""
    image = pixels("f8", shape, 3)
    options = {"mode": mode, "cval": 7.0}
    box = (size,) * image.ndim
    expected = ndi.uniform_filter(image, size, **options)
    assert np.allclose(kernels.mean(image, size, **options), expected, rtol=0, atol=1e-10)
    expected = ndi.gaussian_filter(image, 2.0, radius=size // 2, **options)
    result = kernels.gaussian(image, 2.0, radius=size // 2, **options)
    assert np.allclose(result, expected, rtol=0, atol=1e-10)
    expected = ndi.grey_erosion(image, size=box, **options)
    assert np.array_equal(kernels.erosion(image, size, **options), expected)
    assert np.array_equal(
        kernels.dilation(image, size, **options), ndi.grey_dilation(image, size=box, **options)
    )


@pytest.mark.parametrize("shape", [(6, 300), (7, 41), (5, 4, 33)])
@pytest.mark.parametrize("dtype", ["u1", "f8"])
def test_medians_of_long_and_short_lines_equal_scipy(shape: tuple, dtype: str) -> None:
    """Lines that are cut, and short ones that are run together, give SciPy's median."""
    image = pixels(dtype, shape, 3)
    for size in (2, 4, 5):
        assert np.array_equal(kernels.median(image, size), ndi.median_filter(image, size))


@pytest.mark.parametrize("sizes", [(2, 3, 3), (3, 3, 3), (1, 2, 3, 3), (3, 3)])
def test_median_of_nine_scattered_cells(sizes: tuple[int, ...]) -> None:
    """Nine cells of a larger footprint are not the full 3x3 window."""
    cells = np.zeros(sizes, bool)
    cells.flat[np.random.default_rng(0).permutation(cells.size)[:9]] = True
    image = pixels("i2", (4, 5, 6, 7)[-len(sizes) :], 3)
    expected = ndi.median_filter(image, footprint=cells, mode="mirror")
    assert np.array_equal(FILTERS["median"](image, footprint=cells, mode="mirror"), expected)
