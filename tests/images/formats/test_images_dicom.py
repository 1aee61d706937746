"""DICOM: pydicom's own test files, and small files made to order."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.encaps
import pytest
from dicom_files import RAMP, make, sample

from imgpipe import InputError
from imgpipe.images import read


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "low", "high"),
    [
        ("CT_small.dcm", (128, 128), "int16", -896, 1167),
        ("MR_small.dcm", (64, 64), "int16", 127, 2145),
        ("MR_small_bigendian.dcm", (64, 64), "int16", 127, 2145),
        ("MR_small_RLE.dcm", (64, 64), "int16", 127, 2145),
        ("image_dfl.dcm", (512, 512), "uint8", 0, 255),
        ("SC_rgb_rle_16bit_2frame.dcm", (2, 100, 100, 3), "uint16", 0, 65535),
        ("SC_ybr_full_422_uncompressed.dcm", (100, 100, 3), "uint8", 0, 255),
        ("examples_palette.dcm", (350, 800, 3), "uint16", 0, 65280),
        ("rtdose.dcm", (15, 10, 10), "float64", 0.795, 1.254),
        ("liver_1frame.dcm", (512, 512), "uint8", 0, 1),
    ],
)
def test_sample_files(name: str, shape: tuple[int, ...], dtype: str, low: int, high: int) -> None:
    """Big-endian, RLE, deflated, 1-bit, YBR, palette and multi-frame files are read whole."""
    image = read(sample(name))
    assert image.pixels.shape == shape
    assert image.pixels.dtype == dtype
    assert (image.pixels.min(), image.pixels.max()) == (low, high)
    assert image.channel_axis == (-1 if shape[-1] == 3 else None)


def test_encodings_of_one_image_agree() -> None:
    """One image in five transfer syntaxes has one set of pixels."""
    plain = read(sample("MR_small.dcm")).pixels
    for name in ("MR_small_bigendian", "MR_small_RLE", "MR_small_implicit", "MR_small_padded"):
        assert np.array_equal(read(sample(f"{name}.dcm")).pixels, plain)


def test_spacing_follows_the_axes(tmp_path: Path) -> None:
    """Spacing is (y, x) for an image and (z, y, x) for a volume, None where it is not known."""
    assert read(sample("CT_small.dcm")).spacing == (0.661468, 0.661468)
    plane = make(tmp_path / "a.dcm", PixelSpacing=[0.5, 0.25], SliceThickness=3)
    assert read(plane).spacing == (0.5, 0.25)
    frames = np.stack([RAMP, RAMP + 1])
    volume = make(tmp_path / "b.dcm", frames, NumberOfFrames=2, PixelSpacing=[0.5, 0.25],
                  SliceThickness=3)  # fmt: skip
    image = read(volume)
    assert image.spacing is None
    assert image.warnings == ("2 frames whose distance is not known: their spacing is left out",)
    assert np.array_equal(image.pixels, frames)
    volume = make(tmp_path / "b.dcm", frames, NumberOfFrames=2, PixelSpacing=[0.5, 0.25],
                  SliceThickness=5, SpacingBetweenSlices=3)  # fmt: skip
    assert read(volume).spacing == (3.0, 0.5, 0.25)
    assert read(volume).warnings == ()
    image = read(make(tmp_path / "c.dcm", PixelSpacing=[0, 0.25]))
    assert image.spacing is None
    assert image.warnings == ("PixelSpacing 0 x 0.25 mm is no spacing: it is left out",)
    assert read(make(tmp_path / "d.dcm")).warnings == ()


@pytest.mark.parametrize(
    ("elements", "expected", "dtype"),
    [
        ({"RescaleSlope": 2, "RescaleIntercept": -1024}, RAMP * 2.0 - 1024, "int16"),
        ({"RescaleSlope": 0.5, "RescaleIntercept": 1}, RAMP * 0.5 + 1, "float64"),
        ({"RescaleSlope": 100000, "RescaleIntercept": 0}, RAMP * 1e5, "int64"),
        ({"RescaleIntercept": 0}, RAMP, "uint16"),
        ({"BitsStored": 12, "RescaleSlope": 1, "RescaleIntercept": -5}, RAMP - 5.0, "int16"),
    ],
)
def test_rescale(
    tmp_path: Path, elements: dict[str, Any], expected: np.ndarray, dtype: str
) -> None:
    """Whole slopes and intercepts keep integers, wide enough; others give float64."""
    image = read(make(tmp_path / "x.dcm", **elements))
    assert image.pixels.dtype == dtype
    assert np.array_equal(image.pixels, expected)


@pytest.mark.parametrize(
    ("slope", "intercept"),
    [("0.1", "0"), ("0.3", "-1000.05"), ("-0.7", "3"), ("1.234567E-4", "0.5"), ("1E-7", "1E-9")],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16])
def test_decimal_slopes(tmp_path: Path, slope: str, intercept: str, dtype: type) -> None:
    """A value is the float nearest to the decimal that slope and intercept make of an integer."""
    stored = np.linspace(*(float(end) for end in (np.iinfo(dtype).min, np.iinfo(dtype).max)), 200)
    stored = stored.astype(dtype).reshape(10, 20)
    path = make(tmp_path / "x.dcm", stored, RescaleSlope=slope, RescaleIntercept=intercept)
    exact = [int(k) * Fraction(slope) + Fraction(intercept) for k in stored.ravel()]
    assert read(path).pixels.ravel().tolist() == [float(x) for x in exact]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16])
@pytest.mark.parametrize(
    ("slope", "intercept"),
    [(".122100122100122", "0"), ("2.54945054945055", "-1000.5"), ("-1.234567890E-30", "1E-28"),
     ("3.3333333333E-5", "12345.6789012345")],
)  # fmt: skip
def test_slopes_of_more_digits_than_floats_hold(
    tmp_path: Path, slope: str, intercept: str, dtype: type
) -> None:
    """Values of long slopes are right to ten digits, and all steps are of one size."""
    ends = np.iinfo(dtype).min, np.iinfo(dtype).max
    stored = np.linspace(*map(float, ends), 256).astype(dtype).reshape(16, 16)
    path = make(tmp_path / "x.dcm", stored, RescaleSlope=slope, RescaleIntercept=intercept)
    found = read(path).pixels
    exact = stored.astype(float) * float(slope) + float(intercept)
    assert np.abs(found - exact).max() <= 1e-10 * np.abs(exact).max()
    values = [Fraction(x) for x in found.ravel()]
    step = (values[-1] - values[0]) / (int(stored[-1, -1]) - int(stored[0, 0]))
    assert values == [values[0] + step * (int(k) - int(stored[0, 0])) for k in stored.ravel()]


def test_long_slopes_of_32_bits(tmp_path: Path) -> None:
    """Where 32 bits are stored, each value is right to the last digit but one."""
    stored = np.array([[0, 1, 2**31, 2**32 - 1]], np.uint32)
    path = make(tmp_path / "x.dcm", stored, RescaleSlope=".122100122100122", RescaleIntercept="1")
    np.testing.assert_allclose(read(path).pixels, stored * 0.122100122100122 + 1, rtol=3e-16)


def test_rescale_of_zero_is_refused(tmp_path: Path) -> None:
    """A slope of zero would make every pixel equal."""
    with pytest.raises(InputError, match="RescaleSlope 0"):
        read(make(tmp_path / "x.dcm", RescaleSlope=0, RescaleIntercept=0))


def test_monochrome1_is_inverted_in_its_stored_range(tmp_path: Path) -> None:
    """Large values become bright: 0 and 4095 change places in a 12-bit file."""
    path = make(tmp_path / "x.dcm", PhotometricInterpretation="MONOCHROME1", BitsStored=12)
    assert np.array_equal(read(path).pixels, 4095 - RAMP)


def test_unused_and_sign_bits(tmp_path: Path) -> None:
    """Bits above those stored do not count, and the sign is that of the stored bits."""
    dirty = make(tmp_path / "a.dcm", RAMP | 0xF000, BitsStored=12)
    assert np.array_equal(read(dirty).pixels, RAMP)
    signed = make(tmp_path / "b.dcm", (RAMP - 6).astype(np.int16) & 0x0FFF, BitsStored=12)
    assert np.array_equal(read(signed).pixels, RAMP.astype(int) - 6)


def test_padding_gets_the_lowest_value(tmp_path: Path) -> None:
    """Pixels outside the scan do not stand out: they take the lowest measured value."""
    pixels = RAMP.astype(np.int16) + 30
    pixels[0] = -2000
    path = make(tmp_path / "x.dcm", pixels, RescaleSlope=1, RescaleIntercept=-1024,
                PixelPaddingValue=-2000)  # fmt: skip
    found = read(path).pixels
    assert found[0].tolist() == [30 + 4 - 1024] * 4
    assert np.array_equal(found[1:], pixels[1:] - 1024)


@pytest.mark.parametrize("name", ["rtstruct.dcm", "test-SR.dcm", "waveform_ecg.dcm"])
def test_no_pixels_names_the_kind(name: str) -> None:
    """A file without an image says what kind of object it is."""
    kind = pydicom.dcmread(sample(name), force=True).SOPClassUID.name
    with pytest.raises(InputError, match=f"without pixels.*{kind}"):
        read(sample(name))


def test_a_structure_set_is_no_image_but_a_mask() -> None:
    """Read as a picture, for instance as the mask of one, it says what its contours go with."""
    with pytest.raises(InputError, match="a mask for the folder of the series"):
        read(sample("rtstruct.dcm"))


@pytest.mark.parametrize("name", ["MR_small", "MR_small_implicit", "MR_small_bigendian"])
def test_no_preamble_and_no_suffix(tmp_path: Path, name: str) -> None:
    """A file without preamble is read by what it begins with, whatever it is called."""
    whole = sample(f"{name}.dcm").read_bytes()
    start = 144 + int.from_bytes(whole[140:144], "little")
    bare = {"bare": whole[start:], "meta.bin": whole[132:], "bare.dcm": whole[start:]}
    for file, data in bare.items():
        (tmp_path / file).write_bytes(data)
        assert np.array_equal(read(tmp_path / file).pixels, read(sample("MR_small.dcm")).pixels)


def test_what_is_no_dicom_but_called_so(tmp_path: Path) -> None:
    """A text named .dcm, and bytes that begin a little like DICOM, are errors that say so."""
    (tmp_path / "text.dcm").write_text("this is no DICOM file at all\n" * 20)
    with pytest.raises(InputError, match=r"text\.dcm"):
        read(tmp_path / "text.dcm")
    for start in (b"\x08\x00\x00\x20\x00\x00", b"\x10\x00\x10\x00LO", b"\x08\x00"):
        (tmp_path / "x").write_bytes(start + bytes(200))
        with pytest.raises(InputError, match="not an image"):
            read(tmp_path / "x")


def test_declared_dimensions_are_checked(tmp_path: Path) -> None:
    """More rows than bytes is an error, and huge dimensions never reach the decoder."""
    with pytest.raises(InputError, match="less than expected"):
        read(make(tmp_path / "a.dcm", Rows=30))
    with pytest.raises(InputError, match="65535 x 65535 pixels, more than"):
        read(make(tmp_path / "b.dcm", Rows=65535, Columns=65535))


@pytest.mark.data
def test_real_series(shared_data: Path) -> None:
    """Slices of a real CT come in Hounsfield units with one dtype; the RTSTRUCT has no pixels."""
    folder = shared_data / "ct_series" / "STS_025" / "CT"
    slices = [read(path) for path in sorted((folder / "image").iterdir())]
    assert {image.pixels.dtype for image in slices} == {np.dtype(np.int16)}
    assert all(image.spacing is not None for image in slices)
    assert min(image.pixels.min() for image in slices) >= -1024
    with pytest.raises(InputError, match="RT Structure Set"):
        read(folder / "mask" / "RS.dcm")
