"""The samples that Pillow decodes: PNG up to 8 bits a channel, 16-bit gray PNG, JPEG and BMP."""

import io
import struct
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe.images.formats.errors import quiet, reason
from imgpipe.images.formats.samples import Samples


def decode_simple(name: str, data: bytes, step: int = 1) -> Samples:
    """Samples by Pillow: gray, indices or RGB in uint8, gray in uint16 or bool.

    Gray of few bits comes from Pillow in levels that are `step` apart, and is given without.
    """
    with needed_for(f"{name}: this format"):
        from PIL import Image as PillowImage
        from PIL import UnidentifiedImageError

    try:
        with quiet(), PillowImage.open(io.BytesIO(data), formats=("PNG", "JPEG", "BMP")) as image:
            image.load()
            return _samples(name, image, step)
    except PillowImage.DecompressionBombError as error:
        raise InputError(f"{name}: {error}") from None
    except InputError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        unknown = isinstance(error, UnidentifiedImageError)
        words = "its header is damaged" if unknown else reason(error)
        # what Pillow does not know is no damage
        told = words if words.startswith("Unsupported") else f"damaged or truncated: {words}"
        raise InputError(f"{name}: {told}") from None


def _samples(name: str, image: Any, step: int) -> Samples:
    """Arrays of a decoded Pillow image."""
    if image.mode in ("CMYK", "YCbCr"):
        image = image.convert("RGB")
    values, key = np.array(image), image.info.get("transparency")
    if image.mode == "P":
        return Samples(values, palette=_palette(image), alpha=_alpha_of_indices(values, key))
    if image.mode == "1":
        return Samples(values, alpha=_alpha_of_key(values, False, key), step=255)
    if image.mode in ("LA", "RGBA"):
        colour = values[..., 0] if image.mode == "LA" else values[..., :3]
        return Samples(np.ascontiguousarray(colour), image.mode == "RGBA", values[..., -1])
    if image.mode.startswith("I;16"):
        values = values.astype(np.uint16, copy=False)
    elif image.mode not in ("L", "RGB"):
        raise InputError(f"{name}: its pixel layout {image.mode} is not read")
    if step > 1:
        values //= np.uint8(step)
    colour = image.mode == "RGB"
    return Samples(values, colour, _alpha_of_key(values, colour, key), step=step)


def _palette(image: Any) -> np.ndarray:
    """256 colours: those that the file leaves out are black."""
    table = np.zeros((256, 3), np.uint8)
    given = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)[:256]
    table[: len(given)] = given
    return table


def _alpha_of_indices(index: np.ndarray, key: Any) -> np.ndarray | None:
    """Opacity by the palette: that of each entry, or the number of the one transparent entry."""
    table = np.full(256, 255, np.uint8)
    if isinstance(key, bytes):
        table[: len(key)] = np.frombuffer(key, np.uint8)[:256]
    elif isinstance(key, int) and 0 <= key < 256:
        table[key] = 0
    return None if (table == 255).all() else table[index]


def _alpha_of_key(values: np.ndarray, colour: bool, key: Any) -> np.ndarray | None:
    """Opacity by the one transparent gray value or colour."""
    if key is None or isinstance(key, bytes):
        return None
    # of gray with one bit, Pillow gives the key as 0 or 255
    at_key = values == (bool(key) if values.dtype == bool else np.asarray(key))
    if colour:
        at_key = at_key.all(axis=-1)
    return np.where(at_key, 0, 255).astype(np.uint8)
