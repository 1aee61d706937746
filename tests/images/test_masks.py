"""Masks from files: labels as they are stored, and what is said where that is not certain."""

import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from imgpipe import InputError
from imgpipe.images import read_mask, write

LABELS = np.zeros((20, 24), np.uint8)
LABELS[2:5, 2:6] = 1
LABELS[10:14, 7:9] = 2
INSIDE = LABELS > 0
WHITE = INSIDE.astype(np.uint8) * 255
BLACK = np.zeros_like(WHITE)
CLOSED = np.full_like(WHITE, 255)


def save(path, *channels):
    """Gray, gray with alpha, RGB or RGBA by the number of channels."""
    PillowImage.fromarray(np.dstack(channels).squeeze()).save(path)
    return path


def palette(path, *colours, **settings):
    picture = PillowImage.new("P", LABELS.shape[::-1])
    picture.putdata(LABELS.ravel().tolist())
    picture.putpalette([c for colour in colours for c in colour])
    picture.save(path, **settings)
    return path


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_palette_indices_are_labels(tmp_path, suffix):
    """Indices are kept whatever their colours, and a background that is not black is told."""
    voc = palette(tmp_path / f"voc{suffix}", (0, 0, 0), (128, 0, 0), (0, 128, 0))
    mask = read_mask(voc)
    assert np.array_equal(mask.labels, LABELS)
    assert mask.warnings == ()
    odd = palette(tmp_path / f"odd{suffix}", (255, 255, 255), (0, 0, 0), (0, 0, 0))
    mask = read_mask(odd)
    assert np.array_equal(mask.labels, LABELS)
    assert mask.warnings == ("palette index 0 is outside, though painted (255, 255, 255)",)


def test_transparency_of_a_palette_does_not_count(tmp_path):
    """A label that is shown as transparent is a label."""
    path = palette(tmp_path / "x.png", (0, 0, 0), (9, 9, 9), (5, 5, 5), transparency=1)
    assert np.array_equal(read_mask(path).labels, LABELS)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_values_are_labels(tmp_path, suffix, dtype):
    """8- and 16-bit labels come as they are, 255 and 485 too."""
    labels = LABELS.astype(dtype) * (255 if dtype == np.uint8 else 485)
    write(tmp_path / f"x{suffix}", labels)
    mask = read_mask(tmp_path / f"x{suffix}")
    assert mask.labels.dtype == dtype
    assert np.array_equal(mask.labels, labels)
    assert mask.warnings == ()


@pytest.mark.parametrize("bits", [2, 4])
def test_few_bits_are_not_scaled(tmp_path, bits):
    """The labels of a PNG of 2 or 4 bits are not multiplied to span 0 to 255, as pictures are."""
    header = struct.pack(">IIBBBBB", LABELS.shape[1], LABELS.shape[0], bits, 0, 0, 0, 0)
    levels = np.unpackbits(LABELS[..., None], axis=-1)[..., -bits:].reshape(len(LABELS), -1)
    rows = np.packbits(levels, axis=-1)
    parts = [(b"IHDR", header), (b"IEND", b"")]
    parts.insert(1, (b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))))
    body = [struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
            for t, d in parts]  # fmt: skip
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(body))
    assert np.array_equal(read_mask(tmp_path / "x.png").labels, LABELS)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_one_bit_is_false_and_true(tmp_path, suffix):
    """Files of one bit give booleans."""
    PillowImage.fromarray(INSIDE).save(tmp_path / f"x{suffix}")
    mask = read_mask(tmp_path / f"x{suffix}")
    assert mask.labels.dtype == bool
    assert np.array_equal(mask.labels, INSIDE)


def test_white_as_zero_is_not_inverted(tmp_path):
    """Masks of ImageJ store what is inside as 255 and paint it black."""
    tifffile.imwrite(tmp_path / "x.tif", WHITE, photometric="miniswhite")
    mask = read_mask(tmp_path / "x.tif")
    assert np.array_equal(mask.labels, WHITE)
    assert mask.warnings == ("0 is outside, though the file stores white as 0",)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_is_cut_in_the_middle(tmp_path, mode):
    """The blur of JPEG is cut away, and its pixels are counted."""
    PillowImage.fromarray(WHITE).convert(mode).save(tmp_path / "x.jpg", quality=75)
    mask = read_mask(tmp_path / "x.jpg")
    assert np.array_equal(mask.labels, INSIDE)
    with PillowImage.open(tmp_path / "x.jpg") as picture:
        stored = np.asarray(picture.convert("L"))
    between = np.count_nonzero((stored > 0) & (stored < 255))
    assert between > 0
    assert mask.warnings == (
        f"lossy compression blurs masks: {between} of 480 pixels are neither 0 nor 255; "
        "those above 127.5 are inside",
    )


def test_dark_and_empty_jpeg(tmp_path):
    """A mask of 0 and 40 is cut at 20; an empty one stays empty, without a word."""
    PillowImage.fromarray(INSIDE.astype(np.uint8) * 40).save(tmp_path / "dark.jpg", quality=95)
    assert np.array_equal(read_mask(tmp_path / "dark.jpg").labels, INSIDE)
    save(tmp_path / "empty.jpg", BLACK)
    mask = read_mask(tmp_path / "empty.jpg")
    assert not mask.labels.any()
    assert mask.warnings == ()


@pytest.mark.parametrize("channels", [(CLOSED, WHITE), (BLACK, WHITE), (*[BLACK] * 3, WHITE)])
def test_alpha_is_the_mask_of_one_colour(tmp_path, channels):
    """Where nothing but the alpha channel changes, it is the mask."""
    mask = read_mask(save(tmp_path / "x.png", *channels))
    assert np.array_equal(mask.labels, INSIDE)
    assert mask.warnings == ()


def test_soft_alpha_is_counted(tmp_path):
    """Alpha values between transparent and opaque are cut in the middle, with a count."""
    alpha = WHITE.copy()
    alpha[0, :3], alpha[1, :2] = 100, 200
    mask = read_mask(save(tmp_path / "x.png", CLOSED, alpha))
    assert mask.labels.sum() == INSIDE.sum() + 2
    assert "5 of 480 pixels are neither 0 nor 255" in mask.warnings[0]


def test_opaque_alpha_says_nothing(tmp_path):
    """An opaque alpha channel is dropped, also where the colour is the same throughout."""
    mask = read_mask(save(tmp_path / "x.png", WHITE, CLOSED))
    assert np.array_equal(mask.labels, WHITE)
    assert mask.warnings == ()
    assert not read_mask(save(tmp_path / "y.png", BLACK, CLOSED)).labels.any()


def test_transparent_labels_are_outside(tmp_path):
    """A label painted on transparent white is that label alone, and the white is counted."""
    path = save(tmp_path / "x.png", CLOSED, 255 - WHITE, 255 - WHITE, WHITE)
    mask = read_mask(path)
    assert np.array_equal(mask.labels, INSIDE * 0xFF0000)
    outside = 480 - INSIDE.sum()
    assert mask.warnings == (f"{outside} of 480 pixels have a label but are transparent: outside",)


def test_equal_channels_are_one(tmp_path):
    """Gray stored as RGB gives the gray labels."""
    mask = read_mask(save(tmp_path / "x.png", LABELS, LABELS, LABELS))
    assert np.array_equal(mask.labels, LABELS)
    assert mask.warnings == ()


def test_colours_are_labels(tmp_path):
    """A colour is the same number in every file; several of them are told."""
    red, green = WHITE * (LABELS == 1), WHITE * (LABELS == 2)
    mask = read_mask(save(tmp_path / "x.png", red, green, BLACK))
    assert np.array_equal(mask.labels, np.choose(LABELS, [0, 0xFF0000, 0xFF00]))
    assert mask.warnings == (
        "2 colours besides black, each a label (red * 65536 + green * 256 + blue)",
    )
    assert read_mask(save(tmp_path / "y.png", BLACK, green, BLACK)).warnings == ()
    deep = np.dstack([BLACK, LABELS, BLACK]).astype(np.uint16)
    write(tmp_path / "z.png", deep, channel_axis=-1)
    assert np.array_equal(read_mask(tmp_path / "z.png").labels, LABELS.astype(int) << 16)


def test_axis_of_one_channel(tmp_path):
    """Arrays (y, x, 1) and (n, y, x, 1) have the labels of (y, x) and (n, y, x)."""
    np.save(tmp_path / "a.npy", LABELS[..., None])
    assert np.array_equal(read_mask(tmp_path / "a.npy").labels, LABELS)
    volume = np.stack([LABELS, LABELS + 1])
    np.save(tmp_path / "b.npy", volume[..., None])
    assert np.array_equal(read_mask(tmp_path / "b.npy").labels, volume)


@pytest.mark.parametrize("write_floats", [np.save, tifffile.imwrite])
def test_floats_are_whole_numbers(tmp_path, write_floats):
    """Whole floats become integers; fractions and NaN are errors that count them."""
    path = tmp_path / ("x.npy" if write_floats is np.save else "x.tif")
    write_floats(path, LABELS.astype(np.float32) * 300)
    mask = read_mask(path)
    assert mask.labels.dtype == np.int64
    assert np.array_equal(mask.labels, LABELS.astype(int) * 300)
    write_floats(path, LABELS * np.float32(0.25))
    with pytest.raises(InputError, match=r"20 of 480 values of the mask are fractions \(0\.25\)"):
        read_mask(path)
    write_floats(path, np.where(INSIDE, np.float32(np.nan), 0))
    with pytest.raises(InputError, match="20 of 480 values of the mask are NaN"):
        read_mask(path)


def test_blurred_border_is_told(tmp_path):
    """Many values between 0 and 255 are no labels; a void label of 255 is no alarm."""
    ramp = np.tile(np.r_[0:256:4, 255].astype(np.uint8), (9, 1))
    (note,) = read_mask(save(tmp_path / "x.png", ramp)).warnings
    assert "values between 0 and 255, as after blurring" in note
    voc = LABELS.copy()
    voc[0], voc[1, :20] = 255, range(1, 21)
    assert read_mask(save(tmp_path / "y.png", voc)).warnings == ()


def test_masks_are_turned_like_images(tmp_path):
    """Orientation is applied to indices as to pictures, in PNG and TIFF."""
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    path = palette(tmp_path / "x.png", (0, 0, 0), (9, 9, 9), (5, 5, 5), exif=exif)
    assert np.array_equal(read_mask(path).labels, np.rot90(LABELS, -1))
    tifffile.imwrite(tmp_path / "x.tif", LABELS, extratags=[(274, "H", 1, 6, True)])
    assert np.array_equal(read_mask(tmp_path / "x.tif").labels, np.rot90(LABELS, -1))


def test_what_is_no_image_is_no_mask(tmp_path):
    """The errors are those of `read`."""
    with pytest.raises(InputError, match="no such file"):
        read_mask(tmp_path / "none.png")


def test_colours_of_wide_integers(tmp_path):
    """Colours that make no label are told, and none of them is lost."""
    np.save(tmp_path / "x.npy", np.dstack([LABELS.astype(np.int32) * 70000, BLACK, BLACK]))
    mask = read_mask(tmp_path / "x.npy")
    assert np.array_equal(mask.labels, INSIDE)
    assert mask.warnings == ("colours beyond 16 bits a channel: all but black are inside",)
