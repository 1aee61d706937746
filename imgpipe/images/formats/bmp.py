"""BMP files: the size is checked before anything is allocated."""

import struct
from dataclasses import replace

from imgpipe._common import InputError
from imgpipe.images.formats.pillow import decode_simple
from imgpipe.images.formats.samples import Samples
from imgpipe.images.image import check_budget


def decode_bmp(name: str, data: bytes) -> Samples:
    """Samples from the bytes of a BMP file."""
    if len(data) < 26:
        raise InputError(f"{name}: truncated: the BMP header is cut short")
    if struct.unpack("<I", data[14:18])[0] == 12:
        width, height = struct.unpack("<HH", data[18:22])
    else:
        width, height = struct.unpack("<ii", data[18:26])
    check_budget(name, (abs(height), width))
    samples = decode_simple(name, data)
    if samples.alpha is not None and not samples.alpha.any():
        # writers leave the fourth byte of a pixel at zero where they mean no alpha
        return replace(samples, alpha=None)
    return samples
