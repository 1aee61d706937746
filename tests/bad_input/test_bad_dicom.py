"""DICOM files that are unusual or wrong: read as the standard means them, or refused by name."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from bad_cases import Case, Given, tried
from dicom_cases import dicom, series
from pydicom.uid import (
    UID,
    BasicTextSRStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RTStructureSetStorage,
)

from benchmarks.fuzz_readers.seeds_dicom import DEEP, dicom_seeds
from imgpipe.images import read, read_series, window
from imgpipe.images.privacy import find_identifying

SMALL = (DEEP // 16).astype(np.uint8)
COLOUR = np.dstack([SMALL, SMALL[::-1], SMALL[:, ::-1]])
OF_FUZZER = {seed.name: seed.content for seed in dicom_seeds()}


def pixels(path: Path) -> np.ndarray:
    """What is read."""
    return read(path).pixels


def seed(folder: Path, name: str) -> Path:
    """One of the fuzzer's sound files."""
    (folder / name).write_bytes(OF_FUZZER[name])
    return folder / name


def without_decoder(folder: Path) -> None:
    """A JPEG-LS file where the package that decodes it is not installed."""
    import importlib.util

    path, real = seed(folder, "jpeg-ls.dcm"), importlib.util.find_spec
    with pytest.MonkeyPatch.context() as patch:
        missing = {"jpeg_ls", "pylibjpeg", "libjpeg", "gdcm"}
        patch.setattr(
            importlib.util, "find_spec", lambda n, *a: None if n in missing else real(n, *a)
        )
        read(path)


def windows_of(centers: Any, widths: Any) -> Given:
    """The windows of a file with these."""

    def of(folder: Path) -> list[list[float]]:
        image = read(dicom(folder / "x.dcm", WindowCenter=centers, WindowWidth=widths))
        return [[one.center, one.width] for one in image.windows]

    return of


def two_series(folder: Path) -> Path:
    """Slices of two series side by side."""
    series(folder, [0.0, 1.0])
    dicom(folder / "other.dcm", SeriesInstanceUID="1.2.9", StudyInstanceUID="1.2.3.3",
          FrameOfReferenceUID="1.2.3.5", ImagePositionPatient=[0, 0, 2],
          ImageOrientationPatient=[1, 0, 0, 0, 1, 0])  # fmt: skip
    return folder


def climbing(folder: Path) -> int:
    """Slices that are read of a folder whose DICOMDIR names a file outside of it."""
    (folder / "in").mkdir()
    dicom(folder / "secret.dcm")
    series(folder / "in", [0.0, 1.0])
    record = pydicom.Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom minds the dots
        record.ReferencedFileID = ["..", "secret.dcm"]
        record.DirectoryRecordType = "IMAGE"
        listing = pydicom.Dataset()
        listing.DirectoryRecordSequence = [record]
        listing.file_meta = pydicom.dataset.FileMetaDataset()
        listing.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
        listing.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
        listing.preamble = bytes(128)
        listing.save_as(folder / "in" / "DICOMDIR", enforce_file_format=False)
    return len(read_series(folder / "in").image.pixels)


def of_the_first(folder: Path) -> np.ndarray:
    """Values of the one of two series that is named."""
    return read_series(two_series(folder), series="1.2.3.4").image.pixels[:, 0, 0]


def identified(folder: Path) -> list[str]:
    """Codes of what names the patient of a file."""
    path = dicom(folder / "x.dcm", PatientName="Doe^J")
    return [found.code for found in find_identifying(path)]


def ct(**elements: Any) -> Given:
    """What is read of a CT image with these elements."""
    return lambda folder: pixels(dicom(folder / "x.dcm", **elements))


def coloured(values: np.ndarray, meaning: str) -> Given:
    """What is read of a colour image."""
    more = {"SamplesPerPixel": 3, "PlanarConfiguration": 0, "PhotometricInterpretation": meaning}
    return lambda folder: pixels(dicom(folder / "x.dcm", values, **more))


def kept(name: str, channel: Any = ...) -> Given:
    """What is read of a sound file of the fuzzer."""
    return lambda folder: pixels(seed(folder, name))[channel]


def volume(places: list[float], **how: Any) -> Given:
    """The first value of each slice of a series at these places."""
    return lambda folder: read_series(series(folder, places), **how).image.pixels[:, 0, 0]


def without_pixels(kind: UID) -> Given:
    """What is read of an object that is no image."""
    return ct(kind=kind, SOPClassUID=kind, PixelData=None)


SIGNED = DEEP.astype(np.int16) - 2000
NEUTRAL = np.full((4, 4, 3), 128, np.uint8)
BIG = {"pixels": DEEP.astype(">u2"), "syntax": ExplicitVRBigEndian}
OF_12_BITS = {"BitsStored": 12, "HighBit": 11, "PixelData": (DEEP | 0xF000).tobytes()}
PADDED = {"PixelPaddingValue": 0, "RescaleSlope": 1, "RescaleIntercept": -9}
PATIENT = ["PHI001", "PHI001", "PHI006", "PHI006"]

CASES = [
    Case("compressed syntaxes", kept("jpeg-lossless.dcm"), gives=DEEP),
    Case("compressed syntaxes", kept("jpeg-ls.dcm"), gives=DEEP),
    Case("compressed syntaxes", kept("jpeg-2000.dcm"), gives=DEEP),
    Case("compressed syntaxes", without_decoder, r"JPEG-LS.*pip install \S+"),
    Case("big-endian", ct(**BIG), gives=DEEP),
    Case("deflated", ct(syntax=DeflatedExplicitVRLittleEndian), gives=DEEP),
    Case("implicit", ct(syntax=ImplicitVRLittleEndian), gives=DEEP),
    Case("RLE", kept("rle.dcm"), gives=DEEP),
    Case("bits stored below bits allocated", ct(**OF_12_BITS), gives=DEEP & 0x0FFF),
    Case("signed", ct(pixels=SIGNED), gives=SIGNED),
    Case("padding value", lambda f: ct(**PADDED)(f)[0, :2], gives=[80 - 9, 80 - 9]),
    Case("rescale slope missing or zero", ct(RescaleIntercept=5), gives=DEEP + 5),
    Case("rescale slope missing or zero", ct(RescaleSlope=0), r"x\.dcm: .*[Ss]lope.*0"),
    Case("several windows", windows_of([40, 400], [400, 1500]), gives=[[40, 400], [400, 1500]]),
    Case("width <= 0", windows_of(40, 0), gives=[]),
    Case("width <= 0", lambda f: window(DEEP, center=40, width=0), r"not 0"),
    Case("width <= 0", lambda f: window(DEEP, center=40, width=-5), r"not -5"),
    Case("MONOCHROME1", ct(PhotometricInterpretation="MONOCHROME1"), gives=65535 - DEEP),
    Case("palette", kept("palette.dcm", (..., 1)), gives=SMALL.astype(np.uint16) * 257),
    Case("RGB", coloured(COLOUR, "RGB"), gives=COLOUR),
    Case("YBR", coloured(NEUTRAL, "YBR_FULL"), gives=NEUTRAL),
    Case("multi-frame", kept("frames.dcm", (..., 0, 0)), gives=[0, 2, 4]),
    Case("multi-frame", ct(NumberOfFrames=3), r"x\.dcm: truncated"),
    Case("no pixel data", without_pixels(BasicTextSRStorage), r"without pixels.*Basic Text SR"),
    Case("no pixel data", without_pixels(RTStructureSetStorage), r"contours are a mask"),
    Case("pixel bytes not rows x columns", ct(PixelData=bytes(80)), r"x\.dcm: truncated"),
    Case("pixel bytes not rows x columns", ct(Rows=None), r"x\.dcm: its Rows is missing"),
    Case("missing slices", volume([0.0, 1.0, 3.0, 4.0]), r"[Ss]lice"),
    Case("missing slices", volume([0.0, 1.0, 3.0, 4.0], allow_gaps=True), gives=[0, 1, 2, 2, 3]),
    Case("unevenly spaced slices", volume([0.0, 1.0, 2.4, 3.0]), r"[Ss]lice"),
    Case("repeated slices, the same position twice", volume([0.0, 1.0, 1.0]), r"position|place"),
    Case("two series in one folder", lambda f: read_series(two_series(f)), r"2 series"),
    Case("two series in one folder", of_the_first, gives=[0, 1]),
    Case("order comes from position", volume([4.0, 0.0, 2.0]), gives=[1, 2, 0]),
    Case("../ in a DICOMDIR", climbing, gives=2),
    Case("patient identifiers", identified, gives=PATIENT),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_dicom_file_is_refused_or_read_right(case: Case, tmp_path: Path) -> None:
    """It is read as the standard means it, or refused in one line."""
    tried(case, tmp_path)


def test_pydicom_is_one_that_stays_in_the_folder() -> None:
    """Pydicom 3.0.2 and later refuse a DICOMDIR that names files outside of its folder."""
    assert tuple(map(int, pydicom.__version__.split(".")[:3])) >= (3, 0, 2)
