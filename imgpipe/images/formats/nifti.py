"""NIfTI files, .nii and .nii.gz: header by nibabel, voxels from the bytes behind it."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe._common.texts import Text
from imgpipe.images.formats.errors import quiet
from imgpipe.images.formats.nifti_place import geometry_of
from imgpipe.images.formats.samples import Samples
from imgpipe.images.formats.unpacking import GZIP, Plain, Unpacked
from imgpipe.images.image import check_budget, settle

SINGLE, PAIR = (b"n+1\0", b"n+2\0"), (b"ni1\0", b"ni2\0")
_LENGTHS = {348: 1, 540: 2}  # bytes of a header, and the version that it is of
_DTYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4",
           1024: "i8", 1280: "u8"}  # fmt: skip
_REFUSED = {1: "single bits", 32: "complex64", 1536: "float128", 1792: "complex128",
            2048: "complex256"}  # fmt: skip
_COLOUR = {128: 3, 2304: 4}  # codes of data types, and their channels
_MOST_SKIPPED = 1 << 26  # bytes of extensions between header and voxels


def nifti_header(head: bytes) -> int:
    """Length of the header that a file begins with; 0 where it is not NIfTI."""
    for order in ("little", "big"):
        length = int.from_bytes(head[:4], order)
        if length in _LENGTHS:
            at = 344 if length == 348 else 4
            magic = head[at : at + 4]
            return length if magic in SINGLE + PAIR else 0
    return 0


def is_nifti(data: bytes) -> bool:
    """Whether content begins as NIfTI files do, compressed or not."""
    if not data.startswith(GZIP):
        return bool(nifti_header(data[:540]))
    try:
        return bool(nifti_header(Unpacked("", data).read(540)))
    except InputError:
        return False


def decode_nifti(name: str, data: bytes) -> Samples:
    """Image or volume from the bytes of a NIfTI file, scaled as it says."""
    samples, slope, inter = _stored(name, data)
    return replace(samples, values=_scaled(samples.values, slope, inter))


def decode_nifti_labels(name: str, data: bytes) -> Samples:
    """Labels from the bytes of a NIfTI file.

    Whole labels that were stored in steps of a slope come back as whole ones: each lies within half
    a step of what was stored.
    """
    samples, slope, inter = _stored(name, data)
    values = _scaled(samples.values, slope, inter)
    if values.dtype.kind == "f" and samples.values.dtype.kind in "iu":
        labels = np.rint(values)
        if np.abs(values - labels).max() <= min(abs(slope) / 2, 0.25) * (1 + 1e-6) + 1e-6:
            values = labels
    return replace(samples, values=values)


def _stored(name: str, data: bytes) -> tuple[Samples, float, float]:
    """Stored values in the order (z, y, x), and slope and intercept of what they mean."""
    source: Any = Unpacked(name, data) if data.startswith(GZIP) else Plain(data)
    header, length = _header(name, source)
    notes: list[Text] = []
    shape = _shape(name, header)
    dtype, channels = _dtype(name, header)
    check_budget(name, shape)
    start = _start(name, header, length)
    source.read(start - length)
    count = math.prod(shape) * dtype.itemsize * channels
    held = source.read(count)
    if len(held) < count:
        raise InputError(
            f"{name}: truncated: {len(held)} of {count} bytes of its {' x '.join(map(str, shape))} "
            "voxels are there"
        )
    source.finish()
    # the first axis of the file runs fastest: it is the last of the array
    values = np.frombuffer(held, dtype).reshape(*shape[::-1], *([channels] if channels > 1 else []))
    alpha = None
    if channels == 4:
        values, alpha = values[..., :3], np.ascontiguousarray(values[..., 3])
    spacing, place = geometry_of(name, header, len(shape), notes)
    slope, inter = _scaling(name, header) if channels == 1 else (1.0, 0.0)
    pixels = settle(name, values)
    samples = Samples(
        pixels, channels > 1, alpha, spacing=spacing, warnings=tuple(notes), place=place
    )
    return samples, slope, inter


def _header(name: str, source: Any) -> tuple[Any, int]:
    """Fields of the header as they are stored, and its length."""
    with needed_for(f"{name}: NIfTI"), quiet():
        from nibabel.nifti1 import Nifti1Header
        from nibabel.nifti2 import Nifti2Header
    block = bytes(source.read(348))
    length = nifti_header(block) or 348
    block += bytes(source.read(length - 348))
    if len(block) < length:
        raise InputError(f"{name}: truncated: its NIfTI header is cut short")
    kind: Any = Nifti1Header if length == 348 else Nifti2Header
    with quiet():
        header = kind(block, check=False)
    if bytes(header["magic"]).ljust(4, b"\0")[:4] in PAIR:
        raise InputError(
            f"{name}: the header of a pair of files (.hdr and .img); convert it to one .nii file"
        )
    return header, length


def _shape(name: str, header: Any) -> tuple[int, ...]:
    """Lengths along the file's axes, without points in time and the like where there is one."""
    dim = [int(n) for n in header["dim"]]
    if not 1 <= dim[0] <= 7:
        raise InputError(f"{name}: damaged: its NIfTI header declares {dim[0]} axes")
    shape = dim[1 : dim[0] + 1]
    if any(n < 1 for n in shape):
        check_budget(name, shape)
    told = " x ".join(map(str, shape))
    while len(shape) > 2 and shape[-1] == 1:
        shape.pop()
    if not 2 <= len(shape) <= 3:
        what = "an image has 2 or 3 axes; take one point in time, or one component, first"
        raise InputError(f"{name}: {told} voxels; {what}")
    return tuple(shape)


def _dtype(name: str, header: Any) -> tuple[np.dtype, int]:
    """Data type of a sample, and samples of a voxel."""
    code = int(header["datatype"])
    if code in _COLOUR:
        return np.dtype(np.uint8), _COLOUR[code]
    if code not in _DTYPES:
        what = _REFUSED.get(code, f"of the data type {code}, which is none")
        raise InputError(f"{name}: its voxels are {what}; integers and floats to 64 bits are read")
    return np.dtype(_DTYPES[code]).newbyteorder(header.endianness), 1


def _start(name: str, header: Any, length: int) -> int:
    """Where the voxels begin: behind the header and its extensions."""
    offset = float(header["vox_offset"])
    least = length + 4
    if offset == 0:
        return least
    if not least <= offset <= least + _MOST_SKIPPED:  # false for NaN
        raise InputError(f"{name}: damaged: its voxels are said to begin at byte {offset:g}")
    return int(offset)


def _scaling(name: str, header: Any) -> tuple[float, float]:
    """Slope and intercept; a slope of 0 or NaN is none."""
    slope, inter = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or math.isnan(slope):
        return 1.0, 0.0
    if math.isinf(slope) or not math.isfinite(inter):
        raise InputError(
            f"{name}: scl_slope {slope:g} and scl_inter {inter:g} do not describe voxel values"
        )
    return slope, inter


def _scaled(stored: np.ndarray, slope: float, inter: float) -> np.ndarray:
    """Slope times stored value plus intercept: integers where both are whole, else float64."""
    if (slope, inter) == (1.0, 0.0):
        return stored
    if stored.dtype.kind == "f" or slope != int(slope) or inter != int(inter):
        return _fractional(stored, slope, inter)
    ends = [int(slope) * int(end) + int(inter) for end in (stored.min(), stored.max())]
    for dtype in (stored.dtype, np.dtype(np.int16), np.dtype(np.int32), np.dtype(np.int64)):
        limits = np.iinfo(dtype)
        if limits.min <= min(ends) and max(ends) <= limits.max:
            # wraps on the way, and comes back to what the type can hold
            with np.errstate(over="ignore"):
                wide = stored.astype(np.uint64) * np.uint64(int(slope) % 2**64)
                return (wide + np.uint64(int(inter) % 2**64)).astype(dtype)
    return _fractional(stored, slope, inter)


def _fractional(stored: np.ndarray, slope: float, inter: float) -> np.ndarray:
    """In float64; infinite where that ends."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(stored.astype(np.float64) * slope + inter)
