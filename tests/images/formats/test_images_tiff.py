"""TIFF: what samples beside the colours, the orientation and the axes of a file mean."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from imgpipe import InputError
from imgpipe.images import read, read_mask

RNG = np.random.default_rng(7)
RGB = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)
EXTRA = RNG.integers(0, 256, (6, 9), dtype=np.uint8)
STACK = RNG.integers(0, 256, (4, 6, 9), dtype=np.uint8)


def write(path: Path, pixels: np.ndarray, **settings: Any) -> Path:
    tifffile.imwrite(path, pixels, **settings)
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("separate", [False, True])
def test_premultiplied_colours_stay(tmp_path: Path, dtype: type, separate: bool) -> None:
    """Colours that alpha is multiplied into already lie over black: they are not darkened again."""
    pixels = np.dstack([RGB, EXTRA]).astype(dtype)
    if separate:
        pixels = np.moveaxis(pixels, -1, 0)
    path = write(tmp_path / "x.tif", pixels, photometric="rgb", extrasamples=["assocalpha"],
                 planarconfig="separate" if separate else "contig")  # fmt: skip
    assert np.array_equal(read(path).pixels, RGB)


def test_straight_alpha_lies_over_black(tmp_path: Path) -> None:
    """Straight alpha darkens, in colour, gray and each page of a volume."""
    share = EXTRA / 255
    path = write(tmp_path / "c.tif", np.dstack([RGB, EXTRA]), photometric="rgb",
                 extrasamples=["unassalpha"])  # fmt: skip
    assert np.array_equal(read(path).pixels, np.rint(RGB * share[..., None]))
    gray = np.stack([STACK, np.broadcast_to(EXTRA, STACK.shape)], axis=-1)
    path = write(tmp_path / "g.tif", gray, photometric="minisblack", planarconfig="contig",
                 extrasamples=["unassalpha"])  # fmt: skip
    assert np.array_equal(read(path).pixels, np.rint(STACK * share))


@pytest.mark.parametrize(
    ("pixels", "photometric"),
    [
        (np.dstack([RGB, EXTRA]), "rgb"),
        (np.dstack([EXTRA, EXTRA[::-1]]), "minisblack"),
        (RGB, "minisblack"),
        (np.dstack([RGB, EXTRA, EXTRA]), "minisblack"),
    ],
    ids=["near infrared", "two channels", "three channels", "five channels"],
)
def test_samples_without_a_meaning_are_refused(
    tmp_path: Path, pixels: np.ndarray, photometric: str
) -> None:
    """A sample that is declared as neither colour nor alpha is not dropped in silence."""
    extra = pixels.shape[-1] - (3 if photometric == "rgb" else 1)
    path = write(tmp_path / "x.tif", pixels, photometric=photometric, planarconfig="contig",
                 extrasamples=["unspecified"] * extra)  # fmt: skip
    with pytest.raises(InputError, match=rf"{pixels.shape[-1]} samples a pixel.*ExtraSamples"):
        read(path)


def test_samples_that_say_nothing_are_dropped(tmp_path: Path) -> None:
    """A sample that is the same everywhere changes nothing, whatever it is called."""
    for value, name in ((128, "unspecified"), (255, "unspecified"), (255, "unassalpha")):
        pixels = np.dstack([RGB, np.full_like(EXTRA, value)])
        path = write(tmp_path / "x.tif", pixels, photometric="rgb", extrasamples=[name])
        assert np.array_equal(read(path).pixels, RGB)


def test_alpha_of_floats(tmp_path: Path) -> None:
    """Straight alpha in floats has no known maximum: an error, unless it is the same everywhere."""
    colour = RGB.astype(np.float32)
    pixels = np.dstack([colour, np.ones_like(EXTRA)]).astype(np.float32)
    path = write(tmp_path / "x.tif", pixels, photometric="rgb", extrasamples=["unassalpha"])
    assert np.array_equal(read(path).pixels, colour)
    pixels[0, 0, 3] = 0.5
    path = write(tmp_path / "x.tif", pixels, photometric="rgb", extrasamples=["unassalpha"])
    with pytest.raises(InputError, match="alpha channel of float32"):
        read(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    """All eight orientations give what an image viewer shows; the first page speaks for all."""
    from PIL import ImageOps

    tags = [(274, "H", 1, orientation, True)]
    path = write(tmp_path / "x.tif", RGB, photometric="rgb", extratags=tags)
    with PillowImage.open(path) as stored:
        upright = np.asarray(ImageOps.exif_transpose(stored))
    assert np.array_equal(read(path).pixels, upright)
    expected = [np.asarray(ImageOps.exif_transpose(_tagged(p, orientation))) for p in STACK]
    write(tmp_path / "v.tif", STACK, photometric="minisblack", extratags=tags)
    assert np.array_equal(read(tmp_path / "v.tif").pixels, expected)


def _tagged(pixels: np.ndarray, orientation: int) -> PillowImage.Image:
    picture = PillowImage.fromarray(pixels)
    picture.getexif()[274] = orientation
    return picture


def test_pages_that_lie_differently_are_refused(tmp_path: Path) -> None:
    """Pages with orientations of their own make no volume."""
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        for turn in (1, 3):
            file.write(EXTRA, extratags=[(274, "H", 1, turn, False)])
    with pytest.raises(InputError, match="2 TIFF pages of different kinds"):
        read(tmp_path / "x.tif")


def test_orientation_that_does_not_exist_is_upright(tmp_path: Path) -> None:
    """An orientation of 0 or 9 turns nothing."""
    for value in (0, 9):
        path = write(tmp_path / "x.tif", EXTRA, extratags=[(274, "H", 1, value, True)])
        assert np.array_equal(read(path).pixels, EXTRA)


@pytest.mark.parametrize(
    ("kind", "axes", "message"),
    [
        (kind, axes, f"{count} {what}, which are no slices")
        for kind, axes, count, what in [
            ("imagej", "CYX", 4, "channels"),
            ("imagej", "TYX", 4, "points in time"),
            ("imagej", "ZCYX", 2, "channels"),
            ("imagej", "TZYX", 2, "points in time"),
            ("ome", "CYX", 4, "channels"),
            ("ome", "TYX", 4, "points in time"),
            ("ome", "ZCYX", 2, "channels"),
            ("ome", "CZYX", 2, "channels"),
            ("ome", "TZYX", 2, "points in time"),
        ]
    ],
)
def test_channels_and_times_are_no_slices(
    tmp_path: Path, kind: str, axes: str, message: str
) -> None:
    """What ImageJ and OME files declare as channels or times is not stacked to a volume."""
    shapes = {"CYX": (4,), "TYX": (4,), "ZCYX": (2, 2), "CZYX": (2, 2), "TZYX": (2, 2)}
    pixels = STACK.reshape(*shapes[axes], 6, 9)
    path = write(tmp_path / "x.tif", pixels, metadata={"axes": axes}, photometric="minisblack",
                 **{kind: True})  # fmt: skip
    with pytest.raises(InputError, match=message):
        read(path)


@pytest.mark.parametrize("kind", ["imagej", "ome"])
def test_slices_and_colours_of_imagej_and_ome(tmp_path: Path, kind: str) -> None:
    """Slices are a volume, RGB samples are colour."""
    path = write(tmp_path / "z.tif", STACK, metadata={"axes": "ZYX"}, photometric="minisblack",
                 **{kind: True})  # fmt: skip
    assert np.array_equal(read(path).pixels, STACK)
    path = write(tmp_path / "c.tif", RGB, metadata={"axes": "YXS"}, photometric="rgb",
                 **{kind: True})  # fmt: skip
    image = read(path)
    assert image.channel_axis == -1
    assert np.array_equal(image.pixels, RGB)


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_imagej_volume_behind_one_page(tmp_path: Path, byteorder: str) -> None:
    """ImageJ writes large volumes behind a page for the first slice: none is lost."""
    volume = STACK.astype(np.uint16) * 200
    path = write(tmp_path / "x.tif", volume, imagej=True, metadata={"axes": "ZYX"},
                 truncate=True, byteorder=byteorder)  # fmt: skip
    assert np.array_equal(read(path).pixels, volume)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="truncated: pixels of the TIFF file are missing"):
        read(path)


def test_palette_of_one_bit(tmp_path: Path) -> None:
    """Two colours in one bit are indices too, and as labels 0 and 1."""
    bits = EXTRA > 99
    colours = (65535, 0, 0, 0, 0, 65535)  # both reds, greens, blues
    path = write(tmp_path / "x.tif", bits, extratags=[(320, "H", 6, colours, True)])
    with tifffile.TiffFile(path) as file:
        at = file.pages[0].tags["PhotometricInterpretation"].valueoffset
    data = bytearray(path.read_bytes())
    data[at] = 3
    path.write_bytes(data)
    expected = np.where(bits[..., None], [0, 0, 255], [255, 0, 0])
    assert np.array_equal(read(path).pixels, expected)
    assert np.array_equal(read_mask(path).labels, bits)


def test_palettes_of_a_volume(tmp_path: Path) -> None:
    """Pages with one palette are a volume in colour."""
    table = RNG.integers(0, 256, (3, 256)).astype(np.uint16) * 257
    path = write(tmp_path / "x.tif", STACK, photometric="palette", colormap=table)
    image = read(path)
    assert image.channel_axis == -1
    assert np.array_equal(image.pixels, np.moveaxis(table >> 8, 0, -1)[STACK])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (50000, "compression ZSTD needs a decoder: pip install imagecodecs"),
        (9, "compression JBIG_BW is not read; save it with another"),
        (99, "compression JPEG_99 is not read; save it with another"),
        (34925, "LZMA|damaged or truncated TIFF"),
    ],
)
def test_compressions_that_are_not_read(tmp_path: Path, code: int, message: str) -> None:
    """What no decoder here knows is named, and is not called damage."""
    path = write(tmp_path / "x.tif", EXTRA)
    with tifffile.TiffFile(path) as file:
        at = file.pages[0].tags["Compression"].valueoffset
    data = bytearray(path.read_bytes())
    data[at : at + 2] = code.to_bytes(2, "little")
    path.write_bytes(data)
    if code == 50000 and (find_spec("imagecodecs") or find_spec("compression")):
        message = "damaged"
    with pytest.raises(InputError, match=message):
        read(path)


def test_a_tile_whose_length_is_no_number(tmp_path: Path) -> None:
    """A length that is stored as bytes is damage; as a factor it would ask for a lot of memory."""
    path = write(tmp_path / "tiles.tif", np.zeros((64, 64), np.uint8), tile=(32, 32))
    content = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tiff:
        entry = tiff.pages[0].tags["TileLength"].offset
    content[entry + 2 : entry + 12] = b"\x07\0" + (4).to_bytes(4, "little") + b"\xff\xff\xff\x7f"
    path.write_bytes(content)
    with pytest.raises(InputError, match="the size of a TIFF page is no number"):
        read(path)
