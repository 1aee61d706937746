"""DICOM whose pixels are compressed: one decoder for each transfer syntax."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pydicom.encaps
import pytest
from dicom_files import make, sample
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless

from imgpipe import InputError
from imgpipe.images import read


def test_missing_decoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the packages for a compression are missing, the error names them."""
    import importlib.util

    import pydicom.pixels

    def fail(*args: object, **settings: object) -> None:
        raise RuntimeError("no plugin")

    monkeypatch.setattr(pydicom.pixels, "pixel_array", fail)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"JPEG-LS.*pip install pyjpegls"):
        read(sample("MR_small_jpeg_ls_lossless.dcm"))
    with pytest.raises(InputError, match=r"JPEG 2000.*pip install pylibjpeg pylibjpeg-openjpeg"):
        read(sample("MR_small_jp2klossless.dcm"))
    with pytest.raises(
        InputError, match=r"JPEG Extended.*pip install imagecodecs .*imgpipe\[dicom"
    ):
        read(sample("JPGExtended.dcm"))
    with pytest.raises(InputError, match=r"JPEG Lossless.*pip install imagecodecs"):
        read(sample("SC_rgb_jpeg_gdcm.dcm"))


def test_compressed_stream_must_agree_with_the_header(tmp_path: Path) -> None:
    """A compressed frame that declares other dimensions is refused before it is decoded."""
    data = bytearray(sample("MR_small_jp2klossless.dcm").read_bytes())
    at = data.find(b"\xff\x4f\xff\x51")
    data[at + 8 : at + 12] = (50000).to_bytes(4, "big")
    (tmp_path / "x.dcm").write_bytes(data)
    with pytest.raises(InputError, match=r"64 x 50000|impossible tiles"):
        read(tmp_path / "x.dcm")


@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        ("1.2.840.10008.1.2.4.102", "MPEG-4"),
        ("1.2.840.10008.1.2.4.94", "JPIP"),
        ("1.2.840.113619.5.2", "1.2.840.113619.5.2"),
    ],
)
def test_what_no_decoder_knows_is_not_called_damage(
    tmp_path: Path, syntax: str, words: str
) -> None:
    """Video, new and private transfer syntaxes are named, with what would do."""
    dataset = pydicom.dcmread(sample("MR_small_RLE.dcm"))
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(tmp_path / "x.dcm", implicit_vr=False, little_endian=True)
    with pytest.raises(InputError, match=f"stored as .*({words}).* not read; convert") as caught:
        read(tmp_path / "x.dcm")
    assert "damaged" not in str(caught.value)


def test_what_a_decoder_cannot_do_is_not_called_damage(tmp_path: Path) -> None:
    """A stream that only other decoders take is an error that says so."""
    dataset = pydicom.dcmread(sample("JPEG-lossy.dcm"))
    dataset.file_meta.TransferSyntaxUID, dataset.BitsStored = JPEGBaseline8Bit, 8
    dataset.save_as(tmp_path / "x.dcm")
    with pytest.raises(InputError, match=r"JPEG Baseline.* are not decoded") as caught:
        read(tmp_path / "x.dcm")
    assert "damaged" not in str(caught.value)


def _coded(path: Path, pixels: np.ndarray, syntax: str, **elements: Any) -> Path:
    """Save pixels as JPEG of any precision."""
    imagecodecs = pytest.importorskip("imagecodecs")
    settings = elements.pop("settings")
    make(path, pixels, **elements)
    dataset = pydicom.dcmread(path)
    bits = dataset.BitsStored
    plain = (pixels.astype(np.int64) & ((1 << bits) - 1)).astype(pixels.dtype.str.replace("i", "u"))
    frame = imagecodecs.jpeg8_encode(plain, bitspersample=bits, **settings)
    dataset.PixelData = pydicom.encaps.encapsulate([frame])
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path)
    return path


@pytest.mark.parametrize(
    ("dtype", "bits"), [("u1", 8), ("u2", 10), ("u2", 16), ("i2", 12), ("i2", 16)]
)
@pytest.mark.parametrize("predictor", [1, 6])
def test_lossless_jpeg(tmp_path: Path, dtype: str, bits: int, predictor: int) -> None:
    """Lossless JPEG of any depth and sign gives back the pixels that went in."""
    low = -(1 << bits - 1) if dtype[0] == "i" else 0
    pixels = np.random.default_rng(0).integers(low, low + (1 << bits), (9, 14)).astype(dtype)
    path = _coded(tmp_path / "x.dcm", pixels, JPEGLossless, BitsStored=bits,
                  settings={"lossless": True, "predictor": predictor})  # fmt: skip
    found = read(path).pixels
    assert found.dtype == dtype
    assert np.array_equal(found, pixels)


def test_jpeg_of_12_bits(tmp_path: Path) -> None:
    """JPEG Extended of 12 bits is decoded, some levels of 4,096 beside what went in."""
    y, x = np.mgrid[:40, :56]
    pixels = (2000 + 30 * y - 20 * x).astype(np.uint16)
    path = _coded(tmp_path / "x.dcm", pixels, JPEGExtended12Bit, BitsStored=12,
                  settings={"level": 95})  # fmt: skip
    found = read(path).pixels
    assert found.dtype == np.uint16
    assert 0 < np.abs(found.astype(int) - pixels).max() < 40
    assert read(sample("JPGExtended.dcm")).pixels.max() > 255


def test_samples_must_agree_with_the_header(tmp_path: Path) -> None:
    """A compressed frame of three samples is no gray image."""
    dataset = pydicom.dcmread(sample("SC_rgb_jpeg_gdcm.dcm"))
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.save_as(tmp_path / "x.dcm")
    with pytest.raises(InputError, match="pixels of 3 samples, where the DICOM header declares 1"):
        read(tmp_path / "x.dcm")


def test_one_decoder_for_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pixels of JPEG and JPEG 2000 are the same where pylibjpeg is not installed."""
    import importlib.util

    names = ["SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_lossy_gdcm.dcm", "JPEG2000.dcm",
             "examples_jpeg2k.dcm", "693_J2KI.dcm", "examples_ybr_color.dcm"]  # fmt: skip
    whole = [read(sample(name)).pixels for name in names]
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: (
        None if name in ("pylibjpeg", "openjpeg", "imagecodecs", "gdcm") else found(name, *rest)
    ))  # fmt: skip
    for name, pixels in zip(names, whole, strict=True):
        assert np.array_equal(read(sample(name)).pixels, pixels)
    with pytest.raises(InputError, match=r"broken data stream.*pip install pylibjpeg"):
        read(sample("GDCMJ2K_TextGBR.dcm"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("JPGExtended.dcm", "a JPEG of 12 bits, which is not read"),
        ("MR_small_jpeg_ls_lossless.dcm", "a JPEG-LS, which is not read"),
        ("JPEG2000.dcm", "a JPEG 2000; PNG"),
    ],
)
def test_frames_as_files_of_their_own(tmp_path: Path, name: str, message: str) -> None:
    """Kinds of JPEG that only DICOM uses are named where they come as files, not called damaged."""
    dataset = pydicom.dcmread(sample(name))
    (frame,) = pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1)
    (tmp_path / "x.jpg").write_bytes(frame)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / "x.jpg")
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("length", [0, 1, 7])
def test_a_box_without_length_ends(tmp_path: Path, length: int) -> None:
    """A JP2 file inside DICOM, one of whose boxes leads nowhere, is refused and does not hang."""
    data = sample("GDCMJ2K_TextGBR.dcm").read_bytes()
    at = data.index(b"jP  ") + 8
    (tmp_path / "x.dcm").write_bytes(data[:at] + length.to_bytes(4, "big") + data[at + 4 :])
    with pytest.raises(InputError, match=r"a box of its JPEG 2000 has no length"):
        read(tmp_path / "x.dcm")


@pytest.mark.parametrize(
    "name",
    ["SC_rgb_jpeg_gdcm", "JPGExtended", "SC_rgb_jpeg_dcmtk", "MR_small_jpeg_ls_lossless",
     "MR_small_jp2klossless", "MR_small_RLE"],
)  # fmt: skip
@pytest.mark.parametrize("share", [0.4, 0.95])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_frames_that_end_early(tmp_path: Path, name: str, share: float, end: bytes) -> None:
    """A compressed frame that was cut is refused, even if it was given an end marker."""
    dataset = pydicom.dcmread(sample(f"{name}.dcm"))
    (frame,) = pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1)
    dataset.PixelData = pydicom.encaps.encapsulate([frame[: int(len(frame) * share)] + end])
    dataset.save_as(tmp_path / "x.dcm")
    with pytest.raises(InputError, match=r"x\.dcm"):
        read(tmp_path / "x.dcm")
