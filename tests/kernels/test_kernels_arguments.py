"""Bad arguments: one clear error each, that names the argument and what was found."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from kernel_calls import AVERAGING, DERIVATIVES, DIFFERENCES, SIGMA, WEIGHTED, WINDOWLESS, call

from imgpipe import kernels
from imgpipe._common import InputError
from imgpipe.kernels import FILTERS

IMAGE = np.arange(30, dtype=np.uint8).reshape(5, 6)
every_kernel = pytest.mark.parametrize("name", FILTERS)
WINDOWED = [name for name in FILTERS if name not in WINDOWLESS]
SHAPED = [name for name in WINDOWED if name != "mean"]


@every_kernel
@pytest.mark.parametrize(
    ("image", "found"),
    [
        (np.ones((3, 3), np.float16), "float16.*float32"),
        (np.ones((3, 3), complex), "complex128.*abs"),
        (np.array([[1, None]], object), "object.*float64"),
        (np.array(["a"]), "<U1"),
        (np.array(["2020-01-01"], "M8[D]"), "datetime64"),
        (np.ones(3, np.longdouble), "float128.*float64"),
    ],
)
def test_unsupported_dtype(name: str, image: np.ndarray, found: str) -> None:
    """A dtype without a kernel is a TypeError that names it and a cast."""
    with pytest.raises(TypeError, match=found):
        call(name, image)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, complex])
def test_named_cast_works(dtype: Any) -> None:
    """The cast that the error names is one that the kernel then takes."""
    image = np.ones((3, 3), dtype)
    with pytest.raises(TypeError) as caught:
        kernels.mean(image)
    cast = str(caught.value).rsplit("as in ", 1)[1].split(" or ")[0]
    assert kernels.mean(eval(cast, {"image": image, "np": np})).shape == (3, 3)


@every_kernel
@pytest.mark.parametrize("image", [np.float64(1), np.ones((1,) * 5)])
def test_number_of_axes(name: str, image: Any) -> None:
    """An image has 1 to 4 axes."""
    with pytest.raises(InputError, match="1 to 4 axes"):
        call(name, image, axes=() if np.ndim(image) == 0 else None)


@every_kernel
def test_masked_pixels(name: str) -> None:
    """Masked pixels are refused rather than looked at."""
    masked = np.ma.masked_equal(IMAGE, 3)
    with pytest.raises(InputError, match="filled"):
        call(name, masked)


@pytest.mark.parametrize("name", WINDOWED)
@pytest.mark.parametrize("size", [0, -3, 3.0, 2.5, "3", None, True, (3,), (3, 3, 3), (3, 0), [[3]]])
def test_bad_size(name: str, size: Any) -> None:
    """A window has a positive whole length on each filtered axis."""
    with pytest.raises(InputError, match="size"):
        FILTERS[name](IMAGE, size)


@pytest.mark.parametrize("name", SHAPED)
@pytest.mark.parametrize(
    "footprint", [np.ones(3), np.zeros((3, 3)), np.ones((3, 3, 3)), np.ones((0, 3)), [["a"]]]
)
def test_bad_footprint(name: str, footprint: Any) -> None:
    """A footprint has the right number of dimensions and at least one cell."""
    with pytest.raises(InputError, match="footprint"):
        FILTERS[name](IMAGE, footprint=footprint)


@every_kernel
@pytest.mark.parametrize("mode", ["mirrored", 3, None, ["reflect"], ["wrap", "edge"]])
def test_bad_mode(name: str, mode: Any) -> None:
    """An unknown mode is answered with the valid ones."""
    with pytest.raises(InputError, match="mode"):
        call(name, IMAGE, mode=mode)


def test_mode_error_lists_the_modes() -> None:
    """The error for a misspelt mode lists all that exist."""
    with pytest.raises(InputError, match="reflect, nearest, mirror, wrap, constant, grid-mirror"):
        kernels.mean(IMAGE, mode="edge")


@every_kernel
@pytest.mark.parametrize("axes", [2, -3, (0, 0), (0, -2), 1.0, "x", (0, 1, 2)])
def test_bad_axes(name: str, axes: Any) -> None:
    """Axes are distinct whole numbers within the image."""
    with pytest.raises(InputError, match="axes"):
        FILTERS[name](IMAGE, **_needed(name), axes=axes)


def _needed(name: str) -> dict[str, Any]:
    if name in SIGMA:
        return {"sigma": 1}
    return {"weights": np.ones((3, 3))} if name in WEIGHTED else {}


@pytest.mark.parametrize("name", [n for n in FILTERS if n not in (*SIGMA, *DERIVATIVES)])
@pytest.mark.parametrize("origin", [2, -2, 0.5, (0, 2), (0,), "a"])
def test_bad_origin(name: str, origin: Any) -> None:
    """An origin keeps the centre inside the window."""
    with pytest.raises(InputError, match="origin"):
        call(name, IMAGE, origin=origin)


@every_kernel
def test_bad_output(name: str) -> None:
    """An output has the image's shape, can be written, and has a supported dtype."""
    with pytest.raises(InputError, match=r"output has shape \(5, 5\), the image \(5, 6\)"):
        call(name, IMAGE, output=np.zeros((5, 5), np.uint8))
    frozen = np.zeros_like(IMAGE)
    frozen.setflags(write=False)
    with pytest.raises(InputError, match="read-only"):
        call(name, IMAGE, output=frozen)
    for output in (np.zeros(IMAGE.shape, np.float16), np.float16, complex):
        with pytest.raises(TypeError, match=r"output has dtype (float16|complex128)"):
            call(name, IMAGE, output=output)
    with pytest.raises(InputError, match="output must be"):
        call(name, IMAGE, output="nonsense")


@pytest.mark.parametrize("name", [n for n in FILTERS if n not in (*AVERAGING, *DERIVATIVES)])
def test_cval_must_be_representable(name: str) -> None:
    """Kernels that keep the dtype take a `cval` that it can hold, exactly."""
    for dtype, cval in (
        ("u1", -1),
        ("u1", 256),
        ("i2", 0.5),
        ("i8", 2**63),
        ("u8", 2**64),
        ("i4", np.nan),
        ("i4", np.inf),
        ("bool", 2),
        ("f4", 1e39),
    ):
        with pytest.raises(InputError, match=f"cval must be a value that {np.dtype(dtype)}"):
            call(name, np.zeros((3, 3), dtype), mode="constant", cval=cval)
    for cval in ("1", None, [1, 2], 1j):
        with pytest.raises(InputError, match="cval must be one real number"):
            call(name, IMAGE, mode="constant", cval=cval)


@pytest.mark.full
def test_cval_of_long_integers_is_exact() -> None:
    """The highest value of 64 bits is held exactly, not as a float."""
    result = kernels.erosion(np.full(3, 2**64 - 1, np.uint64), mode="constant", cval=2**64 - 2)
    assert result.tolist() == [2**64 - 2, 2**64 - 1, 2**64 - 2]


@pytest.mark.parametrize("name", AVERAGING)
def test_averages_of_bool(name: str) -> None:
    """An average of a bool image needs a float output."""
    image = IMAGE > 9
    for options in ({}, {"output": np.uint8}, {"output": bool}):
        with pytest.raises(TypeError, match="float32"):
            FILTERS[name](image, **_needed(name), **options)
    with pytest.raises(TypeError, match="bool"):
        FILTERS[name](IMAGE, **_needed(name), output=bool)


@pytest.mark.parametrize("name", AVERAGING)
def test_averages_of_integers_take_a_finite_cval(name: str) -> None:
    """Integers cannot hold a NaN or an infinity from outside."""
    with pytest.raises(InputError, match="cval must be finite"):
        call(name, IMAGE, mode="constant", cval=np.nan)
    assert np.isnan(call(name, IMAGE, mode="constant", cval=np.nan, output=float)[0]).all()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"sigma": -1}, "sigma"),
        ({"sigma": np.nan}, "sigma"),
        ({"sigma": np.inf}, "sigma"),
        ({"sigma": "1"}, "sigma"),
        ({"sigma": "wide"}, "sigma"),
        ({"sigma": (1, 2, 3)}, "sigma"),
        ({"sigma": 1, "truncate": -1}, "truncate"),
        ({"sigma": 1, "radius": -1}, "radius"),
        ({"sigma": 1, "radius": 1.5}, "radius"),
        ({"sigma": 1, "radius": (1,)}, "radius"),
    ],
)
def test_bad_gaussian(options: dict[str, Any], found: str) -> None:
    """Widths are finite and not negative, reaches whole numbers."""
    with pytest.raises(InputError, match=found):
        kernels.gaussian(IMAGE, **options)


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_bad_weights(name: str) -> None:
    """Weights are finite real numbers with one dimension per filtered axis."""
    for weights in (np.ones(3), np.ones((3, 3, 3)), np.ones((0, 3)), 1.0):
        with pytest.raises(InputError, match="one dimension per filtered axis"):
            FILTERS[name](IMAGE, weights)
    for bad in (np.nan, np.inf):
        with pytest.raises(InputError, match="finite"):
            FILTERS[name](IMAGE, np.full((3, 3), bad))
    for dtype in (complex, object, "U1"):
        with pytest.raises(TypeError, match="real"):
            FILTERS[name](IMAGE, np.ones((3, 3)).astype(dtype))


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_weights_of_nothing(name: str) -> None:
    """Weights of zero give zero, on any window."""
    for shape in ((1, 1), (3, 3), (1, 4)):
        assert not FILTERS[name](IMAGE, np.zeros(shape)).any()
    assert np.array_equal(FILTERS[name](IMAGE, [[2.0]]), np.minimum(IMAGE * 2, 255))
    assert np.array_equal(FILTERS[name](IMAGE, [[0.0, 3.0, 0.0]]), IMAGE * 3)


@pytest.mark.parametrize("name", [n for n in FILTERS if n != "sobel"])
def test_no_axes(name: str) -> None:
    """Filtering no axis at all is the window of one cell."""
    needed = {**_needed(name), **({"weights": np.array(1.0)} if name in WEIGHTED else {})}
    result = FILTERS[name](IMAGE, **needed, axes=())
    expected = 0 if name in (*DIFFERENCES, *DERIVATIVES) else IMAGE
    assert (result == expected).all()


@pytest.mark.parametrize("name", WINDOWED)
@pytest.mark.parametrize("size", [2**16 + 1, 10**20, (1, 10**20)])
def test_window_beyond_reason(name: str, size: Any) -> None:
    """A window longer than any image is refused before it fills the memory."""
    with pytest.raises(InputError, match=r"size .* longer than 65536 pixels"):
        FILTERS[name](IMAGE, size)


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"sigma": 1e300}, "sigma"),
        ({"sigma": 1e9}, "sigma"),
        ({"sigma": 1, "radius": 10**9}, "radius"),
    ],
)
def test_gaussian_beyond_reason(settings: dict[str, Any], found: str) -> None:
    """So is a Gaussian that reaches further."""
    with pytest.raises(InputError, match=found):
        kernels.gaussian(IMAGE, **settings)


def test_median_of_too_many_pixels() -> None:
    """A median that would never end is refused."""
    with pytest.raises(InputError, match="900000000 pixels"):
        kernels.median(IMAGE, 30_000)


def test_integers_saturate_where_sums_overflow() -> None:
    """A huge border saturates an integer result as any other does; weights must have a sum."""
    bright = kernels.mean(IMAGE, 3, mode="constant", cval=1e300)
    assert (bright[0] == 255).all()
    assert bright[2, 2] == kernels.mean(IMAGE, 3)[2, 2]
    with pytest.raises(InputError, match="sum is infinite"):
        kernels.convolve(IMAGE, np.full((1, 2), 1e308))
    assert (kernels.convolve(IMAGE[1:], np.full((1, 2), 1e307)) == 255).all()


def test_numbers_of_other_libraries() -> None:
    """Sizes, axes and sigmas may be NumPy numbers and arrays."""
    image = IMAGE.astype(float)
    assert np.array_equal(
        kernels.mean(image, np.array([3, 2]), axes=np.array([0, 1])), kernels.mean(image, (3, 2))
    )
    assert np.array_equal(kernels.mean(image, np.int64(3)), kernels.mean(image, 3))
    assert np.array_equal(kernels.gaussian(image, np.float32(1)), kernels.gaussian(image, 1.0))
    assert np.array_equal(kernels.mean(image, 3, axes=1), kernels.mean(image, 3, axes=(1,)))


@every_kernel
def test_border_value_beyond_floats(name: str) -> None:
    """An integer that no float holds is refused, not left to overflow."""
    with pytest.raises(InputError, match="cval"):
        FILTERS[name](IMAGE.astype(np.float32), **_needed(name), mode="constant", cval=10**400)


def test_array_in_place_of_a_size() -> None:
    """A footprint where the size belongs is named by its shape."""
    with pytest.raises(InputError, match=r"size .* got an array of shape \(3, 3\)"):
        kernels.erosion(IMAGE, np.ones((3, 3)))


class _Size(NamedTuple):
    rows: float
    columns: float


def test_plans_of_equal_arguments() -> None:
    """A call is planned for its own arguments, though others before it compared equal."""
    assert kernels.mean(IMAGE, _Size(3, 3)).shape == IMAGE.shape
    for _ in range(2):
        with pytest.raises(InputError, match="size must be an integer"):
            kernels.mean(IMAGE, _Size(3.0, 3))
    ones = np.ones((3, 3))
    for border in (0.0, -0.0, 0.0):
        low = kernels.erosion(ones, mode="constant", cval=border)[0, 0]
        assert np.signbit(low) == np.signbit(border)


def test_lists_and_arrays_that_change_between_calls() -> None:
    """What a caller changes in place is seen by the next call."""
    size, weights, cells = [3, 3], np.ones((3, 3)), np.ones((3, 3), bool)
    before = kernels.mean(IMAGE, size), kernels.correlate(IMAGE, weights)
    low = kernels.erosion(IMAGE, footprint=cells)
    size[0], weights[0, 0], cells[0] = 5, 9, False
    assert (kernels.mean(IMAGE, size) == kernels.mean(IMAGE, (5, 3))).all()
    assert (kernels.correlate(IMAGE, weights) == kernels.correlate(IMAGE, weights.copy())).all()
    assert (kernels.correlate(IMAGE, weights) != before[1]).any()
    assert (kernels.erosion(IMAGE, footprint=cells) != low).any()
