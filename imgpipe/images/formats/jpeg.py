"""JPEG files: their header, and a check that no coded pixels are missing."""

import struct

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.exif import orientation, oriented
from imgpipe.images.formats.pillow import decode_simple
from imgpipe.images.image import Image, check_budget

# start-of-frame markers, JPEG-LS (0xF7) included
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
# bytes without 0xFF, which decode to something other than the zeros that libjpeg fills in
JPEG_FILLER = bytes((37 * i + 11) % 251 for i in range(64))


def decode_jpeg(name: str, data: bytes) -> Image:
    """Image from the bytes of a JPEG file."""
    height, width, exif, scan, frame = jpeg_header(name, data)
    check_budget(name, (height, width))
    # in the coded pixels 0xFF is followed by 0x00 or a restart marker, so this is the true end
    end = data.find(b"\xff\xd9", scan)
    if end < 0:
        raise InputError(f"{name}: truncated: the JPEG file has no end marker")
    stored = decode_simple(name, data)
    # libjpeg fills up what is missing before the end marker, without an error; bits beyond the
    # last pixel do not matter only if all before it are there (true of Huffman coding)
    if frame in (0xC0, 0xC1, 0xC2):
        longer = decode_simple(name, data[:end] + JPEG_FILLER + data[end:])
        if not np.array_equal(stored, longer):
            raise InputError(f"{name}: truncated: coded pixels of the JPEG file are missing")
    pixels = oriented(stored, orientation(exif))
    return Image(pixels, -1 if pixels.ndim == 3 else None)


def jpeg_header(name: str, data: bytes) -> tuple[int, int, bytes, int, int]:
    """Height, width, EXIF block, start of the coded pixels and kind of frame."""
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
        if marker in JPEG_FRAMES and len(body) >= 5:
            size, frame = struct.unpack(">HH", body[1:5]), marker
        elif marker == 0xE1 and body.startswith(b"Exif\x00\x00"):
            exif = body
        at += 2 + length
        if marker == 0xDA:
            if size is None:
                raise InputError(f"{name}: damaged: its JPEG header declares no size")
            return size[0], size[1], exif, at, frame
