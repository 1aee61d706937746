"""JPEG files: their header, and a check that no coded pixels are missing."""

import re
import struct
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.exif import orientation
from imgpipe.images.formats.pillow import decode_simple
from imgpipe.images.formats.samples import Samples, turned
from imgpipe.images.image import check_budget

# start-of-frame markers, JPEG-LS (0xF7) included
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
HUFFMAN, ARITHMETIC = (0xC0, 0xC1, 0xC2), (0xC9, 0xCA)
OTHER_KINDS = {0xC3: "lossless JPEG", 0xCB: "lossless JPEG", 0xF7: "JPEG-LS"}
# in coded pixels 0xFF is followed by 0x00 or by a restart marker
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# bytes without 0xFF, which decode to something other than the zeros that libjpeg fills in
JPEG_FILLER = bytes((37 * i + 11) % 251 for i in range(64))


def decode_jpeg(name: str, data: bytes) -> Samples:
    """Samples from the bytes of a JPEG file."""
    head = jpeg_header(name, data)
    check_budget(name, (head.height, head.width))
    if head.bits != 8 or head.frame not in (*HUFFMAN, *ARITHMETIC):
        kind = OTHER_KINDS.get(head.frame, f"JPEG of {head.bits} bits")
        raise InputError(f"{name}: a {kind}, which is not read; save as PNG or TIFF")
    scans, end = _scans(name, data, head)
    if not _is_complete(head, scans):
        raise InputError(f"{name}: truncated: scans of the JPEG file are missing")
    samples = decode_simple(name, data)
    _check_not_filled_up(name, data, head, len(scans), end, samples.values)
    return replace(turned(samples, orientation(head.exif)), lossy=True)


def check_whole(name: str, data: bytes, values: np.ndarray) -> None:
    """Refuse a JPEG of 8 bits that was decoded to values though coded pixels are missing."""
    head = jpeg_header(name, data)
    scans, end = _scans(name, data, head)
    _check_not_filled_up(name, data, head, len(scans), end, values)


def _check_not_filled_up(
    name: str, data: bytes, head: "JpegHeader", scans: int, end: int, values: np.ndarray
) -> None:
    """Decode again with more bytes, where the last pixel may be made up.

    libjpeg fills up what is missing before the end marker, without an error; bits beyond the last
    pixel do not matter only if all before it are there (true of Huffman coding).
    """
    if head.frame in HUFFMAN and _may_be_filled_up(head, scans, values):
        once = decode_simple(name, data)
        longer = decode_simple(name, data[:end] + JPEG_FILLER + data[end:])
        if not np.array_equal(once.values, longer.values):
            raise InputError(f"{name}: truncated: coded pixels of the JPEG file are missing")


class JpegHeader(NamedTuple):
    """What stands before the coded pixels."""

    height: int
    width: int
    exif: bytes
    scan: int
    """Where the coded pixels start."""
    frame: int
    """Marker of the kind of coding."""
    bits: int
    components: int
    first: bytes
    """Header of the first scan."""


def _scans(name: str, data: bytes, head: JpegHeader) -> tuple[list[bytes], int]:
    """Headers of all scans, and where the last one ends."""
    scans, at = [head.first], head.scan
    while (found := _MARKER.search(data, at)) is not None:
        at = found.start()
        if data[at + 1] == 0xD9:
            return scans, at
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xDA:
            scans.append(data[at + 4 : at + 2 + length])
        at += 2 + max(length, 2)
    raise InputError(f"{name}: truncated: the JPEG file has no end marker")


def _is_complete(head: JpegHeader, scans: list[bytes]) -> bool:
    """Whether the scans bring each of the 64 frequencies of each component to its last bit."""
    missing: dict[int, list[int]] = {}
    for scan in scans:
        count = scan[0] if scan else 0
        if len(scan) < 4 + 2 * count:
            return False
        first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
        for component in scan[1 : 1 + 2 * count : 2]:
            left = missing.setdefault(component, [1] * 64)
            left[first : last + 1] = [bits & 15] * len(left[first : last + 1])
    return len(missing) == head.components and not any(map(any, missing.values()))


def _may_be_filled_up(head: JpegHeader, scans: int, values: np.ndarray) -> bool:
    """Whether the last pixel has the gray of blocks that are not in the file."""
    if scans > 1 or head.components not in (1, 3):
        return True
    if values.ndim == 2:
        return bool(values[-1, -1] == 128)
    red, green, blue = values[-1, -1].tolist()
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    low, high = min(red, green, blue), max(red, green, blue)
    # chroma may come from the block beside it, and where it is strong, clipping changes the luma
    return abs(luma - 128) < 4 or ((low == 0 or high == 255) and high - low > 60)


def jpeg_header(name: str, data: bytes) -> JpegHeader:
    """Parse the segments before the coded pixels."""
    at, size, exif, frame = 2, None, b"", 0
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 4 > len(data):
            raise InputError(f"{name}: truncated: the JPEG file ends inside its header")
        lead, marker, length = struct.unpack(">BBH", data[at : at + 4])
        if lead != 0xFF or length < 2:
            raise InputError(f"{name}: damaged: its JPEG header is not a chain of segments")
        body = data[at + 4 : at + 2 + length]
        if marker in JPEG_FRAMES and len(body) >= 6:
            size, frame = struct.unpack(">BHHB", body[:6]), marker
        elif marker == 0xE1 and body.startswith(b"Exif\x00\x00"):
            exif = body
        at += 2 + length
        if marker == 0xDA:
            if size is None:
                raise InputError(f"{name}: damaged: its JPEG header declares no size")
            bits, height, width, components = size
            return JpegHeader(height, width, exif, at, frame, bits, components, body)
