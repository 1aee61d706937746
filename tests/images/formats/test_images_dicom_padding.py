"""Padding and tables of DICOM pixels: signs, ranges, and what lossy compression leaves."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_files import make, sample
from PIL import Image as PillowImage
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, JPEGBaseline8Bit

from imgpipe import InputError
from imgpipe.images import read

VALUE, LIMIT = 0x00280120, 0x00280121
SIGNED = np.array([[-2000, -2000, 0, 100], [40, -1000, 50, -2000]], np.int16)
UNSIGNED = np.array([[63536, 63536, 9, 100], [40, 7, 50, 63536]], np.uint16)


@pytest.mark.parametrize(
    ("pixels", "kind", "value"),
    [
        (SIGNED, "SS", -2000),
        (SIGNED, "US", 63536),
        (SIGNED, "OW", (63536).to_bytes(2, "little")),
        (UNSIGNED, "US", 63536),
        (UNSIGNED, "SS", -2000),
        (SIGNED, "UN", (63536).to_bytes(2, "little")),
    ],
)
def test_sign_of_the_padding_value(
    tmp_path: Path, pixels: np.ndarray, kind: str, value: object
) -> None:
    """The padding value has the sign of the pixels, whichever it was written with."""
    found = read(make(tmp_path / "x.dcm", pixels, add=[(VALUE, kind, value)])).pixels
    expected = pixels.copy()
    expected[[0, 0, 1], [0, 1, 3]] = -1000 if pixels is SIGNED else 7
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(("kind", "value"), [("SS", -2000), ("US", 63536), ("US", 2096)])
def test_sign_of_twelve_bits(tmp_path: Path, kind: str, value: int) -> None:
    """Where 12 bits are stored, the padding value may be signed in 12 bits or in 16."""
    pixels = SIGNED & 0x0FFF
    path = make(tmp_path / "x.dcm", pixels, BitsStored=12, add=[(VALUE, kind, value)])
    expected = SIGNED.copy()
    expected[[0, 0, 1], [0, 1, 3]] = -1000
    assert np.array_equal(read(path).pixels, expected)


def test_eight_bits(tmp_path: Path) -> None:
    """Signed padding of 8-bit pixels is read as the byte that it is."""
    pixels = np.array([[-128, 5, 9, 7]], np.int8)
    found = read(make(tmp_path / "x.dcm", pixels, add=[(VALUE, "US", 128)])).pixels
    assert found.tolist() == [[5, 5, 9, 7]]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("SS", -2000), ("US", 63536), ("US", 304), ("SS", -1), ("UN", (63536).to_bytes(2, "little"))],
)
def test_padding_outside_eight_bits(tmp_path: Path, kind: str, value: object) -> None:
    """A padding value that unsigned pixels of 8 bits cannot hold pads none of them."""
    pixels = np.array([[48, 48, 7, 255], [0, 60, 208, 48]], np.uint8)
    found = read(make(tmp_path / "x.dcm", pixels, add=[(VALUE, kind, value)])).pixels
    assert np.array_equal(found, pixels)


def test_padding_of_eight_bits(tmp_path: Path) -> None:
    """One that they can hold does, and so does the part of a range that they can hold."""
    pixels = np.array([[0, 48, 7, 255]], np.uint8)
    found = read(make(tmp_path / "x.dcm", pixels, add=[(VALUE, "US", 255)])).pixels
    assert found.tolist() == [[0, 48, 7, 0]]
    tags = [(VALUE, "SS", -2000), (LIMIT, "SS", 0)]
    assert read(make(tmp_path / "y.dcm", pixels, add=tags)).pixels.tolist() == [[7, 48, 7, 255]]


@pytest.mark.parametrize(
    ("kind", "ends"), [("SS", (-2000, -1990)), ("SS", (-1990, -2000)), ("US", (63536, 63546))]
)
def test_range_of_padding_values(tmp_path: Path, kind: str, ends: tuple[int, int]) -> None:
    """All values of the range are padding, in either order and sign, and its neighbours are not."""
    pixels = np.array([[-2000, -1995, -1990, -1989, -2001, 50]], np.int16)
    tags = [(VALUE, kind, ends[0]), (LIMIT, kind, ends[1])]
    found = read(make(tmp_path / "x.dcm", pixels, add=tags)).pixels
    assert found.tolist() == [[-2001, -2001, -2001, -1989, -2001, 50]]


def test_value_that_no_pixel_can_have(tmp_path: Path) -> None:
    """A padding value that does not occur changes nothing; nor does padding all over."""
    assert np.array_equal(
        read(make(tmp_path / "x.dcm", SIGNED, PixelPaddingValue=-3000)).pixels, SIGNED
    )
    everywhere = np.full((2, 3), -2000, np.int16)
    assert np.array_equal(
        read(make(tmp_path / "y.dcm", everywhere, PixelPaddingValue=-2000)).pixels, everywhere
    )


def round_scan() -> tuple[np.ndarray, np.ndarray]:
    """A disc of 60 to 200 on padding of 0, and where the padding is."""
    y, x = np.mgrid[:160, :160] - 79.5
    outside = np.hypot(y, x) > 75
    inside = 130 + 70 * np.sin(x / 6) * np.cos(y / 9)
    return np.where(outside, 0, inside).astype(np.uint8), outside


@pytest.mark.parametrize("name", ["JPEG", "JPEG2000"])
def test_ringing_round_padding(tmp_path: Path, name: str) -> None:
    """What lossy compression leaves of padding, beside it and in it, takes the lowest value."""
    pixels, outside = round_scan()
    coded = io.BytesIO()
    settings = {"JPEG": {"quality": 70}, "JPEG2000": {"irreversible": True, "no_jp2": True,
                "quality_mode": "rates", "quality_layers": [30]}}[name]  # fmt: skip
    PillowImage.fromarray(pixels).save(coded, format=name, **settings)
    dataset = pydicom.dcmread(make(tmp_path / "x.dcm", pixels, PixelPaddingValue=0))
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit if name == "JPEG" else JPEG2000
    dataset.LossyImageCompression = "01"
    dataset.PixelData = encapsulate([coded.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(tmp_path / "x.dcm")
    with PillowImage.open(coded) as stored:
        rung = np.asarray(stored)[outside]
    assert rung.max() > 20
    found = read(tmp_path / "x.dcm").pixels
    assert found.min() > 40
    assert np.ptp(found[outside]) < 0.4 * rung.max()
    assert np.abs(found[~outside].astype(int) - pixels[~outside]).mean() < 10
    del dataset.PixelPaddingValue
    dataset.save_as(tmp_path / "y.dcm")
    assert read(tmp_path / "y.dcm").pixels.min() == 0


def test_real_head_on_padding() -> None:
    """The corners of a lossy CT are air, and not the -3000 HU of padding that rings."""
    pixels = read(sample("693_J2KI.dcm")).pixels
    assert -1300 < pixels.min() < -1200
    assert np.ptp(pixels[:40, :40]) == 0
    assert np.median(pixels[200:300, 200:300]) == pytest.approx(40, abs=30)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16])
@pytest.mark.parametrize(("kind", "first"), [("SS", -1000), ("US", 64536)])
def test_sign_of_the_first_entry_of_a_table(
    tmp_path: Path, dtype: type, kind: str, first: int
) -> None:
    """A modality look-up table begins at a value with the sign of the pixels, however written."""
    table = Dataset()
    table.add_new(0x00283002, kind, [4, first, 16])
    table.add_new(0x00283006, "US", [10, 20, 30, 40])
    pixels = np.array([[-1000, -999, -998, -997, -1001, -2]], np.int16).view(dtype)
    found = read(make(tmp_path / "x.dcm", pixels, ModalityLUTSequence=[table])).pixels
    assert found.tolist() == [[10, 20, 30, 40, 10, 40]]
    del table[0x00283006]
    with pytest.raises(InputError, match="ModalityLUTSequence without its table"):
        read(make(tmp_path / "x.dcm", pixels, ModalityLUTSequence=[table]))
