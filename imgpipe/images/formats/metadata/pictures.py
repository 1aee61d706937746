"""Texts in PNG, JPEG and TIFF files: comments, authors, places and times."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from imgpipe.images.formats.metadata.said import PICTURES, Said

_PNG = b"\x89PNG\r\n\x1a\n"
_TEXT_LIMIT = 2**20  # of an unpacked text
# what made the picture, and how it is to be shown
_TECHNICAL_TAGS = """
    Software Make Model LensMake LensModel LensSpecification ProcessingSoftware InterColorProfile
    ExifVersion FlashPixVersion InteropIndex InteropVersion Compression ColorSpace
    ComponentsConfiguration CFAPattern FileSource SceneType PrintImageMatching JPEGTables
    ICCProfile InkNames SubfileType YCbCrCoefficients
"""
_TELLING_TAGS = """
    GPSTag GPSInfo MakerNote UserComment XPTitle XPComment XPAuthor XPKeywords XPSubject XMP IPTC
    IPTCNAA ImageResources IJMetadata BodySerialNumber
"""
_TECHNICAL, _TELLING = frozenset(_TECHNICAL_TAGS.split()), frozenset(_TELLING_TAGS.split())


def said_by_png(path: Path) -> Iterator[Said]:
    """Text chunks, time and EXIF of a PNG file, those after the pixels too."""
    with path.open("rb") as file:
        file.seek(len(_PNG))
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
                yield from _of_chunk(kind, file.read(length))
            else:
                file.seek(length, 1)
            file.seek(4, 1)


def _of_chunk(kind: bytes, body: bytes) -> Iterator[Said]:
    if kind == b"eXIf":
        yield from _of_exif(body)
        return
    if kind == b"tIME":
        yield Said(PICTURES, "time of the last change", body.hex())
        return
    key, _, rest = body.partition(b"\0")
    name = key.decode("latin-1")
    if name not in _TECHNICAL:
        yield Said(PICTURES, f"text {name!r}", _unpacked(kind, rest))


def _unpacked(kind: bytes, rest: bytes) -> str:
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif packed:
        rest = rest[1:]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, _TEXT_LIMIT)
        except zlib.error:
            return "(damaged)"
    return rest.decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")


def said_by_jpeg(path: Path) -> Iterator[Said]:
    """Comments, EXIF, XMP and IPTC of a JPEG file."""
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == 0xFF and head[1] not in (0xDA, 0xD9):
            (length,) = struct.unpack(">H", head[2:])
            body = file.read(max(length - 2, 0))
            if head[1] == 0xFE:
                yield Said(PICTURES, "comment", body.decode("utf-8", "replace"))
            elif head[1] == 0xE1 and body.startswith(b"Exif\0"):
                yield from _of_exif(body)
            elif head[1] == 0xE1:
                yield Said(PICTURES, "XMP", body.decode("utf-8", "replace"))
            elif head[1] == 0xED:
                yield Said(PICTURES, "IPTC", f"{len(body)} bytes")


def _of_exif(data: bytes) -> Iterator[Said]:
    from PIL import ExifTags
    from PIL.Image import Exif

    exif = Exif()
    tags: dict[Any, Any]
    try:
        exif.load(data)
        tags = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        places = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:
        # Pillow raises what its reading of TIFF stumbles over, or finds nothing
        tags, places = {}, {}
    if not tags and not places:
        yield Said(PICTURES, "EXIF (damaged)", f"{len(data)} bytes")
    for tag, value in tags.items():
        yield from _of_tag(ExifTags.TAGS.get(tag, ""), value)
    if places:
        yield Said(PICTURES, "GPSInfo", str(places))


def said_by_tiff(path: Path) -> Iterator[Said]:
    """Descriptions, authors, times and places on each page of a TIFF file."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        for page in list(tiff.pages):  # whose length ends where pages go round in a circle
            for tag in getattr(page, "tags", ()):
                nested = tag.value if tag.name == "ExifTag" and isinstance(tag.value, dict) else {}
                for name, value in (nested or {tag.name: tag.value}).items():
                    yield from _of_tag(name, value)


def _of_tag(name: str, value: Any) -> Iterator[Said]:
    """A tag with text that is not technical, or one of those that count whatever they hold."""
    if name in _TECHNICAL or name in ("", "GPSInfo") or not value:
        return
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    if name == "ImageDescription" and text.startswith('{"shape"'):
        return  # how tifffile notes the axes
    if name in _TELLING or (isinstance(value, str) and value.strip(" \0")):
        yield Said(PICTURES, name, text)
