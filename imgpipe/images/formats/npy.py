"""NPY files: never unpickled, size checked before anything is allocated."""

import io
import math

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.samples import Samples
from imgpipe.images.image import check_budget, settle


def read_npy_header(name: str, file: io.BufferedIOBase) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and dtype that an NPY stream declares; the stream then stands at the data."""
    try:
        version = np.lib.format.read_magic(file)
        reader = np.lib.format.read_array_header_2_0
        if version == (1, 0):
            reader = np.lib.format.read_array_header_1_0
        shape, fortran, dtype = reader(file, max_header_size=10_000)
    except Exception:
        # NumPy parses the header as Python text, which fails in as many ways as text can be wrong
        raise InputError(f"{name}: its NPY header is damaged or cut short") from None
    if dtype.hasobject:
        raise InputError(
            f"{name}: an array of Python objects, which would have to be unpickled; "
            "save plain numbers of one shape"
        )
    if any(not isinstance(n, int) or n < 0 for n in shape):
        raise InputError(f"{name}: its NPY header declares the shape {shape}")
    return shape, fortran, dtype


def decode_npy(name: str, data: bytes) -> Samples:
    """Image or volume from the bytes of an NPY file."""
    file = io.BytesIO(data)
    shape, fortran, dtype = read_npy_header(name, file)
    if len(shape) > 2 and shape[-1] == 1:
        spatial: tuple[int, ...] = shape[:-1]
    elif len(shape) > 2 and shape[-1] == 3 and min(shape[-3:-1]) > 3:
        spatial = shape[:-1]
    else:
        spatial = shape
    if not 2 <= len(spatial) <= 3:
        raise InputError(f"{name}: an array of shape {shape}; an image has 2 or 3 axes")
    check_budget(name, spatial)
    start, count = file.tell(), math.prod(shape)
    if len(data) - start < count * dtype.itemsize:
        raise InputError(
            f"{name}: truncated: {len(data) - start} of {count * dtype.itemsize} bytes are there"
        )
    flat = np.frombuffer(data, dtype, count, start)
    pixels = settle(name, flat.reshape(shape, order="F" if fortran else "C"))
    colour = len(spatial) < len(shape) and shape[-1] == 3
    return Samples(pixels if colour else pixels.reshape(spatial), colour)
