"""Texts in the headers of NIfTI and NRRD files."""

import struct
import zlib
from collections.abc import Iterator

from imgpipe.images.formats.metadata.said import VOLUMES, Said

HEAD = 2**16  # bytes of a file that hold its header
_FIELDS = {
    348: {"db_name": (14, 18), "descrip": (148, 80), "aux_file": (228, 24),
          "intent_name": (328, 16)},
    540: {"descrip": (240, 80), "aux_file": (320, 24), "intent_name": (508, 16)},
}  # fmt: skip


def unpacked(head: bytes) -> bytes:
    """The first bytes of what gzip packed."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD)
    except zlib.error:
        return b""


def nifti_size(head: bytes) -> int | None:
    """Size of the header of NIfTI-1, NIfTI-2 or Analyze; None for something else."""
    if len(head) < 348:
        return None
    for order in "<>":
        (size,) = struct.unpack_from(order + "i", head)
        if size == 348 or (size == 540 and head[4:7] in (b"n+2", b"ni2")):
            return int(size)
    return None


def said_by_nifti(head: bytes, size: int) -> Iterator[Said]:
    """Text fields of the header, and whether extensions follow it."""
    for name, (start, length) in _FIELDS[size].items():
        text = head[start : start + length].split(b"\0")[0].decode("latin-1").strip()
        if text:
            yield Said(VOLUMES, f"NIfTI {name}", text)
    if head[size : size + 1] not in (b"", b"\0") and (size == 540 or head[344:347] == b"n+1"):
        yield Said(VOLUMES, "NIfTI extension", f"{len(head) - size} bytes looked at")


def said_by_nrrd(head: bytes) -> Iterator[Said]:
    """Comments, keys with values, and the field content of an NRRD header."""
    text = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    for line in text.splitlines()[1:]:
        key, assigned, value = line.partition(":=")
        if line.startswith("#"):
            if "teem" not in line and "NRRD file format" not in line:
                yield Said(VOLUMES, "NRRD comment", line[1:].strip())
        elif assigned and value.strip():
            yield Said(VOLUMES, f"NRRD {key.strip()}", value.strip())
        elif line.lower().startswith("content:") and line[8:].strip():
            yield Said(VOLUMES, "NRRD content", line[8:].strip())
