"""NRRD files, written: one .nrrd file with gzip-compressed values."""

import gzip
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe.images.encoders.written import Written

_LEVEL = 6
_TYPES = {
    "u1": "uint8", "i1": "int8", "u2": "uint16", "i2": "int16", "u4": "uint32", "i4": "int32",
    "u8": "uint64", "i8": "int64", "f4": "float", "f8": "double",
}  # fmt: skip


def write_nrrd(scratch: Path, image: Written, path: Path) -> None:
    """Write values with their space; the same bytes for the same image."""
    pixels = image.pixels.astype(np.uint8) if image.pixels.dtype == bool else image.pixels
    kind = _TYPES.get(pixels.dtype.str[1:])
    if kind is None:
        raise InputError(
            f"{shown(path)}: NRRD holds no {pixels.dtype}; write it as float32 or float64"
        )
    sizes = image.shape[::-1]
    lines = [
        "NRRD0005",
        f"type: {kind}",
        f"dimension: {len(sizes) + image.colour}",
        *(["space: left-posterior-superior"] if image.place is not None else []),
        f"sizes: {' '.join(map(str, [3] * image.colour + list(sizes)))}",
        *_geometry(image),
        f"kinds: {' '.join(['RGB-color'] * image.colour + ['domain'] * len(sizes))}",
        *([] if image.unit is None else [f"sample units: {' '.join(image.unit.split())}"]),
        "endian: little",
        "encoding: gzip",
    ]
    content = gzip.compress(
        np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).tobytes(), _LEVEL, mtime=0
    )
    scratch.write_bytes("\n".join([*lines, "", ""]).encode() + content)


def _geometry(image: Written) -> list[str]:
    """Lines that say where the axes of the file point: those of the array, the last one first."""
    if image.spacing is None:
        return []
    if image.place is None:
        return [f"spacings: {' '.join(['nan'] * image.colour + _numbers(image.spacing[::-1]))}"]
    steps = (image.place.directions * np.array(image.spacing)[:, None])[::-1]
    vectors = [f"({','.join(_numbers(step))})" for step in steps]
    return [
        f"space directions: {' '.join(['none'] * image.colour + vectors)}",
        f"space origin: ({','.join(_numbers(image.place.origin))})",
    ]


def _numbers(values: np.ndarray | tuple[float, ...]) -> list[str]:
    """Decimals that are read as the same numbers."""
    return [repr(float(value) + 0.0) for value in values]
