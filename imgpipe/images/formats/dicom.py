"""Single DICOM files by pydicom: one image, or a volume of frames."""

import io
import math
import struct
from decimal import Decimal
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.errors import plain, reading_dicom
from imgpipe.images.formats.jpeg import jpeg_header
from imgpipe.images.formats.samples import Samples
from imgpipe.images.image import check_budget, settle

PIXEL_TAGS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def decode_dicom(name: str, data: bytes) -> Samples:
    """Image or volume from the bytes of a DICOM file."""
    import pydicom

    with reading_dicom(name):
        return _image(name, pydicom.dcmread(io.BytesIO(data), force=True))


def decode_stored(name: str, data: bytes) -> Samples:
    """Stored values of a DICOM file, not rescaled: labels."""
    import pydicom

    with reading_dicom(name):
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        check_budget(name, _shape(name, dataset))
        return Samples(
            settle(name, _stored(name, dataset)), int(dataset.get("SamplesPerPixel", 1) or 1) == 3
        )


def _image(name: str, dataset: Any) -> Samples:
    """Pixels, colour and spacing of a parsed file."""
    shape = _shape(name, dataset)
    check_budget(name, shape)
    pixels = _stored(name, dataset)
    colour = int(dataset.get("SamplesPerPixel", 1) or 1) == 3 or "PALETTE" in _kind(dataset)
    pixels = settle(name, pixels if colour else _rescaled(name, dataset, pixels))
    if pixels.shape != (*shape, 3)[: len(shape) + colour]:
        raise InputError(f"{name}: {pixels.shape} pixels, where its header declares {shape}")
    return Samples(pixels, colour, spacing=_spacing(dataset, len(shape)))


def _shape(name: str, dataset: Any) -> tuple[int, ...]:
    """Rows and columns, with the frames in front where there are several."""
    if not any(tag in dataset for tag in PIXEL_TAGS):
        uid = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
        if uid is None:
            raise InputError(f"{name}: not a DICOM file, or cut short before its pixels")
        text = f"{name}: a DICOM file without pixels, or cut short ({plain(uid.name)})"
        if uid.name == "RT Structure Set Storage":
            text += "; its contours are a mask for the folder of the series they were drawn on"
        raise InputError(text)
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    plane = (int(dataset.Rows), int(dataset.Columns))
    return (frames, *plane) if frames != 1 else plane


def _kind(dataset: Any) -> str:
    return str(dataset.get("PhotometricInterpretation", "MONOCHROME2"))


def _stored(name: str, dataset: Any) -> np.ndarray:
    """Stored values; colour as RGB."""
    from pydicom.pixels import apply_color_lut, pixel_array
    from pydicom.uid import ImplicitVRLittleEndian, RLELossless

    if not getattr(dataset.file_meta, "TransferSyntaxUID", None):
        # files without a preamble carry no syntax: pydicom has found it while parsing
        implicit, little = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = _syntax(implicit, little) or ImplicitVRLittleEndian
    syntax = dataset.file_meta.TransferSyntaxUID
    _check_frames(name, dataset)
    # pylibjpeg-rle panics on damaged data, past any handler and with a trace on standard error
    plugin = "pydicom" if syntax == RLELossless else ""
    try:
        pixels = pixel_array(dataset, decoding_plugin=plugin)
        if "PALETTE" in _kind(dataset):
            pixels = apply_color_lut(pixels, dataset)
    except Exception:
        packages = _missing_packages(syntax)
        if not packages:
            raise
        raise InputError(
            f"{name}: DICOM compressed as {syntax.name}; install a decoder: "
            f"pip install {' '.join(packages)}"
        ) from None
    return np.asarray(pixels)


def _check_frames(name: str, dataset: Any) -> None:
    """Compressed frames carry dimensions of their own, by which their decoders allocate."""
    from pydicom.encaps import generate_frames

    if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    declared = (int(dataset.Rows), int(dataset.Columns))
    count = int(dataset.get("NumberOfFrames", 1) or 1)
    for frame in generate_frames(dataset.PixelData, number_of_frames=count):
        coded = declared
        if frame.startswith(b"\xff\xd8"):
            coded = jpeg_header(name, frame)[:2]
        elif (at := frame.find(b"\xff\x4f\xff\x51")) >= 0:
            coded = _jpeg2000_shape(name, frame[at:])
        if coded != declared:
            raise InputError(
                f"{name}: damaged: compressed pixels of {coded[0]} x {coded[1]}, where the DICOM "
                f"header declares {declared[0]} x {declared[1]}"
            )


def _jpeg2000_shape(name: str, stream: bytes) -> tuple[int, int]:
    """Rows and columns in the header of a JPEG 2000 stream (ISO/IEC 15444-1, A.5.1)."""
    x, y, x0, y0, tile_x, tile_y = struct.unpack_from(">6I", stream, 8)
    if not tile_x or not tile_y or (x // tile_x + 1) * (y // tile_y + 1) > 65535:
        raise InputError(f"{name}: damaged: its JPEG 2000 header declares impossible tiles")
    return y - y0, x - x0


def _syntax(implicit: bool, little: bool) -> Any:
    from pydicom import uid

    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def _missing_packages(syntax: Any) -> list[str]:
    """Packages that decode a transfer syntax and are not installed."""
    from importlib.util import find_spec

    from pydicom import uid

    needs = "libjpeg"
    if syntax in uid.JPEG2000TransferSyntaxes or "JPEG 2000" in syntax.name:
        needs = "openjpeg"
    elif syntax not in (*uid.JPEGTransferSyntaxes, *uid.JPEGLSTransferSyntaxes):
        return []
    modules = {"pylibjpeg": "pylibjpeg", f"pylibjpeg-{needs}": needs}
    return [package for package, module in modules.items() if find_spec(module) is None]


def _rescaled(name: str, dataset: Any, stored: np.ndarray) -> np.ndarray:
    """Gray values: inverted if the file says so, padding filled, modality rescale applied."""
    padding = _padding(dataset, stored)
    if _kind(dataset) == "MONOCHROME1":
        low, high = _limits(dataset, stored.dtype)
        stored = -stored if stored.dtype.kind == "f" else (low + high - stored).astype(stored.dtype)
    if dataset.get("ModalityLUTSequence"):
        from pydicom.pixels import apply_modality_lut

        values = np.asarray(apply_modality_lut(stored, dataset))
    else:
        values = _linear(name, dataset, stored)
    if padding.any() and not padding.all():
        values = np.where(padding, values[~padding].min(), values)
    return values


def _padding(dataset: Any, stored: np.ndarray) -> np.ndarray:
    """Where the file marks pixels as not measured."""
    first = dataset.get("PixelPaddingValue")
    if first is None or stored.dtype.kind == "f":
        return np.zeros(stored.shape, bool)
    last = dataset.get("PixelPaddingRangeLimit")
    low, high = sorted((int(first), int(first if last is None else last)))
    return (stored >= low) & (stored <= high)


def _limits(dataset: Any, dtype: np.dtype) -> tuple[int, int]:
    """Smallest and largest value that the stored bits can hold."""
    bits = int(dataset.get("BitsStored", 8 * dtype.itemsize))
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if dtype.kind == "i" else (0, (1 << bits) - 1)


def _linear(name: str, dataset: Any, stored: np.ndarray) -> np.ndarray:
    """Slope times stored value plus intercept, in integers where both are whole."""
    slope = _number(dataset.get("RescaleSlope"), 1.0)
    intercept = _number(dataset.get("RescaleIntercept"), 0.0)
    if slope == 0 or not math.isfinite(slope) or not math.isfinite(intercept):
        raise InputError(f"{name}: RescaleSlope {slope:g} and RescaleIntercept {intercept:g} "
                         "do not describe pixel values")  # fmt: skip
    if (slope, intercept) == (1.0, 0.0):
        return stored
    if stored.dtype.kind == "f" or slope != int(slope) or intercept != int(intercept):
        return _fractional(stored, slope, intercept)
    values = stored.astype(np.int64) * int(slope) + int(intercept)
    # by the header where it can be, so that all slices of a series agree; but scanners declare
    # 16 bits for values that never leave int16, and doubling all of those would be a waste
    declared = [int(slope) * end + int(intercept) for end in _limits(dataset, stored.dtype)]
    reached = declared if stored.dtype.itemsize != 2 else [int(values.min()), int(values.max())]
    for dtype, ends in ((stored.dtype, declared), (np.int16, reached), (np.int32, declared)):
        if np.iinfo(dtype).min <= min(ends) and max(ends) <= np.iinfo(dtype).max:
            return values.astype(dtype)
    return values


def _fractional(stored: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    """Slope times stored value plus intercept in float64, where it can be the nearest to each."""
    terms = [Decimal(repr(term)) for term in (slope, intercept)]
    places = max(0, *(-int(term.as_tuple().exponent) for term in terms))
    whole = [int(term.scaleb(places)) for term in terms]
    # decimals as whole numbers: 3 * 0.1 would be more than what 0.3 is read as
    if stored.dtype.kind != "f" and places <= 22:
        ends = [whole[0] * int(end) + whole[1] for end in (stored.min(), stored.max())]
        if max(map(abs, [*whole, *ends])) < 2**53:
            return (stored.astype(np.int64) * whole[0] + whole[1]) / 10.0**places
    return stored.astype(np.float64) * slope + intercept


def _number(value: Any, default: float) -> float:
    try:
        return default if value in (None, "") else float(value)
    except (TypeError, ValueError):
        return math.nan


def _spacing(dataset: Any, ndim: int) -> tuple[float, ...] | None:
    """Pixel distances in mm along the axes of the array, None unless all are known."""
    measures = dataset
    for functional in dataset.get("SharedFunctionalGroupsSequence") or []:
        for measures_of_frame in functional.get("PixelMeasuresSequence") or []:
            measures = measures_of_frame
    plane = [_number(value, math.nan) for value in measures.get("PixelSpacing") or []]
    between = measures.get("SpacingBetweenSlices") or measures.get("SliceThickness")
    spacing = (*plane,) if ndim == 2 else (_number(between, math.nan), *plane)
    usable = len(spacing) == ndim and all(math.isfinite(mm) and mm > 0 for mm in spacing)
    return spacing if usable else None
