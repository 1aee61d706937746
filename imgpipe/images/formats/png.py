"""PNG files: checked chunk by chunk, since decoders forgive what is missing."""

import struct
import zlib

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.alpha import blend
from imgpipe.images.formats.exif import orientation, oriented
from imgpipe.images.formats.opencv import cv2
from imgpipe.images.formats.pillow import decode_simple
from imgpipe.images.image import Image, check_budget

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Decoders print about text and colour profiles; only what decides the pixels is kept
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)


def decode_png(name: str, data: bytes) -> Image:
    """Image from the bytes of a PNG file."""
    chunks = _chunks(name, data)
    if chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise InputError(f"{name}: not a PNG file: its first chunk is not a header")
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if kind not in CHANNELS or depth not in (1, 2, 4, 8, 16) or interlaced > 1:
        raise InputError(f"{name}: its PNG header declares an unknown kind of image")
    check_budget(name, (height, width))
    _check_pixels(name, chunks, (height, width), depth * CHANNELS[kind], bool(interlaced))
    clean = SIGNATURE + b"".join(_pack(*chunk) for chunk in chunks if chunk[0] in KEPT)
    if depth == 16 and kind != 0:
        pixels = _decode_deep(name, clean)
        key = next((body for tag, body in chunks if tag == b"tRNS"), None)
        if kind == 2 and key is not None:
            transparent = np.all(pixels == np.frombuffer(key, ">u2")[:3], axis=-1)
            pixels[transparent] = 0
    else:
        pixels = decode_simple(name, clean)
    exif = next((body for tag, body in chunks if tag == b"eXIf"), b"")
    pixels = oriented(pixels, orientation(exif))
    return Image(pixels, -1 if pixels.ndim == 3 else None)


def _chunks(name: str, data: bytes) -> list[tuple[bytes, bytes]]:
    """Tags and bodies up to IEND; what is missing or fails its checksum is an error."""
    chunks = []
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise InputError(f"{name}: truncated: the PNG file ends before its last chunk")
        length, tag = struct.unpack(">I4s", data[at : at + 8])
        body, end = data[at + 8 : at + 8 + length], at + 12 + length
        if end > len(data):
            raise InputError(f"{name}: truncated: the PNG file ends inside a chunk")
        if zlib.crc32(tag + body) != int.from_bytes(data[end - 4 : end], "big"):
            raise InputError(f"{name}: damaged: a PNG chunk fails its checksum")
        chunks.append((tag, body))
        if tag == b"IEND":
            return chunks
        at = end


def _check_pixels(
    name: str,
    chunks: list[tuple[bytes, bytes]],
    shape: tuple[int, int],
    bits: int,
    interlaced: bool,
) -> None:
    """The compressed pixels must unpack to all the rows that the header declares."""
    expected = sum(
        rows * (1 + (columns * bits + 7) // 8)
        for rows, columns in _passes(shape, interlaced)
        if rows and columns
    )
    unpacker = zlib.decompressobj()
    length = 0
    try:
        for tag, body in chunks:
            if tag != b"IDAT":
                continue
            packed = body
            while packed and not unpacker.eof and length <= expected:
                length += len(unpacker.decompress(packed, 1 << 20))
                packed = unpacker.unconsumed_tail
        # output may wait in the unpacker after its last input byte
        while (
            not unpacker.eof and length < expected and (more := unpacker.decompress(b"", 1 << 20))
        ):
            length += len(more)
    except zlib.error:
        raise InputError(f"{name}: damaged: its PNG pixels do not unpack") from None
    if length < expected:
        raise InputError(f"{name}: truncated: {length} of {expected} bytes of PNG pixels are there")


def _passes(shape: tuple[int, int], interlaced: bool) -> list[tuple[int, int]]:
    """Rows and columns of each pass: one, or the seven of Adam7 interlacing."""
    if not interlaced:
        return [shape]
    return [(len(range(y, shape[0], dy)), len(range(x, shape[1], dx))) for y, x, dy, dx in ADAM7]


def _pack(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


def _decode_deep(name: str, data: bytes) -> np.ndarray:
    """16-bit colour or alpha, which Pillow would cut to 8 bits without a word."""
    library = cv2()
    try:
        pixels = library.imdecode(np.frombuffer(data, np.uint8), library.IMREAD_UNCHANGED)
    except library.error:
        pixels = None
    if pixels is None or pixels.dtype != np.uint16:
        raise InputError(f"{name}: damaged: its 16-bit PNG pixels do not decode")
    colour = np.ascontiguousarray(pixels[..., 2::-1])
    if pixels.shape[-1] == 4:
        colour = blend(colour, pixels[..., 3])
        # OpenCV spreads gray with alpha over three equal channels
        if data[25] == 4:
            colour = np.ascontiguousarray(colour[..., 0])
    return colour
