"""NRRD files, .nrrd and .nhdr: header by pynrrd, values from the bytes behind or beside it."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for, shown
from imgpipe._common.texts import Text
from imgpipe.images.formats.errors import plain, quiet, reason
from imgpipe.images.formats.nrrd_place import geometry_of
from imgpipe.images.formats.samples import Samples
from imgpipe.images.formats.unpacking import Plain, Unpacked
from imgpipe.images.image import check_budget, settle

MAGIC = b"NRRD000"
_LONGEST_HEADER = 1 << 20
_DTYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int",
           "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}  # fmt: skip
_PACKED = {"gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2"}
_TEXT = ("ascii", "text", "txt")
_COLOURS = {"rgb-color": 3, "3-color": 3, "rgba-color": 4, "4-color": 4}


def decode_nrrd(name: str, data: bytes, folder: Path | None = None) -> Samples:
    """Image or volume from the bytes of a NRRD file; `folder` is where its data may lie."""
    header, behind = _header(name, data)
    sizes = _sizes(name, header)
    colour = _colour_axis(name, header, sizes)
    spatial = _spatial_axes(name, sizes, colour)
    check_budget(name, [sizes[k] for k in spatial])
    dtype = _dtype(name, header)
    beside = header.get("datafile", header.get("data file"))
    content = data[behind:] if beside is None else _beside(name, beside, folder)
    values = _values(name, header, content, dtype, math.prod(sizes))
    # the first axis of the file runs fastest: it is the last of the array
    values = values.reshape(sizes[::-1])
    if colour is not None:
        values = np.moveaxis(values, len(sizes) - 1 - colour, -1)
    shape = [sizes[k] for k in spatial[::-1]]
    values = values.reshape(*shape, *([] if colour is None else [sizes[colour]]))
    alpha = None
    if colour is not None and sizes[colour] == 4:
        values, alpha = values[..., :3], np.ascontiguousarray(values[..., 3])
    notes: list[Text] = []
    spacing, place = geometry_of(name, header, spatial, notes)
    pixels = settle(name, values)
    return Samples(
        pixels, colour is not None, alpha, spacing=spacing, warnings=tuple(notes), place=place,
        unit=_unit(header),
    )  # fmt: skip


def _unit(header: dict[str, Any]) -> str | None:
    """Say what values measure, where the file does; blank and "1" say nothing."""
    said = str(header.get("sample units", header.get("sampleunits", ""))).strip().strip('"')
    return said if said not in ("", "1", "???", "unitless") else None


def _header(name: str, data: bytes) -> tuple[dict[str, Any], int]:
    """Fields by name, and where the data begin."""
    with needed_for(f"{name}: NRRD"):
        import nrrd
    ends = [(data.find(gap, 0, _LONGEST_HEADER), len(gap)) for gap in (b"\n\n", b"\r\n\r\n")]
    found = [(at, length) for at, length in ends if at >= 0]
    # the header of a .nhdr file may go on to its end
    at, length = min(found, default=(min(len(data), _LONGEST_HEADER), 0))
    lines = data[:at].decode("latin-1").splitlines()
    try:
        with quiet():
            header = dict(nrrd.read_header(lines))
    except Exception as error:
        raise InputError(f"{name}: damaged: its NRRD header: {reason(error)}") from None
    missing = [key for key in ("dimension", "type", "encoding", "sizes") if key not in header]
    if missing:
        raise InputError(
            f"{name}: damaged or cut short: its NRRD header lacks {', '.join(missing)}"
        )
    if not found and "data file" not in header and "datafile" not in header:
        raise InputError(f"{name}: truncated: its NRRD header does not end")
    return header, at + length


def _sizes(name: str, header: dict[str, Any]) -> list[int]:
    """Lengths along the axes of the file."""
    sizes = [int(n) for n in header["sizes"]]
    if len(sizes) != header["dimension"] or not sizes:
        raise InputError(
            f"{name}: damaged: its NRRD header declares {header['dimension']} axes and "
            f"{len(sizes)} sizes"
        )
    if any(n < 1 for n in sizes):
        check_budget(name, sizes)
    return sizes


def _colour_axis(name: str, header: dict[str, Any], sizes: list[int]) -> int | None:
    """Axis of red, green and blue, if there is one."""
    kinds = [str(kind).lower() for kind in header.get("kinds", [])]
    bytes_only = header["type"] in _DTYPES["u1"]
    for axis, (kind, n) in enumerate(zip(kinds, sizes, strict=False)):
        # colours are written as vectors too; those of other types are displacements and the like
        if _COLOURS.get(kind) == n or (kind == "vector" and n == 3 and bytes_only):
            return axis
    return None


def _spatial_axes(name: str, sizes: list[int], colour: int | None) -> list[int]:
    """Axes of the image; those of one component or point in time are left out."""
    axes = [k for k in range(len(sizes)) if k != colour]
    while len(axes) > 2 and sizes[axes[-1]] == 1:
        axes.pop()
    while len(axes) > 3 and sizes[axes[0]] == 1:
        axes.pop(0)
    if not 2 <= len(axes) <= 3:
        raise InputError(
            f"{name}: {' x '.join(map(str, sizes))} values; an image has 2 or 3 axes; take one "
            "point in time, or one component, first"
        )
    return axes


def _dtype(name: str, header: dict[str, Any]) -> np.dtype:
    """Data type in the order of bytes that it is stored in."""
    for code, names in _DTYPES.items():
        if header["type"] in names:
            dtype = np.dtype(code)
            break
    else:
        raise InputError(f"{name}: its values are of the type {plain(header['type'])!r}; integers "
                         "and floats to 64 bits are read")  # fmt: skip
    if dtype.itemsize == 1 or header["encoding"].lower() in _TEXT:
        return dtype
    order = {"little": "<", "big": ">"}.get(str(header.get("endian", "")).lower())
    if order is None:
        raise InputError(f"{name}: damaged: its NRRD header does not say endian: little or big")
    return dtype.newbyteorder(order)  # type: ignore[arg-type]


def _beside(name: str, beside: str, folder: Path | None) -> bytes:
    """Content of the one file in the same folder that holds the data."""
    parts = beside.split()
    if parts[:1] == ["LIST"] or "%" in beside:
        raise InputError(f"{name}: its data are in several files; one is read: join them first")
    if not beside or Path(beside).name != beside or "\\" in beside or ":" in beside:
        raise InputError(
            f"{name}: its data are said to be in {plain(beside)!r}; only a file beside it is read"
        )
    if folder is None:
        raise InputError(f"{name}: its data are in another file, {plain(beside)}; give the path")
    path = folder / beside
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{name}: its data in {shown(path)} cannot be read: {error.strerror}"
        ) from None


def _values(
    name: str, header: dict[str, Any], content: bytes, dtype: np.dtype, count: int
) -> np.ndarray:
    """All values in the order of the file."""
    encoding = str(header["encoding"]).lower()
    lines, skipped = (
        int(header.get(key, header.get(key.replace(" ", ""), 0)))
        for key in ("line skip", "byte skip")
    )
    wanted = count * dtype.itemsize
    for _ in range(min(max(lines, 0), len(content))):
        content = content[content.find(b"\n") + 1 or len(content) :]
    if encoding in _TEXT:
        return _spoken(name, content[max(skipped, 0) :], dtype, count)
    if encoding == "raw" and skipped == -1:
        skipped = max(len(content) - wanted, 0)
    if skipped < 0 or lines < 0:
        raise InputError(f"{name}: damaged: its NRRD header skips {lines} lines, {skipped} bytes")
    if encoding not in ("raw", *_PACKED):
        raise InputError(f"{name}: encoded as {plain(encoding)!r}; raw, gzip, bzip2 and text are "
                         "read")  # fmt: skip
    source: Any = (
        Plain(content) if encoding == "raw" else Unpacked(name, content, _PACKED[encoding])
    )
    while skipped > 0 and (part := source.read(min(skipped, 1 << 20))):
        skipped -= len(part)
    held = source.read(wanted)
    if len(held) < wanted:
        raise InputError(f"{name}: truncated: {len(held)} of {wanted} bytes of values are there")
    source.finish()
    return np.frombuffer(held, dtype)


def _spoken(name: str, content: bytes, dtype: np.dtype, count: int) -> np.ndarray:
    """Values that are written as text."""
    try:
        with quiet():
            values = np.fromstring(content.decode("ascii"), dtype, sep=" ")
    except (ValueError, OverflowError):
        raise InputError(f"{name}: damaged: its values are no numbers") from None
    if len(values) != count:
        raise InputError(f"{name}: truncated or damaged: {len(values)} of {count} values are there")
    return values
