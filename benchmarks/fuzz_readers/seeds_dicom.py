"""Sound DICOM files in each encoding and compression, single, as series, with regions."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    RTStructureSetStorage,
    SegmentationStorage,
)

from benchmarks.fuzz_readers.mutations import Seed

DEEP = np.arange(48, dtype=np.uint16).reshape(6, 8) * 80
SMALL = (DEEP // 16).astype(np.uint8)
_THEIRS = ("JPEGLSNearLossless_16.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_small_odd_jpeg.dcm",
           "rtdose_1frame.dcm", "SC_rgb_jls_lossy_line.dcm", "693_J2KI.dcm", "UN_sequence.dcm",
           "SC_rgb_small_odd_big_endian.dcm", "SC_rgb_dcmtk_+eb+cy+n2.dcm")  # fmt: skip
SERIES = "1.2.3.4"


def dicom_seeds() -> Iterator[Seed]:
    """Files of pixels, a slice of a series, contours and a segmentation."""
    for name, content in _images():
        yield Seed(f"{name}.dcm", "dicom", content)
    for name in _THEIRS:
        yield Seed(name, "dicom", Path(get_testdata_file(name)).read_bytes())
    yield Seed("slice.dcm", "series", slices()[1])
    yield Seed("contours.dcm", "contours", written(_contours(), RTStructureSetStorage))
    yield Seed("segments.dcm", "segmentation", written(_segments(), SegmentationStorage))


def slices() -> list[bytes]:
    """Three files of one series, without a preamble that a change could waste itself on."""
    return [written(_slice(position)) for position in (0.0, 2.0, 4.0)]


def _images() -> Iterator[tuple[str, bytes]]:
    plain = image_of(DEEP)
    yield "explicit", written(plain)
    yield "implicit", written(plain, syntax=ImplicitVRLittleEndian)
    yield "deflated", written(plain, syntax=DeflatedExplicitVRLittleEndian)
    big = image_of(DEEP)
    big.PixelData = DEEP.astype(">u2").tobytes()
    yield "big-endian", written(big, syntax=ExplicitVRBigEndian)
    windows = {"WindowCenter": [40, 400], "WindowWidth": [400, 1500]}
    rescaled = {"RescaleSlope": 1, "RescaleIntercept": -1024, "PixelPaddingValue": -900}
    yield "signed", written(image_of(DEEP.astype(np.int16) - 900, **rescaled, **windows))
    yield "inverted", written(image_of(SMALL, PhotometricInterpretation="MONOCHROME1", BitsStored=7,
                                      HighBit=6))  # fmt: skip
    yield "colour", written(image_of(np.dstack([SMALL] * 3), PhotometricInterpretation="YBR_FULL",
                                    SamplesPerPixel=3, PlanarConfiguration=0))  # fmt: skip
    yield "palette", written(_palette())
    yield "frames", written(_enhanced())
    yield from _compressed()


def _compressed() -> Iterator[tuple[str, bytes]]:
    import imagecodecs

    ways = {
        "jpeg": (JPEGBaseline8Bit, imagecodecs.jpeg_encode, SMALL),
        "jpeg-lossless": (JPEGLosslessSV1, imagecodecs.ljpeg_encode, DEEP),
        "jpeg-ls": (JPEGLSLossless, imagecodecs.jpegls_encode, DEEP),
        "jpeg-2000": (JPEG2000Lossless, _jpeg2000, DEEP),
        "jpeg-2000-lossy": (JPEG2000, _jpeg2000, SMALL),
    }
    for name, (syntax, encode, pixels) in ways.items():
        yield name, written(_packed(pixels, [bytes(encode(pixels))]), syntax=syntax)
    two = _packed(SMALL, [bytes(imagecodecs.jpeg_encode(SMALL))] * 2)
    two.NumberOfFrames = 2
    yield "jpeg-frames", written(two, syntax=JPEGBaseline8Bit)
    packed = image_of(DEEP)
    packed.file_meta = _meta(CTImageStorage, ExplicitVRLittleEndian)
    packed.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    yield "rle", written(packed, syntax=RLELossless)


def _jpeg2000(pixels: np.ndarray) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpeg2k_encode(pixels, codecformat="j2k"))


def _packed(pixels: np.ndarray, frames: list[bytes]) -> Dataset:
    dataset = image_of(pixels)
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].is_undefined_length = True
    return dataset


def image_of(pixels: np.ndarray, **elements: Any) -> Dataset:
    """A CT image of these pixels, with some elements changed."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, "1.2.3"
    dataset.Modality, dataset.PatientID = "CT", "P1"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.PixelSpacing = [0.5, 0.75]
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def _palette() -> Dataset:
    dataset = image_of(SMALL, PhotometricInterpretation="PALETTE COLOR")
    table = (np.arange(256, dtype=np.uint16) * 257).tobytes()
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table)
    return dataset


def _slice(z: float) -> Dataset:
    return image_of(
        DEEP,
        StudyInstanceUID="1.2.3.3",
        SeriesInstanceUID=SERIES,
        FrameOfReferenceUID="1.2.3.5",
        ImagePositionPatient=[-10.0, 5.0, z],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        SliceThickness=3.0,
        RescaleSlope=2,
        RescaleIntercept=-1000,
    )


def item_of(**elements: Any) -> Dataset:
    """An item of a sequence."""
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def _enhanced() -> Dataset:
    shared = item_of(
        PlaneOrientationSequence=[item_of(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelMeasuresSequence=[item_of(PixelSpacing=[0.5, 0.5], SliceThickness=9)],
    )
    own = [
        item_of(
            PlanePositionSequence=[item_of(ImagePositionPatient=[0, 0, z])],
            PixelValueTransformationSequence=[item_of(RescaleSlope=2, RescaleIntercept=z)],
        )
        for z in (4.0, 2.0, 0.0)
    ]
    dataset = image_of(DEEP, NumberOfFrames=3, SharedFunctionalGroupsSequence=[shared],
                     PerFrameFunctionalGroupsSequence=own)  # fmt: skip
    dataset.PixelData = DEEP.tobytes() * 3
    return dataset


def _contours() -> Dataset:
    square = [-9.0, 6.0, 2.0, -7.0, 6.0, 2.0, -7.0, 7.0, 2.0, -9.0, 7.0, 2.0]
    return item_of(
        SOPClassUID=RTStructureSetStorage,
        Modality="RTSTRUCT",
        PatientID="P1",
        ReferencedFrameOfReferenceSequence=[item_of(FrameOfReferenceUID="1.2.3.5")],
        StructureSetROISequence=[
            item_of(ROINumber=1, ROIName="GTV", ReferencedFrameOfReferenceUID="1.2.3.5")
        ],
        ROIContourSequence=[
            item_of(
                ReferencedROINumber=1,
                ContourSequence=[
                    item_of(ContourGeometricType="CLOSED_PLANAR", NumberOfContourPoints=4,
                          ContourData=square)
                ],
            )
        ],
    )  # fmt: skip


def _segments() -> Dataset:
    bits = np.packbits((DEEP > 1000).ravel(), bitorder="little").tobytes()
    shared = item_of(
        PlaneOrientationSequence=[item_of(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        PixelMeasuresSequence=[item_of(PixelSpacing=[0.5, 0.75], SpacingBetweenSlices=2.0)],
    )
    own = [
        item_of(
            SegmentIdentificationSequence=[item_of(ReferencedSegmentNumber=1)],
            PlanePositionSequence=[item_of(ImagePositionPatient=[-10, 5, z])],
        )
        for z in (0.0, 2.0)
    ]
    dataset = image_of(
        DEEP,
        SOPClassUID=SegmentationStorage,
        Modality="SEG",
        SegmentationType="BINARY",
        FrameOfReferenceUID="1.2.3.5",
        BitsAllocated=1,
        BitsStored=1,
        HighBit=0,
        NumberOfFrames=2,
        SegmentSequence=[item_of(SegmentNumber=1, SegmentLabel="GTV")],
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=own,
    )
    dataset.PixelData = bits * 2
    return dataset


def _meta(kind: UID, syntax: UID) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kind, "1.2.3"
    meta.TransferSyntaxUID = syntax
    return meta


def written(
    dataset: Dataset, kind: UID = CTImageStorage, syntax: UID = ExplicitVRLittleEndian
) -> bytes:
    """The file of a dataset in a transfer syntax."""
    dataset.file_meta = _meta(kind, syntax)
    dataset.preamble = bytes(128)
    file = io.BytesIO()
    how = {"little_endian": False, "implicit_vr": False} if syntax == ExplicitVRBigEndian else {}
    pydicom.dcmwrite(file, dataset, enforce_file_format=True, **how)
    return file.getvalue()
