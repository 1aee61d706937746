"""Derivatives: Gaussians with an order, Sobel, Laplace, against SciPy and correlations."""

from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from kernel_calls import DERIVATIVES, DTYPES, call, in_whole_runs, pixels

from imgpipe import InputError, kernels

GAUSSIAN: dict[str, Any] = {"sigma": 1.2, "radius": 3}
THEIRS = {
    "sobel": ndi.sobel,
    "laplace": ndi.laplace,
    "gaussian_laplace": lambda image, **options: ndi.gaussian_laplace(
        image, 1.0, truncate=2.0, **options
    ),
}
MODES = ("reflect", "nearest", "mirror", "wrap", "constant")


@pytest.mark.parametrize("order", [1, 2, 3, 4, (0, 1), (2, 1), (3, 0)])
@pytest.mark.parametrize("mode", [*MODES, ["wrap", "nearest"]])
def test_orders_equal_scipy(order: Any, mode: Any) -> None:
    """Any order on any axis is SciPy's, to the last digits of a double."""
    image = pixels("f8", (20, 23), 1)
    expected = ndi.gaussian_filter(image, order=order, mode=mode, **GAUSSIAN)
    result = kernels.gaussian(image, order=order, mode=mode, **GAUSSIAN)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("shape", [(29,), (5, 9, 11), (2, 60, 90)])
@pytest.mark.parametrize("dtype", in_whole_runs(["u1", "f4", "f8"], ["u1", "f4"]))
def test_derivatives_of_other_shapes_equal_scipy(shape: tuple[int, ...], dtype: str) -> None:
    """Lines, volumes, and planes of many rows; sigmas and orders are those of `axes`."""
    image = pixels(dtype, shape, 2)
    exact = image.astype(float)
    atol = 2e-6 * np.abs(exact).max()
    axes = tuple(range(len(shape)))[-2:]
    order = (1, 0)[: len(axes)]
    for options in ({"order": 1}, {"order": order, "axes": axes}):
        result = kernels.gaussian(image, 0.8, radius=2, **options)
        expected = ndi.gaussian_filter(exact, 0.8, radius=2, **options)
        np.testing.assert_allclose(result, expected, rtol=0, atol=atol)
    for axis in range(len(shape)):
        expected = ndi.sobel(exact, axis)
        np.testing.assert_allclose(kernels.sobel(image, axis), expected, rtol=0, atol=8 * atol)
    np.testing.assert_allclose(kernels.laplace(image), ndi.laplace(exact), rtol=0, atol=8 * atol)
    found = kernels.gaussian_laplace(image, 0.8, radius=2, axes=axes)
    expected = ndi.gaussian_laplace(exact, 0.8, radius=2, axes=axes)
    np.testing.assert_allclose(found, expected, rtol=0, atol=8 * atol)


@pytest.mark.parametrize("name", DERIVATIVES)
@pytest.mark.parametrize("mode", MODES)
def test_borders_equal_scipy(name: str, mode: str) -> None:
    """Each border is SciPy's."""
    image = pixels("f8", (12, 9), 3)
    expected = THEIRS[name](image, mode=mode)
    np.testing.assert_allclose(call(name, image, mode=mode), expected, rtol=0, atol=1e-10)


def test_a_laplacian_with_a_border_for_each_axis() -> None:
    """Each axis has its own in both second derivatives."""
    image = pixels("f8", (12, 9), 3)
    modes = ["wrap", "nearest"]
    parts = [ndi.gaussian_filter(image, 1.0, order, mode=modes) for order in ((2, 0), (0, 2))]
    result = kernels.gaussian_laplace(image, 1.0, mode=modes)
    np.testing.assert_allclose(result, sum(parts), rtol=0, atol=1e-10)
    result, expected = kernels.laplace(image, mode=modes), ndi.laplace(image, mode=modes)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", [*DERIVATIVES, "gaussian"])
def test_beyond_a_constant_border_lies_cval_in_the_image(name: str) -> None:
    """What SciPy gives for a larger image of which the rest is `cval`."""
    image = pixels("f8", (12, 9), 3)
    larger = np.pad(image, 5, constant_values=7.0)
    options = {"order": (1, 2)} if name == "gaussian" else {}
    result = call(name, image, mode="constant", cval=7.0, **options)
    if name == "gaussian":
        expected = ndi.gaussian_filter(larger, 1.0, truncate=2.0, **options)
    else:
        expected = THEIRS[name](larger)
    np.testing.assert_allclose(result, expected[5:-5, 5:-5], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", [*DERIVATIVES, "gaussian"])
def test_derivatives_of_integers_are_floats(name: str) -> None:
    """Slopes have signs: float32 by default, float64 for long integers; what is asked is given."""
    options = {"order": (0, 1)} if name == "gaussian" else {}
    kept = {"f4": "f4", "f8": "f8", "i4": "f8", "u4": "f8", "i8": "f8", "u8": "f8"}
    for dtype in DTYPES:
        none = np.zeros((0, 9), dtype)
        assert call(name, none, output=None, **options).dtype == kept.get(dtype, "f4")
        if dtype != "bool":
            assert call(name, none, output=np.int16, **options).dtype == np.int16
    with pytest.raises(TypeError, match="bool"):
        call(name, none > 0, output=np.int16, **options)
    with pytest.raises(InputError, match="cval must be finite"):
        call(name, none, output=np.int16, mode="constant", cval=np.nan, **options)
    step = np.zeros((9, 9), np.int32)
    step[:, :4] = 200
    exact = call(name, step.astype(float), **options)
    assert np.abs(exact).max() > 50
    np.testing.assert_allclose(call(name, step, **options), exact, rtol=0, atol=1e-9)
    # an integer that is asked for is rounded, and saturates
    result = call(name, step, output=np.uint8, **options)
    assert np.array_equal(result, np.clip(np.rint(exact), 0, 255))


@pytest.mark.parametrize("dtype", in_whole_runs(["bool", "u1", "u2", "i2", "f4"], ["i2", "u2"]))
@pytest.mark.parametrize("name", DERIVATIVES)
def test_short_pixels_equal_scipy(name: str, dtype: str) -> None:
    """Of short integers, bool and float32, to the rounding of float32."""
    image = pixels(dtype, (9, 10), 4)
    exact = image.astype(float)
    result = call(name, image, output=None)
    assert result.dtype == np.float32
    atol = 8e-6 * np.abs(exact).max()
    np.testing.assert_allclose(result, THEIRS[name](exact), rtol=0, atol=atol)


@pytest.mark.full
@pytest.mark.parametrize("dtype", ["u1", "i2"])
def test_short_results_are_rounded(dtype: str) -> None:
    """Loops that round for themselves."""
    image = pixels(dtype, (9, 10), 4)
    info = np.iinfo(dtype)
    expected = np.clip(ndi.sobel(image.astype(float)), info.min, info.max)
    assert np.array_equal(kernels.sobel(image, output=dtype), expected)
    exact = ndi.gaussian_filter(image.astype(float), order=1, **GAUSSIAN)
    result = kernels.gaussian(image, order=1, output=dtype, **GAUSSIAN)
    off = np.abs(result - np.clip(exact, info.min, info.max))
    assert off.max() <= 0.5 + 1e-6 * info.max


def test_smoothing_keeps_the_dtype() -> None:
    """An order of 0 is none, however it is written."""
    image = pixels("u1", (9, 10), 3)
    expected = kernels.gaussian(image, 1.0, truncate=2.0)
    for order in (0, (0, 0), np.int64(0), np.zeros(2, int)):
        result = kernels.gaussian(image, 1.0, order=order, truncate=2.0)
        assert result.dtype == np.uint8
        assert np.array_equal(result, expected)


def test_signs() -> None:
    """A ramp that rises has a positive slope; a bright blob a negative Laplacian."""
    ramp = np.tile(np.arange(12.0), (12, 1))
    inside = (slice(4, -4), slice(4, -4))
    np.testing.assert_allclose(kernels.sobel(ramp)[inside], 8)
    np.testing.assert_allclose(kernels.sobel(ramp, 0), 0)
    np.testing.assert_allclose(kernels.gaussian(ramp, 1.0, order=(0, 1))[inside], 1, atol=5e-3)
    blob = np.zeros((9, 9))
    blob[4, 4] = 10
    assert kernels.laplace(blob)[4, 4] == -40
    assert kernels.gaussian_laplace(blob, 1.0)[4, 4] < -1


def test_sobel_and_laplace_are_correlations() -> None:
    """To the last bit, NaN and infinities among it: weights of 0 are out of the window."""
    cross = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    sobel = np.outer([1, 2, 1], [-1, 0, 1])
    image = pixels("f4", (12, 13), 5)
    image[2, 3], image[6, 6], image[7, 9] = np.nan, np.inf, -np.inf
    with np.errstate(invalid="raise"):
        for found, weights in (
            (kernels.sobel(image), sobel),
            (kernels.sobel(image, 0), sobel.T),
            (kernels.laplace(image), cross),
        ):
            np.testing.assert_array_equal(found, kernels.correlate(image, weights))
    assert np.isfinite(kernels.sobel(image)[2, 3])


@pytest.mark.parametrize("dtype", in_whole_runs(["f4", "f8"], ["f4"]))
@pytest.mark.parametrize("order", [1, 2, (0, 1), (1, 2)])
def test_not_finite_pixels_as_in_scipy(dtype: str, order: Any) -> None:
    """NaN fills its windows; an infinity is one with the sign of its weight, and NaN at 0."""
    image = pixels(dtype, (24, 25), 5)
    image[3, 3], image[12, 12], image[20, 4], image[20, 6] = np.nan, np.inf, np.inf, -np.inf
    with np.errstate(invalid="ignore"):
        expected = ndi.gaussian_filter(image.astype("f8"), 1.0, order, radius=2)
        curved = ndi.gaussian_laplace(image.astype("f8"), 1.3, radius=2)
    # SciPy's sums of later axes make NaN of all that meets infinities of both signs
    result = kernels.gaussian(image, 1.0, order=order, radius=2)
    finite = np.isfinite(expected)
    assert np.array_equal(np.isfinite(result), finite)
    np.testing.assert_allclose(result[finite], expected[finite], rtol=0, atol=1e-3)
    assert np.array_equal(np.isposinf(result) | np.isneginf(result), np.isinf(expected))
    assert np.array_equal(np.isposinf(result), np.isposinf(expected))
    np.testing.assert_allclose(
        kernels.gaussian_laplace(image, 1.3, radius=2), curved, rtol=0, atol=1e-3
    )


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"order": -1}, "order must be 0"),
        ({"order": 1.0}, "order must be an integer"),
        ({"order": "x"}, "order"),
        ({"order": (1, 0, 0)}, "order must be one value or one per filtered axis"),
        ({"order": 1, "sigma": 0}, "a window of one pixel, which has no derivative"),
        ({"order": (0, 1), "sigma": (2, 0.1)}, "order 1.*larger sigma"),
        ({"order": 2, "radius": 0}, "window of one pixel"),
        ({"order": 10_000}, "order 10000 is too high"),
    ],
)
def test_bad_orders(options: dict[str, Any], found: str) -> None:
    """An order is a whole number, and needs a window."""
    with pytest.raises(InputError, match=found):
        kernels.gaussian(np.ones((5, 6)), **{"sigma": 1.0, **options})


def test_bad_axis_and_sigma() -> None:
    """An axis is one of those that are filtered; a Laplacian needs a width along each."""
    image = np.ones((5, 6, 7))
    for axis, axes in ((3, None), (-4, None), (2, (1, 2)), (1, (0,))):
        with pytest.raises(InputError, match="axis must lie between"):
            kernels.sobel(image, axis, axes=axes)
    with pytest.raises(InputError, match="axis must be an integer"):
        kernels.sobel(image, 0.5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="needs one axis"):
        kernels.sobel(image, axes=())
    with pytest.raises(InputError, match="window of one pixel"):
        kernels.gaussian_laplace(image, (1.0, 1.0, 0.0))
    with pytest.raises(InputError, match="sigma"):
        kernels.gaussian_laplace(image, -1)
