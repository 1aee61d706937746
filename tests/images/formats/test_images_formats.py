"""What each file format gives: dtype, colour, orientation, volumes."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from imgpipe import InputError
from imgpipe.images import MAX_PIXELS, SUFFIXES, read, write

RNG = np.random.default_rng(5)
GRAY8 = RNG.integers(0, 256, (12, 9), dtype=np.uint8)
RGB8 = RNG.integers(0, 256, (12, 9, 3), dtype=np.uint8)
GRAY16 = RNG.integers(0, 65536, (12, 9), dtype=np.uint16)
RGB16 = RNG.integers(0, 65536, (12, 9, 3), dtype=np.uint16)
HOUNSFIELD = RNG.integers(-1024, 3072, (12, 9)).astype(np.int16)
VOLUME = RNG.standard_normal((4, 6, 5)).astype(np.float32)


@pytest.mark.parametrize(
    ("suffix", "pixels", "channel_axis"),
    [
        (".png", GRAY8, None),
        (".png", GRAY16, None),
        (".png", RGB8, -1),
        (".png", RGB16, -1),
        (".tif", GRAY16, None),
        (".tiff", HOUNSFIELD, None),
        (".tif", RGB16, -1),
        (".tif", VOLUME, None),
        (".tif", VOLUME[0].astype(np.float64), None),
        (".tif", GRAY8[:1], None),
        (".npy", HOUNSFIELD, None),
        (".npy", RGB8, -1),
        (".npy", VOLUME, None),
        (".npy", GRAY8 > 99, None),
    ],
    ids=lambda value: (
        f"{value.dtype}{value.shape}" if isinstance(value, np.ndarray) else str(value)
    ),
)
def test_written_pixels_come_back(
    tmp_path: Path, suffix: str, pixels: np.ndarray, channel_axis: int | None
) -> None:
    """Lossless formats return the same values and dtype, 16-bit colour and volumes included."""
    write(tmp_path / f"image{suffix}", pixels, channel_axis=channel_axis)
    image = read(tmp_path / f"image{suffix}")
    assert image.pixels.dtype == pixels.dtype
    assert np.array_equal(image.pixels, pixels)
    assert image.channel_axis == channel_axis
    assert image.spacing is None


def test_other_writers_agree(tmp_path: Path) -> None:
    """Files from Pillow, OpenCV and tifffile give the values that went in."""
    PillowImage.fromarray(RGB8).save(tmp_path / "a.bmp")
    cv2.imwrite(str(tmp_path / "b.png"), RGB16[..., ::-1])
    tifffile.imwrite(tmp_path / "c.tif", VOLUME, compression="zlib", photometric="minisblack")
    tifffile.imwrite(tmp_path / "d.tif", GRAY16, byteorder=">", bigtiff=True)
    tifffile.imwrite(tmp_path / "e.tif", np.moveaxis(RGB8, -1, 0), planarconfig="separate",
                     photometric="rgb")  # fmt: skip
    stored = {"a.bmp": RGB8, "b.png": RGB16, "c.tif": VOLUME, "d.tif": GRAY16, "e.tif": RGB8}
    for name, pixels in stored.items():
        found = read(tmp_path / name).pixels
        assert found.dtype == pixels.dtype, name
        assert found.dtype.isnative
        assert np.array_equal(found, pixels), name


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_are_scaled(tmp_path: Path, bits: int) -> None:
    """Gray PNG of 1, 2 or 4 bits spans 0 to 255, as the PNG standard scales samples."""
    levels = np.arange(2**bits, dtype=np.uint8).reshape(1, -1)
    packed = np.packbits(np.unpackbits(levels[..., None], axis=-1)[..., -bits:].ravel())
    data = png(struct.pack(">IIBBBBB", levels.size, 1, bits, 0, 0, 0, 0), b"\0" + packed.tobytes())
    (tmp_path / "x.png").write_bytes(data)
    image = read(tmp_path / "x.png")
    assert image.pixels.dtype == np.uint8
    assert image.pixels[0].tolist() == [round(255 * i / (2**bits - 1)) for i in range(2**bits)]


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_transparent_level_of_gray(tmp_path: Path, bits: int) -> None:
    """The one level that a gray PNG declares as transparent is black, in every depth."""
    levels = np.array([[0, 1, 0, 1, 1, 0, 0, 1]], np.uint16)
    wide = np.unpackbits(levels.astype(">u2").view(np.uint8).reshape(8, 2), axis=-1)[:, -bits:]
    header = struct.pack(">IIBBBBB", 8, 1, bits, 0, 0, 0, 0)
    rows = b"\0" + np.packbits(wide.ravel()).tobytes()
    (tmp_path / "x.png").write_bytes(png(header, rows, (b"tRNS", b"\0\1")))
    assert not read(tmp_path / "x.png").pixels.any()
    (tmp_path / "x.png").write_bytes(png(header, rows, (b"tRNS", b"\0\0")))
    shown = read(tmp_path / "x.png").pixels
    assert np.array_equal(shown != 0, levels != 0)


def test_transparent_throughout_is_told(tmp_path: Path) -> None:
    """Where transparency leaves nothing of an image, a warning says so."""
    rgba = np.dstack([RGB8, np.zeros_like(GRAY8)])
    PillowImage.fromarray(rgba).save(tmp_path / "x.png")
    image = read(tmp_path / "x.png")
    assert not image.pixels.any()
    assert image.warnings == ("transparent throughout, and thus black",)


@pytest.mark.parametrize(
    ("alpha", "expected"), [(0, [10, 20, 30]), (255, [10, 20, 30]), (128, [5, 10, 15])]
)
def test_fourth_byte_of_bmp(tmp_path: Path, alpha: int, expected: list[int]) -> None:
    """An alpha channel of a BMP that is zero everywhere is none; others count."""
    header = struct.pack("<IiiHHIIiiII4I4s", 108, 2, 2, 1, 32, 3, 16, 0, 0, 0, 0, 0xFF0000, 0xFF00,
                         0xFF, 0xFF000000, b"BGRs")  # fmt: skip
    body = header + bytes(122 - 14 - len(header)) + bytes([30, 20, 10, alpha] * 4)
    data = b"BM" + struct.pack("<IHHI", 14 + len(body), 0, 0, 122) + body
    (tmp_path / "x.bmp").write_bytes(data)
    assert read(tmp_path / "x.bmp").pixels[0, 0].tolist() == expected


def test_bmp_compression_that_is_not_read(tmp_path: Path) -> None:
    """A kind of BMP that no decoder here knows is not called damaged."""
    PillowImage.fromarray(GRAY8).save(tmp_path / "x.bmp")
    data = bytearray((tmp_path / "x.bmp").read_bytes())
    data[30] = 5
    (tmp_path / "x.bmp").write_bytes(data)
    with pytest.raises(InputError, match=r"x\.bmp: Unsupported BMP compression"):
        read(tmp_path / "x.bmp")


def test_palette_that_is_missing(tmp_path: Path) -> None:
    """Indices without a palette have no colour: an error, where decoders give black."""
    header = struct.pack(">IIBBBBB", 4, 1, 8, 3, 0, 0, 0)
    (tmp_path / "x.png").write_bytes(png(header, b"\0\0\1\2\3"))
    with pytest.raises(InputError, match="without a palette"):
        read(tmp_path / "x.png")


def test_palettes_become_rgb(tmp_path: Path) -> None:
    """A palette PNG or TIFF gives the colours, not the indices."""
    picture = PillowImage.fromarray(RGB8).quantize(7)
    for name in ("x.png", "x.tif"):
        picture.save(tmp_path / name)
        image = read(tmp_path / name)
        assert image.channel_axis == -1
        assert np.array_equal(image.pixels, np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_opaque_alpha_is_dropped(tmp_path: Path, dtype: type) -> None:
    """An alpha channel that says nothing leaves the pixels as they are, in both depths."""
    full = np.iinfo(dtype).max
    pixels = RGB8.astype(dtype) * (full // 255)
    rgba = np.dstack([pixels, np.full(pixels.shape[:2], full, dtype)])
    cv2.imwrite(str(tmp_path / "x.png"), rgba[..., [2, 1, 0, 3]])
    assert np.array_equal(read(tmp_path / "x.png").pixels, pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transparent_pixels_lie_over_black(tmp_path: Path, dtype: type) -> None:
    """Half transparent is half as bright, and transparent is black."""
    full = np.iinfo(dtype).max
    rgba = np.full((2, 3, 4), full, dtype)
    rgba[0, 0, 3], rgba[0, 1, 3] = 0, full // 3
    cv2.imwrite(str(tmp_path / "x.png"), rgba)
    assert read(tmp_path / "x.png").pixels[0, :, 0].tolist() == [0, full // 3, full]


def test_gray_with_alpha_stays_gray(tmp_path: Path) -> None:
    """Gray with alpha is gray in 8 and in 16 bits, and a transparent key colour is black."""
    PillowImage.fromarray(np.dstack([GRAY8, np.full_like(GRAY8, 255)])).save(tmp_path / "8.png")
    assert np.array_equal(read(tmp_path / "8.png").pixels, GRAY8)
    header = struct.pack(">IIBBBBB", 9, 12, 16, 4, 0, 0, 0)
    rows = np.dstack([GRAY16, np.full_like(GRAY16, 65535)]).astype(">u2")
    (tmp_path / "16.png").write_bytes(png(header, b"".join(b"\0" + row.tobytes() for row in rows)))
    assert np.array_equal(read(tmp_path / "16.png").pixels, GRAY16)
    PillowImage.fromarray(GRAY8).save(tmp_path / "key.png", transparency=int(GRAY8[3, 4]))
    assert np.array_equal(
        read(tmp_path / "key.png").pixels, np.where(GRAY8[3, 4] == GRAY8, 0, GRAY8)
    )


def test_gray_stored_as_rgb_stays_rgb(tmp_path: Path) -> None:
    """The file decides whether an image is in colour, not what its pixels look like."""
    PillowImage.fromarray(GRAY8).convert("RGB").save(tmp_path / "x.png")
    assert read(tmp_path / "x.png").pixels.shape == (12, 9, 3)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg(tmp_path: Path, mode: str, progressive: bool) -> None:
    """Gray, YCbCr and CMYK JPEG files give gray or RGB like Pillow's own decoding."""
    smooth = np.add.outer(np.arange(40), np.arange(30)).astype(np.uint8)
    picture = PillowImage.fromarray(np.dstack([smooth, smooth + 50, 255 - smooth])).convert(mode)
    picture.save(tmp_path / "x.jpg", progressive=progressive, quality=95)
    image = read(tmp_path / "x.jpg")
    with PillowImage.open(tmp_path / "x.jpg") as reference:
        expected = np.asarray(reference if mode == "L" else reference.convert("RGB"))
    assert np.array_equal(image.pixels, expected)
    assert image.channel_axis == (None if mode == "L" else -1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str) -> None:
    """All eight orientations give what an image viewer shows."""
    from PIL import ImageOps

    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    PillowImage.fromarray(GRAY8).save(tmp_path / f"x{suffix}", exif=exif)
    with PillowImage.open(tmp_path / f"x{suffix}") as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    assert np.array_equal(read(tmp_path / f"x{suffix}").pixels, expected)


def test_tiff_variants(tmp_path: Path) -> None:
    """White-is-zero is inverted, opaque alpha dropped, tiles and strips put together."""
    tifffile.imwrite(tmp_path / "w.tif", GRAY8, photometric="miniswhite")
    assert np.array_equal(read(tmp_path / "w.tif").pixels, 255 - GRAY8)
    rgba = np.dstack([RGB16, np.full_like(GRAY16, 65535)])
    tifffile.imwrite(tmp_path / "a.tif", rgba, photometric="rgb", extrasamples=["unassalpha"])
    assert np.array_equal(read(tmp_path / "a.tif").pixels, RGB16)
    big = np.tile(GRAY16, (9, 9))
    tifffile.imwrite(tmp_path / "t.tif", big, tile=(16, 32), compression="zlib")
    assert np.array_equal(read(tmp_path / "t.tif").pixels, big)


def test_tiff_codec_is_named(tmp_path: Path) -> None:
    """A compression whose decoder is not installed names the package, unless it is there."""
    PillowImage.fromarray(GRAY8).save(tmp_path / "x.tif", compression="tiff_lzw")
    try:
        import imagecodecs  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match=r"LZW needs a decoder: pip install imagecodecs"):
            read(tmp_path / "x.tif")
    else:
        assert np.array_equal(read(tmp_path / "x.tif").pixels, GRAY8)


def test_tiff_pages_of_two_sizes(tmp_path: Path) -> None:
    """Pages that make no volume are named, not dropped."""
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        file.write(GRAY8)
        file.write(GRAY8[:5])
    with pytest.raises(InputError, match=r"2 TIFF pages of different kinds \(12x9, 5x9\)"):
        read(tmp_path / "x.tif")


def test_animated_png_is_refused(tmp_path: Path) -> None:
    """Frames beside the first are not dropped in silence."""
    picture, other = PillowImage.fromarray(GRAY8), PillowImage.fromarray(GRAY8[::-1])
    picture.save(tmp_path / "x.png", save_all=True, append_images=[other])
    with pytest.raises(InputError, match="an animated PNG of 2 frames"):
        read(tmp_path / "x.png")


def test_npy_axes(tmp_path: Path) -> None:
    """Fortran order, big-endian and half floats are read; one channel is gray."""
    cases = {
        "f": (np.asfortranarray(HOUNSFIELD), HOUNSFIELD),
        "b": (HOUNSFIELD.astype(">i2"), HOUNSFIELD),
        "h": (VOLUME.astype(np.float16), VOLUME.astype(np.float16).astype(np.float32)),
        "c": (GRAY8[..., None], GRAY8),
    }
    for name, (stored, expected) in cases.items():
        np.save(tmp_path / f"{name}.npy", stored)
        image = read(tmp_path / f"{name}.npy")
        assert image.pixels.dtype == expected.dtype
        assert np.array_equal(image.pixels, expected)
        assert image.channel_axis is None


def test_content_beats_suffix(tmp_path: Path) -> None:
    """A PNG named .tif and a TIFF named .dcm are read by what they are."""
    write(tmp_path / "a.png", GRAY16)
    write(tmp_path / "b.tif", HOUNSFIELD)
    (tmp_path / "a.png").rename(tmp_path / "a.tif")
    (tmp_path / "b.tif").rename(tmp_path / "b.dcm")
    assert np.array_equal(read(tmp_path / "a.tif").pixels, GRAY16)
    assert np.array_equal(read(tmp_path / "b.dcm").pixels, HOUNSFIELD)


def test_huge_headers_are_refused_before_allocation(tmp_path: Path) -> None:
    """Headers that declare more than the budget are errors, whatever follows them."""
    side = 2**16 - 1
    files = {
        "x.png": png(struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0), b"\0"),
        "x.npy": npy_header(str({"descr": "<f8", "fortran_order": False, "shape": (side, side)})),
        "x.bmp": b"BM" + bytes(12) + struct.pack("<Iii", 40, side, side) + bytes(28),
        "x.jpg": b"\xff\xd8\xff\xc0\0\x0b\x08" + struct.pack(">HH", side, side) + b"\1\1\x11\0"
        b"\xff\xda\0\x08\1\1\0\0\x3f\0\xff\xd9",
    }  # fmt: skip
    tifffile.imwrite(tmp_path / "x.tif", GRAY8)
    data = bytearray((tmp_path / "x.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        for tag in ("ImageWidth", "ImageLength"):
            found = file.pages[0].tags[tag]
            struct.pack_into("<H", data, found.valueoffset, side)
    files["x.tif"] = bytes(data)
    assert side**2 > MAX_PIXELS
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=f"{name}.*{side} x {side} pixels, more than"):
            read(tmp_path / name)


def test_suffixes_are_lower_case() -> None:
    """Folders are searched for names that end in one of these, in any case."""
    assert {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".npy", ".dcm"} <= SUFFIXES
    assert all(suffix == suffix.lower() for suffix in SUFFIXES)


def png(header: bytes, rows: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG file from its header and unfiltered rows, and chunks between them."""
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
        for tag, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def npy_header(text: str) -> bytes:
    """An NPY file without data."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) + 1) + text.encode() + b"\n"
