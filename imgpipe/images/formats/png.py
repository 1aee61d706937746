"""PNG files: checked chunk by chunk, since decoders forgive what is missing."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.exif import orientation
from imgpipe.images.formats.opencv import cv2
from imgpipe.images.formats.pillow import decode_simple
from imgpipe.images.formats.samples import Samples, turned
from imgpipe.images.image import check_budget

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Decoders print about text and colour profiles; only what decides the pixels is kept
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_LONGEST = 2**24  # bytes of a chunk that is written
GRAY_STEPS = {2: 85, 4: 17}
ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)


def decode_png(name: str, data: bytes) -> Samples:
    """Samples from the bytes of a PNG file."""
    chunks = _chunks(name, data)
    head = chunks[0].body
    if chunks[0].tag != b"IHDR" or len(head) != 13:
        raise InputError(f"{name}: not a PNG file: its first chunk is not a header")
    if sum(chunk.tag == b"IHDR" for chunk in chunks) > 1:
        raise InputError(f"{name}: damaged: a PNG file with several headers")
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if kind not in CHANNELS or depth not in (1, 2, 4, 8, 16) or interlaced > 1:
        raise InputError(f"{name}: its PNG header declares an unknown kind of image")
    check_budget(name, (height, width))
    clean = data
    if any(chunk.tag not in KEPT for chunk in chunks):
        clean = b"".join([SIGNATURE, *(chunk.whole for chunk in chunks if chunk.tag in KEPT)])
    first = {chunk.tag: chunk.body for chunk in reversed(chunks)}
    frames = int.from_bytes(first.get(b"acTL", b"")[:4], "big")
    if frames > 1:
        raise InputError(f"{name}: an animated PNG of {frames} frames; save each as a file")
    if kind == 3 and b"PLTE" not in first:
        raise InputError(f"{name}: damaged: a PNG of palette indices without a palette")
    expected = (name, chunks, (height, width), depth * CHANNELS[kind], bool(interlaced))
    if depth == 16 and kind != 0:
        samples = _decode_deep(name, _rewritten(*expected), kind, first.get(b"tRNS"))
    else:
        samples = decode_simple(name, clean, GRAY_STEPS.get(depth, 1) if kind == 0 else 1)
        # Pillow leaves the rows that are missing at zero, without a word
        if interlaced or not samples.values[-1].any():
            _check_pixels(*expected)
    return turned(samples, orientation(bytes(first.get(b"eXIf", b""))))


class _Chunk(NamedTuple):
    """A part of a PNG file."""

    tag: bytes
    body: memoryview
    whole: memoryview


def _chunks(name: str, data: bytes) -> list[_Chunk]:
    """Chunks up to IEND; what is missing or fails its checksum is an error."""
    chunks = []
    view = memoryview(data)
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise InputError(f"{name}: truncated: the PNG file ends before its last chunk")
        length, tag = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise InputError(f"{name}: truncated: the PNG file ends inside a chunk")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise InputError(f"{name}: damaged: a PNG chunk fails its checksum")
        chunks.append(_Chunk(tag, view[at + 8 : end - 4], view[at:end]))
        if tag == b"IEND":
            return chunks
        at = end


def _check_pixels(
    name: str,
    chunks: list[_Chunk],
    shape: tuple[int, int],
    bits: int,
    interlaced: bool,
) -> None:
    """The compressed pixels must unpack to all the rows that the header declares."""
    expected = sum(n * size for n, size in _rows(shape, bits, interlaced))
    length = sum(map(len, _pieces(name, chunks, expected)))
    _check_length(name, length, expected)


def _check_length(name: str, length: int, expected: int) -> None:
    if length < expected:
        raise InputError(f"{name}: truncated: {length} of {expected} bytes of PNG pixels are there")


def _rows(shape: tuple[int, int], bits: int, interlaced: bool) -> list[tuple[int, int]]:
    """Number of rows and bytes of each, with the one for its filter, of each pass."""
    return [
        (rows, 1 + (columns * bits + 7) // 8)
        for rows, columns in _passes(shape, interlaced)
        if rows and columns
    ]


def _pieces(name: str, chunks: list[_Chunk], expected: int) -> Iterator[bytes]:
    """Unpacked pixels, piece by piece, until there are more than expected."""
    unpacker = zlib.decompressobj()
    length = 0
    try:
        for tag, body, _ in chunks:
            if tag != b"IDAT":
                continue
            packed: Any = body
            while packed and not unpacker.eof and length <= expected:
                yield (piece := unpacker.decompress(packed, 1 << 20))
                length += len(piece)
                packed = unpacker.unconsumed_tail
        # output may wait in the unpacker after its last input byte
        while (
            not unpacker.eof and length < expected and (more := unpacker.decompress(b"", 1 << 20))
        ):
            yield more
            length += len(more)
    except zlib.error:
        raise InputError(f"{name}: damaged: its PNG pixels do not unpack") from None


def _rewritten(
    name: str, chunks: list[_Chunk], shape: tuple[int, int], bits: int, interlaced: bool
) -> bytes:
    """The file with nothing but sound pixels: OpenCV's decoder prints what is wrong with others."""
    rows = _rows(shape, bits, interlaced)
    expected = sum(n * size for n, size in rows)
    pixels = b"".join(_pieces(name, chunks, expected))[:expected]
    _check_length(name, len(pixels), expected)
    start = 0
    for n, size in rows:
        if max(pixels[start : start + n * size : size]) > 4:
            raise InputError(f"{name}: damaged: a row of its PNG pixels has an unknown filter")
        start += n * size
    head = bytes(chunks[0].body[:10]) + bytes([0, 0, interlaced])
    packed = zlib.compress(pixels, 0)
    pieces = [(b"IDAT", packed[k : k + _LONGEST]) for k in range(0, len(packed), _LONGEST)]
    parts = [(b"IHDR", head), *pieces, (b"IEND", b"")]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
        for tag, body in parts
    )


def _passes(shape: tuple[int, int], interlaced: bool) -> list[tuple[int, int]]:
    """Rows and columns of each pass: one, or the seven of Adam7 interlacing."""
    if not interlaced:
        return [shape]
    return [(len(range(y, shape[0], dy)), len(range(x, shape[1], dx))) for y, x, dy, dx in ADAM7]


def _decode_deep(name: str, data: bytes, kind: int, key: memoryview | None) -> Samples:
    """16-bit colour or alpha, which Pillow would cut to 8 bits without a word."""
    library = cv2()
    try:
        pixels = library.imdecode(np.frombuffer(data, np.uint8), library.IMREAD_UNCHANGED)
    except library.error:
        pixels = None
    if pixels is None or pixels.dtype != np.uint16:
        raise InputError(f"{name}: damaged: its 16-bit PNG pixels do not decode")
    colour = np.ascontiguousarray(pixels[..., 2::-1])
    alpha = pixels[..., 3] if pixels.shape[-1] == 4 else None
    if kind == 2 and key is not None and len(key) == 6:
        at_key = np.all(colour == np.frombuffer(key, ">u2"), axis=-1)
        alpha = np.where(at_key, 0, 65535).astype(np.uint16)
    # OpenCV spreads gray with alpha over three equal channels
    return Samples(np.ascontiguousarray(colour[..., 0]) if kind == 4 else colour, kind != 4, alpha)
