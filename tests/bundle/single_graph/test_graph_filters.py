"""Filters of the exported graph against the kernels, run in onnxruntime."""

from typing import Any

import numpy as np
import pytest
from filter_graphs import filtered, noise

from imgpipe import InputError
from imgpipe.kernels import FILTERS

pytest.importorskip("onnx")

SHAPES = ((20, 31), (40, 9), (3, 2))  # not square, turned by the kernels, smaller than windows
DTYPES = ("uint8", "uint16", "int16", "float32")
# where each case compiles a loop of its own: what lies between bytes and floats, in whole runs
RARER = ("uint8", *(pytest.param(t, marks=pytest.mark.full) for t in DTYPES[1:3]), "float32")
OTHER_OUTPUTS = ("int16", "uint32", "float32")
SIZES = (1, 2, 3, 5, (4, 3), (6, 1))
BORDERS: tuple[dict[str, Any], ...] = (
    {},
    {"mode": "nearest"},
    {"mode": "mirror"},
    {"mode": "grid-wrap"},
    {"mode": "constant", "cval": 7},
    {"mode": ("constant", "wrap"), "cval": 3},
)
FOOTPRINTS = (np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]), np.array([[1, 0, 1, 1], [0, 0, 1, 1]]))


def same(name: str, image: np.ndarray, **settings: Any) -> None:
    """Compare a filter with its kernel, in dtype and to the last bit."""
    found = filtered(image, (name, settings))
    wanted = FILTERS[name](image, **settings)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.grid(share=0.1)
@pytest.mark.parametrize("border", BORDERS, ids=str)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", RARER)
@pytest.mark.parametrize("name", ["erosion", "dilation", "mean", "median"])
def test_boxes(name: str, dtype: str, shape: Any, size: Any, border: Any) -> None:
    """A filter over a box equals the kernel in every dtype, size, border and shape."""
    same(name, noise(shape, dtype), size=size, **border)


@pytest.mark.parametrize(
    "border",
    [BORDERS[0], *(pytest.param(border, marks=pytest.mark.full) for border in BORDERS[1:])],
    ids=str,
)
@pytest.mark.parametrize("dtype", DTYPES[1:3])
@pytest.mark.parametrize("name", ["erosion", "dilation", "mean", "median"])
def test_boxes_of_16_bits(name: str, dtype: str, border: Any) -> None:
    """So does one over the three by three pixels that most people take."""
    same(name, noise((20, 70), dtype), size=3, **border)


@pytest.mark.parametrize("border", BORDERS[3:], ids=str)
@pytest.mark.parametrize("footprint", FOOTPRINTS, ids=["cross", "parts"])
@pytest.mark.parametrize("name", ["erosion", "dilation", "median"])
def test_footprints(name: str, footprint: np.ndarray, border: Any) -> None:
    """Windows of any shape, and their origin, mean what they mean to the kernel."""
    same(name, noise((15, 18), "uint16"), footprint=footprint, origin=(0, -1), **border)


@pytest.mark.parametrize("name", ["erosion", "dilation", "mean", "median"])
def test_origins(name: str) -> None:
    """A window that is shifted looks where the kernel looks."""
    same(name, noise((15, 18), "uint8"), size=(5, 4), origin=(2, -2), mode="mirror")


@pytest.mark.parametrize(
    "output",
    ["uint8", "float64", *(pytest.param(t, marks=pytest.mark.full) for t in OTHER_OUTPUTS)],
)
@pytest.mark.parametrize("dtype", RARER)
@pytest.mark.parametrize("name", ["erosion", "mean"])
def test_outputs(name: str, dtype: str, output: str) -> None:
    """A result of another dtype is rounded and saturated as NumPy's is."""
    same(name, noise((15, 18), dtype), size=(3, 2), output=np.dtype(output))


@pytest.mark.parametrize("name", ["erosion", "dilation", "mean", "median"])
def test_what_is_not_finite(name: str) -> None:
    """NaN and infinities come out where, and as what, the kernel has them."""
    image = noise((20, 31), "float32")
    image[4, 5], image[12, 20], image[13, 21], image[16, 3] = np.nan, np.inf, -np.inf, np.inf
    same(name, image, size=5)
    same(name, image, size=3, output=np.uint8)


def test_filters_in_a_row() -> None:
    """Each filter takes what the one before it gives, in its dtype."""
    image = noise((20, 31), "uint8")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("erosion", {}),
        ("mean", {"size": 5, "output": np.dtype(np.float32)}),
        ("dilation", {"size": (2, 3)}),
        ("mean", {"output": np.dtype(np.uint16)}),
    ]
    wanted = image
    for name, settings in steps:
        wanted = FILTERS[name](wanted, **settings)
    np.testing.assert_array_equal(filtered(image, *steps), wanted)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"output": np.dtype(np.int64)}, "int64"),
        ({"output": np.dtype(bool)}, "bool"),
        ({"sigma": 2}, "sigma"),
        ({"size": 0}, "size"),
        ({"mode": "blue"}, "mode"),
    ],
)
def test_what_cannot_be_written(settings: dict[str, Any], named: str) -> None:
    """A setting that no graph can hold, or no kernel takes, is refused by name."""
    with pytest.raises(InputError, match=named):
        filtered(noise((5, 5), "uint8"), ("mean", settings))


def test_a_derivative_cannot_be_written() -> None:
    """Smoothing can: an order is refused by name."""
    with pytest.raises(InputError, match=r"derivatives \(order=\(0, 1\)\) cannot be exported"):
        filtered(noise((5, 5), "uint8"), ("gaussian", {"sigma": 1.0, "order": (0, 1)}))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [(9, 2), 12, (2, 45)], ids=str)
def test_means_of_many_pixels(dtype: str, size: Any) -> None:
    """Means of integers stay equal in large windows; those of floats to 1e-6."""
    image = noise((40, 33), dtype)
    found, wanted = filtered(image, ("mean", {"size": size})), FILTERS["mean"](image, size=size)
    slack = 1e-6 * float(np.abs(image).max()) if dtype == "float32" else 0
    np.testing.assert_allclose(found, wanted, rtol=0, atol=slack)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize(
    "window", [{"size": 7}, {"size": 12}, {"footprint": np.tri(16, 17)}], ids=["7", "12", "tri"]
)
def test_medians_of_many_pixels(dtype: str, window: Any) -> None:
    """The median stays exact where windows are ranked row by row, NaN and infinities included."""
    image = noise((21, 18), dtype)
    if dtype == "float32":
        image[3, 15], image[9, 9], image[9, 10] = np.nan, np.inf, -np.inf
    same("median", image, mode="mirror", **window)


RARER_WIDTHS = [pytest.param(s, marks=pytest.mark.full) for s in (0, (3, 1))]


@pytest.mark.grid(share=0.3)
@pytest.mark.parametrize("border", BORDERS[::2], ids=str)
@pytest.mark.parametrize("sigma", [0.6, (0, 2), 4.1, *RARER_WIDTHS], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", RARER)
def test_gaussian(dtype: str, shape: Any, sigma: Any, border: Any) -> None:
    """A Gaussian equals the kernel to the last bit: its roundings are followed one by one."""
    same("gaussian", noise(shape, dtype), sigma=sigma, **border)


@pytest.mark.parametrize("border", BORDERS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_gaussian_over_few_pixels(dtype: str, border: Any) -> None:
    """So does one over the few pixels that most people take, in every dtype."""
    same("gaussian", noise((20, 70), dtype), sigma=0.7, radius=2, **border)


@pytest.mark.parametrize("dtype", RARER)
@pytest.mark.parametrize(
    "settings",
    [
        {"sigma": 1.5, "radius": (2, 3)},
        {"sigma": 2, "truncate": 1.2},
        {"sigma": 0.6, "output": np.dtype(np.float32)},
        {"sigma": 0.6, "output": np.dtype(np.int16)},
        {"sigma": 0.6, "mode": "constant", "cval": 0.5},
    ],
    ids=str,
)
def test_settings_of_a_gaussian(dtype: str, settings: Any) -> None:
    """Every setting of the kernel means the same in the graph."""
    same("gaussian", noise((15, 18), dtype), **settings)


def test_a_wide_gaussian() -> None:
    """Beyond 16 pixels a whole number is off by one at most, and seldom."""
    image = noise((60, 70), "uint16")
    found, wanted = filtered(image, ("gaussian", {"sigma": 6})), FILTERS["gaussian"](image, 6)
    off = np.abs(found.astype(int) - wanted)
    assert off.max() <= 1
    assert (off > 0).mean() < 0.01


@pytest.mark.parametrize("shape", [(12, 30), (30, 12), (20, 20)], ids=str)
@pytest.mark.parametrize(("name", "settings"), [("gaussian", {"sigma": 2}), ("mean", {"size": 5})])
def test_channels_are_filtered_as_in_colour(name: str, settings: Any, shape: Any) -> None:
    """A channel of a colour image comes out to the last bit as it does among the others."""
    image = np.stack([noise(shape, "float32", seed) for seed in range(3)], axis=-1)
    wanted = FILTERS[name](image[np.newaxis], axes=(1, 2), **settings)[0]
    channel = np.ascontiguousarray(image[..., 1])
    found = filtered(channel, (name, settings), channel_last=True)
    np.testing.assert_array_equal(found, wanted[..., 1])


@pytest.mark.parametrize("settings", [{"size": (2, 5)}, {"footprint": FOOTPRINTS[1]}], ids=str)
@pytest.mark.parametrize("dtype", RARER)
@pytest.mark.parametrize("name", ["opening", "closing", "gradient", "white_tophat", "black_tophat"])
def test_compositions(name: str, dtype: str, settings: Any) -> None:
    """What is made of erosions and dilations saturates, and keeps NaN, as the kernel does."""
    image = noise((15, 18), dtype)
    if dtype == "float32":
        image[3, 15], image[9, 9], image[9, 10] = np.nan, np.inf, -np.inf
    same(name, image, **settings)
    same(name, image, output=np.dtype(np.uint8), mode="constant", cval=3, **settings)
