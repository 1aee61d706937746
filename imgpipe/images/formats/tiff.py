"""TIFF files; several pages are a volume."""

import io
import lzma
import math
import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe.images.formats.errors import quiet, reason
from imgpipe.images.formats.samples import Samples
from imgpipe.images.formats.tiff_page import orientation, samples_of
from imgpipe.images.image import check_budget, settle

TROUBLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError, OSError, EOFError),
    *(OverflowError, ZeroDivisionError, MemoryError, struct.error, zlib.error, lzma.LZMAError),
    ImportError,
)


def decode_tiff(name: str, data: bytes) -> Samples:
    """Image or volume from the bytes of a TIFF file."""
    with needed_for(f"{name}: TIFF"):
        import tifffile

    try:
        with quiet(), tifffile.TiffFile(io.BytesIO(data)) as tiff:
            pages = list(tiff.pages)
            if len(pages) != _count_pages(data):
                raise InputError(f"{name}: truncated: pages of the TIFF file are missing")
            images = _check_axes(name, tiff)
            _check_pages(name, pages, len(data))
            turn = orientation(pages[0])
            planes = [samples_of(name, page, page.asarray(), turn) for page in pages]
            if len(pages) == 1 < images:
                planes = _planes_behind_one_page(name, pages[0], data, images)
    except InputError:
        raise
    except (tifffile.TiffFileError, *TROUBLE) as error:
        if "imagecodecs" in str(error) or isinstance(error, ImportError):
            raise InputError(
                f"{name}: its TIFF compression {_compression(pages)} needs a decoder: "
                "pip install imagecodecs"
            ) from None
        if "COMPRESSION" in str(error) and "not supported" in str(error):
            raise InputError(
                f"{name}: its TIFF compression {_compression(pages)} is not read; save it with "
                "another, or none"
            ) from None
        raise InputError(f"{name}: damaged or truncated TIFF: {reason(error)}") from None
    return _stacked(name, planes)


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


def _check_axes(name: str, tiff: Any) -> int:
    """Number of images that ImageJ declares; only slices make a volume."""
    sizes: dict[str, int] = {}
    images = 1
    if tiff.is_imagej:
        declared = tiff.imagej_metadata
        images = int(declared.get("images", 1))
        sizes = {"C": int(declared.get("channels", 1)), "T": int(declared.get("frames", 1))}
    elif tiff.is_ome:
        if len(tiff.series) != 1:
            raise InputError(f"{name}: {len(tiff.series)} images in an OME file; save one")
        sizes = dict(zip(tiff.series[0].axes, tiff.series[0].shape, strict=True))
    for axis, what in (("C", "channels"), ("T", "points in time")):
        if sizes.get(axis, 1) > 1:
            raise InputError(
                f"{name}: {sizes[axis]} {what}, which are no slices of a volume; save each as a "
                "file of its own, or declare them as slices (axis Z) if they are"
            )
    return images


def _check_pages(name: str, pages: list[Any], size: int) -> None:
    """Every page is an image of one kind, within the budget, with all its bytes in the file."""
    if not pages:
        raise InputError(f"{name}: truncated: a TIFF file without pages")
    first = pages[0]
    check_budget(name, (len(pages), first.imagelength, first.imagewidth)[len(pages) == 1 :])
    if not all(isinstance(n, int) for page in pages for n in (*page.shape, *page.chunks)):
        raise InputError(f"{name}: damaged: the size of a TIFF page is no number")
    for page in pages:
        # colour and alpha are four samples at most, and a tile may be larger than its page
        for samples in (page.size, math.prod(page.chunks)):
            check_budget(name, (max(samples // 4, 1),))
    turn = orientation(first)
    kinds = {
        (page.shape, str(page.dtype), page.photometric, page.extrasamples, orientation(page, turn))
        for page in pages
    }
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


def _planes_behind_one_page(name: str, page: Any, data: bytes, images: int) -> list[Samples]:
    """Images that ImageJ writes one behind the other, with a page for the first alone."""
    check_budget(name, (images, page.imagelength, page.imagewidth))
    start, length = page.dataoffsets[0], page.nbytes
    if page.compression != 1 or start + images * length > len(data):
        raise InputError(f"{name}: truncated: pixels of the TIFF file are missing")
    dtype = page.dtype.newbyteorder(page.parent.byteorder)
    stored = np.frombuffer(data, dtype, images * length // dtype.itemsize, start)
    turn = orientation(page)
    return [samples_of(name, page, plane, turn) for plane in stored.reshape(images, *page.shape)]


def _stacked(name: str, planes: list[Samples]) -> Samples:
    """One image, or the volume of its slices."""
    first = planes[0]
    if len(planes) == 1:
        return replace(first, values=settle(name, first.values))
    palettes = [plane.palette for plane in planes if plane.palette is not None]
    if any(not np.array_equal(palette, palettes[0]) for palette in palettes):
        raise InputError(f"{name}: TIFF pages with different palettes; save each as a file")
    values = settle(name, np.stack([plane.values for plane in planes]))
    alphas = [plane.alpha for plane in planes if plane.alpha is not None]
    return replace(first, values=values, alpha=np.stack(alphas) if alphas else None)


def _compression(pages: list[Any]) -> str:
    return str(getattr(pages[0].compression, "name", pages[0].compression))
