"""The pixels that Pillow decodes: PNG up to 8 bits a channel, 16-bit gray PNG, JPEG and BMP."""

import io
import struct
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.alpha import blend
from imgpipe.images.formats.errors import plain, quiet


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
        unknown = isinstance(error, UnidentifiedImageError)
        words = "its header is damaged" if unknown else plain(error)
        raise InputError(f"{name}: damaged or truncated: {words}") from None


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
