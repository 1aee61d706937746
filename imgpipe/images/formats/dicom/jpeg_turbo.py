"""JPEG that Pillow does not decode, lossless or of 12 bits, as a decoding plugin of pydicom.

It is decoded by libjpeg-turbo, which imagecodecs brings: GDCM ends the process on damaged pixels.
"""

from contextlib import suppress
from functools import cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from imgpipe.images.formats.jpeg import JPEG_FILLER

LABEL = "libjpeg-turbo"
# what pydicom looks for in the module of a plugin; extended, lossless, and lossless of order 1
DECODER_DEPENDENCIES = {
    f"1.2.840.10008.1.2.4.{number}": ("imagecodecs",) for number in (51, 57, 70)
}


def is_available(uid: str) -> bool:
    """Whether pixels of a transfer syntax can be decoded here; pydicom asks."""
    return uid in DECODER_DEPENDENCIES and find_spec("imagecodecs") is not None


def decode_frame(source: bytes, runner: Any) -> bytearray:
    """Samples of one frame as they are coded, in whole bytes; pydicom calls."""
    import imagecodecs

    # one colour space before and after: what the samples mean, the DICOM header says
    space = "RGB" if runner.samples_per_pixel == 3 else None
    decode = partial(imagecodecs.jpeg8_decode, colorspace=space, outcolorspace=space)
    samples = np.asarray(decode(source))
    # what is missing before the end marker is filled up without an error, and then more bytes
    # would change it
    end = source.rfind(b"\xff\xd9")
    if end < 0 or not np.array_equal(decode(source[:end] + JPEG_FILLER + source[end:]), samples):
        raise ValueError("truncated: coded pixels are missing")
    runner.set_option("bits_allocated", 8 * samples.itemsize)
    runner.set_option("planar_configuration", 0)
    return bytearray(samples.tobytes())


@cache
def register() -> None:
    """Tell pydicom of the plugin, once in a process."""
    from pydicom.pixels import get_decoder

    for syntax in DECODER_DEPENDENCIES:
        # another thread may have been faster
        with suppress(ValueError):
            get_decoder(syntax).add_plugin(LABEL, (__name__, decode_frame.__name__))
