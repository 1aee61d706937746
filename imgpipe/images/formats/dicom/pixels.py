"""The stored pixels of a DICOM file, by the one decoder that is meant for its compression."""

import struct
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.dicom import jpeg_turbo
from imgpipe.images.formats.dicom.elements import element, require_pixels, text, whole
from imgpipe.images.formats.dicom.frames import frame_count
from imgpipe.images.formats.errors import plain, reason
from imgpipe.images.formats.jpeg import check_whole, jpeg_header
from imgpipe.images.image import check_budget

_ALWAYS_THERE = ("", "pydicom", "pillow")
_HIGH_THROUGHPUT = tuple(f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203))
# implicit and explicit, deflated, big-endian
UNCOMPRESSED = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
                "1.2.840.10008.1.2.2")  # fmt: skip


def shape_of(name: str, dataset: Any) -> tuple[int, ...]:
    """Rows and columns, with the frames in front where there are several."""
    require_pixels(name, dataset)
    frames = frame_count(name, dataset)
    plane = (whole(name, dataset, "Rows"), whole(name, dataset, "Columns"))
    shape = (frames, *plane) if frames != 1 else plane
    check_budget(name, shape)
    return shape


def is_colour(name: str, dataset: Any) -> bool:
    """Whether each pixel has three samples."""
    return whole(name, dataset, "SamplesPerPixel", 1) == 3


def is_palette(name: str, dataset: Any) -> bool:
    """Whether the stored values are indices of colours."""
    return "PALETTE" in text(name, dataset, "PhotometricInterpretation")


def is_lossy(name: str, dataset: Any) -> bool:
    """Whether the pixels were compressed with loss, now or before."""
    from pydicom import uid

    lossy = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless)
    return (
        text(name, dataset, "LossyImageCompression") == "01"
        or dataset.file_meta.TransferSyntaxUID in lossy
    )


def stored(name: str, dataset: Any, colours: bool = True) -> np.ndarray:
    """Stored values; colour as RGB, that of palettes only where `colours` are asked for."""
    from pydicom.pixels import apply_color_lut

    shape = shape_of(name, dataset)
    decoders = _decoders(name, dataset)
    _check_frames(name, dataset)
    pixels = _decoded(name, dataset, *decoders)
    if decoders == ("pillow",):
        _check_whole(name, dataset, pixels)
    palette = colours and is_palette(name, dataset)
    if palette:
        pixels = apply_color_lut(pixels, dataset)
    colour = palette or is_colour(name, dataset)
    if pixels.shape != (*shape, 3)[: len(shape) + colour]:
        raise InputError(f"{name}: {pixels.shape} pixels, where its header declares {shape}")
    return np.asarray(pixels)


def palette_of(dataset: Any, dtype: np.dtype) -> np.ndarray:
    """Colours (n, 3) of all indices of a dtype."""
    from pydicom.pixels import apply_color_lut

    index = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(1, -1)
    return np.asarray(apply_color_lut(index, dataset))[0]


def packages_for(syntax: str) -> dict[str, str]:
    """Modules that decode a transfer syntax where Pillow does not, and what installs each."""
    from pydicom import uid

    if syntax in jpeg_turbo.DECODER_DEPENDENCIES:
        return {"imagecodecs": "imagecodecs"}
    if syntax in uid.JPEGLSTransferSyntaxes:
        return {"jpeg_ls": "pyjpegls"}
    if syntax in (*uid.JPEG2000TransferSyntaxes, *_HIGH_THROUGHPUT):
        return {"pylibjpeg": "pylibjpeg", "openjpeg": "pylibjpeg-openjpeg"}
    return {}


def _decoders(name: str, dataset: Any) -> tuple[str, ...]:
    """Plugins of pydicom for a syntax in the order in which they are tried.

    The order is one wherever others are installed, so that one file has one set of pixels.
    """
    from pydicom import uid

    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax in UNCOMPRESSED:
        return ("",)
    if syntax == uid.RLELossless:
        return ("pydicom",)
    bits = whole(name, dataset, "BitsStored", 8)
    if syntax == uid.JPEGBaseline8Bit or (syntax == uid.JPEGExtended12Bit and bits == 8):
        return ("pillow",)
    if syntax in jpeg_turbo.DECODER_DEPENDENCIES:
        return (jpeg_turbo.LABEL,)
    if syntax in uid.JPEGLSTransferSyntaxes:
        return ("pyjpegls",)
    plain_2000 = syntax in (uid.JPEG2000, uid.JPEG2000Lossless)
    if plain_2000 and bits <= (8 if is_colour(name, dataset) else 16):
        return ("pillow", "pylibjpeg")
    if not packages_for(syntax):
        raise InputError(
            f"{name}: its pixels are stored as {plain(syntax.name)}, which is not read; convert it "
            "to an uncompressed transfer syntax"
        )
    return ("pylibjpeg",)


def _decoded(name: str, dataset: Any, *plugins: str) -> np.ndarray:
    """Pixels by the first decoder that can."""
    from pydicom.pixels import pixel_array

    syntax = dataset.file_meta.TransferSyntaxUID
    complaints: dict[str, None] = {}
    for plugin in plugins:
        missing = [] if plugin in _ALWAYS_THERE else missing_packages(syntax)
        if missing:
            told = f" ({'; '.join(complaints)})" if complaints else ""
            raise InputError(
                f"{name}: DICOM compressed as {syntax.name}{told}; install a decoder: "
                f"pip install {' '.join(missing)} (or 'imgpipe[dicom]' for all)",
                code="PACKAGE-MISSING",
            )
        if plugin == jpeg_turbo.LABEL:
            jpeg_turbo.register()
        try:
            return np.asarray(pixel_array(dataset, decoding_plugin=plugin))
        except Exception as error:
            # of a compressed file pydicom lists its plugins, of which there is one
            words = reason(error).split("by all available plugins: ")[-1]
            if "less than" in words:
                raise InputError(f"{name}: truncated: {words}") from None
            complaints[words] = None
    raise InputError(f"{name}: its pixels ({syntax.name}) are not decoded: {'; '.join(complaints)}")


def missing_packages(syntax: str) -> list[str]:
    """Packages that decode a transfer syntax and are not installed."""
    from importlib.util import find_spec

    return [
        package for module, package in packages_for(syntax).items() if find_spec(module) is None
    ]


def _check_frames(name: str, dataset: Any) -> None:
    """Compressed frames carry dimensions of their own, by which their decoders allocate."""
    from pydicom.encaps import generate_frames

    if dataset.file_meta.TransferSyntaxUID in UNCOMPRESSED:
        return
    declared = (whole(name, dataset, "Rows"), whole(name, dataset, "Columns"))
    count = frame_count(name, dataset)
    for frame in generate_frames(element(name, dataset, "PixelData"), number_of_frames=count):
        coded = declared
        if frame.startswith(b"\xff\xd8"):
            header = jpeg_header(name, frame)
            coded = (header.height, header.width)
            _check_samples(name, dataset, header.components)
        elif (at := frame.find(b"\xff\x4f\xff\x51")) >= 0:
            _check_boxes(name, frame)
            coded = _jpeg2000_shape(name, frame[at:])
        if coded != declared:
            raise InputError(
                f"{name}: damaged: compressed pixels of {coded[0]} x {coded[1]}, where the DICOM "
                f"header declares {declared[0]} x {declared[1]}"
            )


def _check_whole(name: str, dataset: Any, pixels: np.ndarray) -> None:
    """Refuse frames of JPEG whose end was cut off before their end marker."""
    from pydicom.encaps import generate_frames

    count = frame_count(name, dataset)
    several = pixels.ndim - is_colour(name, dataset) == 3
    coded = generate_frames(element(name, dataset, "PixelData"), number_of_frames=count)
    for k, frame in enumerate(coded):
        check_whole(name, frame, pixels[k] if several else pixels)


def _check_samples(name: str, dataset: Any, coded: int) -> None:
    declared = whole(name, dataset, "SamplesPerPixel", 1)
    if coded != declared:
        raise InputError(
            f"{name}: damaged: compressed pixels of {coded} samples, where the DICOM header "
            f"declares {declared}"
        )


def _check_boxes(name: str, frame: bytes) -> None:
    """Refuse a JP2 file one of whose boxes has no length: pydicom would look there for ever."""
    at = 12
    if frame.startswith(b"\x00\x00\x00\x0cjP  "):
        while at < len(frame) and frame[at + 4 : at + 8] != b"jp2c":
            length = int.from_bytes(frame[at : at + 4], "big")
            if length < 8:
                raise InputError(f"{name}: damaged: a box of its JPEG 2000 has no length")
            at += length


def _jpeg2000_shape(name: str, stream: bytes) -> tuple[int, int]:
    """Rows and columns in the header of a JPEG 2000 stream (ISO/IEC 15444-1, A.5.1)."""
    if len(stream) < 32:
        raise InputError(f"{name}: truncated: its JPEG 2000 header is cut short")
    x, y, x0, y0, tile_x, tile_y = struct.unpack_from(">6I", stream, 8)
    if not tile_x or not tile_y or (x // tile_x + 1) * (y // tile_y + 1) > 65535:
        raise InputError(f"{name}: damaged: its JPEG 2000 header declares impossible tiles")
    return y - y0, x - x0
