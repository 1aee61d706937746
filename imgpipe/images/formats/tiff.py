"""TIFF files; several pages are a volume."""

import io
import struct
import zlib
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.alpha import blend
from imgpipe.images.formats.errors import quiet, reason
from imgpipe.images.image import Image, check_budget, settle

TROUBLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, OSError),
    *(OverflowError, ZeroDivisionError, MemoryError, struct.error, zlib.error),
)


def decode_tiff(name: str, data: bytes) -> Image:
    """Image or volume from the bytes of a TIFF file."""
    import tifffile

    try:
        with quiet(), tifffile.TiffFile(io.BytesIO(data)) as tiff:
            pages = list(tiff.pages)
            stacked = (tiff.imagej_metadata or {}).get("images", 1)
            if len(pages) != _count_pages(data) or (len(pages) == 1 and stacked > 1):
                raise InputError(f"{name}: truncated: pages of the TIFF file are missing")
            _check_pages(name, pages, len(data))
            slices = [_page(name, page) for page in pages]
    except InputError:
        raise
    except (tifffile.TiffFileError, *TROUBLE) as error:
        if "imagecodecs" in str(error):
            raise InputError(
                f"{name}: its TIFF compression {_compression(pages)} needs a decoder: "
                "pip install imagecodecs"
            ) from None
        raise InputError(f"{name}: damaged or truncated TIFF: {reason(error)}") from None
    pixels = settle(name, slices[0] if len(slices) == 1 else np.stack(slices))
    return Image(pixels, -1 if slices[0].ndim == 3 else None)


def _count_pages(data: bytes) -> int:
    """Length of the chain of pages; tifffile ends it in silence where the file ends."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\x00", b"\x00+")
    count_format, offset_format, entry = ("Q", "Q", 20) if big else ("H", "I", 12)
    (at,) = struct.unpack_from(order + offset_format, data, 8 if big else 4)
    seen: set[int] = set()
    while at and at not in seen:
        seen.add(at)
        (entries,) = struct.unpack_from(order + count_format, data, at)
        after = at + struct.calcsize(count_format) + entry * entries
        (at,) = struct.unpack_from(order + offset_format, data, after)
    return len(seen)


def _check_pages(name: str, pages: list[Any], size: int) -> None:
    """Every page is an image of one kind, within the budget, with all its bytes in the file."""
    if not pages:
        raise InputError(f"{name}: truncated: a TIFF file without pages")
    first = pages[0]
    check_budget(name, (len(pages), first.imagelength, first.imagewidth)[len(pages) == 1 :])
    if first.samplesperpixel > 4:
        raise InputError(f"{name}: {first.samplesperpixel} channels; 1 (gray) or 3 (RGB) are read")
    kinds = {(page.shape, str(page.dtype), page.photometric) for page in pages}
    if len(kinds) > 1:
        shapes = ", ".join(sorted({"x".join(map(str, page.shape)) for page in pages}))
        raise InputError(
            f"{name}: {len(pages)} TIFF pages of different kinds ({shapes}); "
            "save each as a file of its own"
        )
    for page in pages:
        segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        missing = any(at < 1 or n < 1 or at + n > size for at, n in segments)
        plain = page.compression == 1 and page.bitspersample % 8 == 0
        short = plain and sum(page.databytecounts) < page.nbytes
        if not segments or missing or short or len(segments) < int(np.prod(page.chunked)):
            raise InputError(f"{name}: truncated: pixels of the TIFF file are missing")


def _page(name: str, page: Any) -> np.ndarray:
    """Pixels of one page, channels last, alpha and palette resolved."""
    kind = page.photometric.name
    if page.imagedepth != 1:
        raise InputError(f"{name}: a TIFF page of depth {page.imagedepth}; use one page a slice")
    # JPEG-compressed YCbCr arrives as RGB; any other YCbCr would arrive raw
    if kind not in ("MINISBLACK", "MINISWHITE", "RGB", "PALETTE") and not (
        kind == "YCBCR" and page.compression.name.endswith("JPEG")
    ):
        raise InputError(f"{name}: TIFF pixels stored as {kind} are not read; save as gray or RGB")
    # separate planes, depth, rows, columns, samples side by side; asarray() drops single ones
    planes = page.asarray().reshape(page.shaped)[:, 0]
    pixels = np.moveaxis(planes, 0, -1)[..., 0, :] if len(planes) > 1 else planes[0]
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    if kind == "PALETTE":
        return _apply_palette(pixels, page.colormap)
    if pixels.ndim == 3 and pixels.shape[-1] in (2, 4) and page.extrasamples:
        pixels = _drop_alpha(name, pixels)
    if kind == "MINISWHITE":
        pixels = _invert(pixels, page.bitspersample)
    if pixels.ndim == 3 and pixels.shape[-1] != 3:
        raise InputError(f"{name}: {pixels.shape[-1]} channels; 1 (gray) or 3 (RGB) are read")
    return pixels


def _apply_palette(index: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """RGB of a palette image; the 16-bit entries of an 8-bit palette come back as 8 bits."""
    table = np.asarray(palette).T
    if (table == (table >> 8) * 257).all() or (table & 255 == 0).all():
        table = (table >> 8).astype(np.uint8)
    return np.ascontiguousarray(table[index])


def _drop_alpha(name: str, pixels: np.ndarray) -> np.ndarray:
    """Colour without an opaque alpha channel; a transparent one is laid over black."""
    colour = pixels[..., 0] if pixels.shape[-1] == 2 else pixels[..., :3]
    if pixels.dtype.kind != "u":
        raise InputError(f"{name}: a TIFF alpha channel of {pixels.dtype}; save without it")
    return blend(np.ascontiguousarray(colour), pixels[..., -1])


def _invert(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Bright for large values, where the file stores white as zero."""
    if pixels.dtype.kind == "b":
        return ~pixels
    if pixels.dtype.kind == "u":
        return np.asarray(pixels.dtype.type(2**bits - 1) - pixels)
    return np.asarray(-pixels if pixels.dtype.kind == "f" else ~pixels)


def _compression(pages: list[Any]) -> str:
    return str(getattr(pages[0].compression, "name", pages[0].compression))
