"""Resizing, luminance and writing."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from imgpipe import InputError
from imgpipe.images import luminance, read, resize, write

RNG = np.random.default_rng(7)
sides = st.integers(1, 40)


@settings(max_examples=40, deadline=None)
@given(old=st.tuples(sides, sides), new=st.tuples(sides, sides))
def test_resize_equals_pillow(old: tuple[int, int], new: tuple[int, int]) -> None:
    """Any size to any other gives Pillow's antialiased bilinear values."""
    image = np.random.default_rng(old[0]).standard_normal(old).astype(np.float32)
    picture = PillowImage.fromarray(image).resize(new[::-1], PillowImage.Resampling.BILINEAR)
    assert np.allclose(resize(image, new), np.asarray(picture), atol=1e-5)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int16", "uint16", "int64", "uint64", "bool", "float32"]
)
@pytest.mark.parametrize("size", [5, 16, 33])
def test_resize_keeps_dtype_and_constants(dtype: str, size: int) -> None:
    """A constant image stays constant and never wraps round at the limits of its dtype."""
    kind = np.dtype(dtype)
    if kind.kind in "iu":
        levels = [np.iinfo(kind).min, np.iinfo(kind).max]
    else:
        levels = [0, 1]
    for level in levels:
        image = np.full((16, 11), level, kind)
        out = resize(image, size)
        assert out.dtype == kind
        assert out.shape == (size, size)
        # float64 sums hold 53 of 64 bits
        assert all(
            abs(int(value) - int(level)) <= 2**12 * (kind.itemsize == 8) for value in out.flat
        )


def test_resize_does_not_alias() -> None:
    """A fine checkerboard shrinks to its mean, where picking pixels would give black or white."""
    board = np.indices((64, 64)).sum(0) % 2 * 200
    assert np.abs(resize(board.astype(np.uint8), 16)[2:-2, 2:-2].astype(int) - 100).max() <= 1


def test_resize_colour_and_volumes() -> None:
    """Channels and slices are resized one by one; three sizes scale z as well."""
    rgb = RNG.integers(0, 256, (9, 8, 3), dtype=np.uint8)
    out = resize(rgb, (4, 5), channel_axis=-1)
    assert out.shape == (4, 5, 3)
    for c in range(3):
        assert np.array_equal(out[..., c], resize(rgb[..., c], (4, 5)))
    volume = RNG.standard_normal((6, 9, 8))
    assert np.array_equal(resize(volume, 4)[2], resize(volume[2], 4))
    assert resize(volume, (3, 4, 5)).shape == (3, 4, 5)


def test_resize_keeps_nan_local() -> None:
    """One NaN spoils only the outputs that look at it."""
    image = np.ones((40, 40))
    image[20, 20] = np.nan
    assert np.isnan(resize(image, 20)).sum() in range(1, 17)
    assert np.isnan(resize(image, 80)).sum() in range(1, 17)


@pytest.mark.parametrize("size", [0, -3, 2.5, (4,), (4, 5, 6), "8", (4, None)])
def test_resize_refuses_odd_sizes(size: object) -> None:
    """Sizes must be positive integers, two at most for an image."""
    with pytest.raises(InputError, match="cannot resize"):
        resize(np.zeros((4, 4)), size)  # type: ignore[arg-type]


def test_resize_leaves_its_input(tmp_path: Path) -> None:
    """The result is a new array, of the same size too."""
    image = np.zeros((4, 4))
    resize(image, 4)[:] = 1
    assert not image.any()


def test_luminance_weights() -> None:
    """Green counts most and blue least, by Rec. 709, on any channel axis."""
    pixels = np.eye(3, dtype=np.uint8)[None] * 100
    assert np.allclose(luminance(pixels), [[21.26, 71.52, 7.22]])
    assert np.allclose(luminance(np.moveaxis(pixels, -1, 0), 0), [[21.26, 71.52, 7.22]])


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("uint8", "float32"), ("uint16", "float32"), ("float32", "float32"), ("bool", "float32"),
     ("int32", "float64"), ("float64", "float64")],
)  # fmt: skip
def test_luminance_dtype_and_gray(dtype: str, expected: str) -> None:
    """Equal channels give their own value; gray passes through; wide types stay wide."""
    gray = np.array([[0, 1], [1, 0]]).astype(dtype)
    out = luminance(np.dstack([gray] * 3))
    assert out.dtype == expected
    assert np.array_equal(out, gray)
    assert np.array_equal(luminance(gray, None), gray)
    assert np.array_equal(luminance(gray[..., None]), gray)


@pytest.mark.parametrize(("shape", "axis"), [((4, 4, 2), -1), ((4, 4, 4), -1), ((4, 4), 5)])
def test_luminance_refuses_other_channels(shape: tuple[int, ...], axis: int) -> None:
    """Two or four channels are no colour image."""
    with pytest.raises(InputError, match="channel"):
        luminance(np.zeros(shape), axis)


@pytest.mark.parametrize(
    ("name", "pixels", "channel_axis", "message"),
    [
        ("x.png", np.zeros((4, 4), np.int16), None, "holds uint8 or uint16, not int16"),
        ("x.jpg", np.zeros((4, 4), np.uint16), None, "holds uint8, not uint16"),
        ("x.png", np.zeros((2, 4, 4), np.uint8), None, "holds no volumes"),
        ("x.png", np.zeros((4, 4, 4), np.uint8), -1, "4 channels"),
        ("x.gif", np.zeros((4, 4), np.uint8), None, "cannot write .gif"),
        ("x.npy", np.zeros((4, 4), complex), None, "cannot write an array"),
        ("x.tif", np.zeros((0, 4)), None, "cannot write an array"),
        ("x.npy", np.zeros(4), None, "2 or 3 axes"),
    ],
)
def test_write_refuses_what_a_format_cannot_hold(
    tmp_path: Path, name: str, pixels: np.ndarray, channel_axis: int | None, message: str
) -> None:
    """Nothing is converted in silence, and nothing half-written is left."""
    with pytest.raises(InputError, match=message):
        write(tmp_path / name, pixels, channel_axis=channel_axis)
    assert list(tmp_path.iterdir()) == []


def test_write_moves_channels_last(tmp_path: Path) -> None:
    """Channels in front are stored last; masks become black and white."""
    pixels = RNG.integers(0, 256, (3, 5, 4), dtype=np.uint8)
    write(tmp_path / "x.png", pixels, channel_axis=0)
    assert np.array_equal(read(tmp_path / "x.png").pixels, np.moveaxis(pixels, 0, -1))
    write(tmp_path / "m.png", pixels[0] > 99)
    assert np.array_equal(read(tmp_path / "m.png").pixels, (pixels[0] > 99) * np.uint8(255))


def test_write_into_a_file_as_folder(tmp_path: Path) -> None:
    """A path below a file is an error that names it."""
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "file" / "x.png", np.zeros((4, 4), np.uint8))
