"""What Pillow decodes: PNG up to 8 bits a channel, 16-bit gray PNG, JPEG and BMP."""

import io
import struct
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images._image import Image, check_budget, plain
from imgpipe.images._quiet import quiet

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


def decode_bmp(name: str, data: bytes) -> Image:
    """Image from the bytes of a BMP file."""
    if len(data) < 26:
        raise InputError(f"{name}: truncated: the BMP header is cut short")
    if struct.unpack("<I", data[14:18])[0] == 12:
        width, height = struct.unpack("<HH", data[18:22])
    else:
        width, height = struct.unpack("<ii", data[18:26])
    check_budget(name, (abs(height), width))
    pixels = decode_simple(name, data)
    return Image(pixels, -1 if pixels.ndim == 3 else None)


def decode_simple(name: str, data: bytes) -> np.ndarray:
    """Pixels by Pillow: gray uint8 or uint16, or RGB uint8."""
    from PIL import Image as PillowImage
    from PIL import UnidentifiedImageError

    try:
        with quiet(), PillowImage.open(io.BytesIO(data), formats=("PNG", "JPEG", "BMP")) as image:
            image.load()
            return _pixels(name, image)
    except PillowImage.DecompressionBombError as error:
        raise InputError(f"{name}: {error}") from None
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        reason = (
            "its header is damaged" if isinstance(error, UnidentifiedImageError) else plain(error)
        )
        raise InputError(f"{name}: damaged or truncated: {reason}") from None


def _pixels(name: str, image: Any) -> np.ndarray:
    """Array of a decoded Pillow image."""
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode in ("L", "RGB") and "transparency" in image.info:
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("CMYK", "YCbCr"):
        image = image.convert("RGB")
    if image.mode in ("L", "RGB"):
        return np.array(image)
    if image.mode in ("LA", "RGBA"):
        pixels = np.array(image)
        colour = pixels[..., 0] if image.mode == "LA" else pixels[..., :3]
        return blend(np.ascontiguousarray(colour), pixels[..., -1])
    if image.mode.startswith("I;16"):
        pixels = np.array(image).astype(np.uint16)
        key = image.info.get("transparency")
        if isinstance(key, int):
            pixels[pixels == key] = 0
        return pixels
    raise InputError(f"{name}: its pixel layout {image.mode} is not read")


def blend(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The image laid over black, unchanged where it is opaque."""
    full = np.iinfo(alpha.dtype).max
    if (alpha == full).all():
        return colour
    share = alpha.astype(np.float64) / full
    if colour.ndim == 3:
        share = share[..., None]
    return np.asarray(np.rint(colour * share).astype(colour.dtype))


def orientation(exif: bytes) -> int:
    """EXIF orientation 1 to 8; 1, upright, where there is none or it cannot be read."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    try:
        if order is None:
            return 1
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if tag == 0x0112 and kind == 3 and 1 <= value <= 8:
                return int(value)
    except struct.error:
        pass
    return 1


def oriented(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels turned upright (TIFF 6.0, tag 274)."""
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


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
