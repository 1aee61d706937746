"""DICOM files as elements: what is one, and how its numbers are asked for."""

import io
import math
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from imgpipe._common import InputError
from imgpipe.images.formats.errors import plain

PIXEL_TAGS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

_FIRST_GROUPS = (0x0002, 0x0008)
_EXPLICIT = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR "
    b"US UT UV".split()
)


def is_dicom(head: bytes) -> bool:
    """Whether a file begins as DICOM files do, with or without the preamble."""
    if head[128:132] == b"DICM":
        return True
    if len(head) < 8:
        return False
    for order in "<>":
        group, element, length = struct.unpack_from(order + "HHI", head)
        if group in _FIRST_GROUPS and element <= 0x0100:
            # without a type, the length: that of a group's length is 4
            short = length == 4 if element == 0 else length <= 256
            return head[4:6] in _EXPLICIT or (order == "<" and short)
    return False


def head_of(path: Path) -> bytes:
    """The bytes that tell what a file is."""
    with path.open("rb") as file:
        return file.read(132)


def is_dicom_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file that begins as DICOM files do."""
    try:
        return is_dicom(head_of(Path(path)))
    except OSError:
        return False


def check_dicom(name: str, path: Path) -> None:
    """Refuse what is no file, cannot be read or does not begin as DICOM files do."""
    try:
        head = head_of(path)
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None
    if not is_dicom(head):
        raise InputError(f"{name}: not a DICOM file")


def parse(source: bytes | os.PathLike[str]) -> Any:
    """The elements of a file; of a file on disk, what is large is read when asked for."""
    import pydicom
    from pydicom.uid import ImplicitVRLittleEndian

    if isinstance(source, bytes):
        dataset: Any = pydicom.dcmread(io.BytesIO(source), force=True)
    else:
        dataset = pydicom.dcmread(source, defer_size=1024, force=True)
    if not getattr(dataset.file_meta, "TransferSyntaxUID", None):
        # files without a preamble carry no syntax: pydicom has found it while parsing
        implicit, little = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = _syntax(implicit, little) or ImplicitVRLittleEndian
    return dataset


def _syntax(implicit: bool, little: bool) -> Any:
    from pydicom import uid

    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def kind_of(dataset: Any) -> str | None:
    """What kind of object a file says it is; None where it says nothing."""
    uid = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
    return None if uid is None else plain(getattr(uid, "name", uid))


def require_pixels(name: str, dataset: Any) -> None:
    """Refuse an object without an image."""
    if any(tag in dataset for tag in PIXEL_TAGS):
        return
    kind = kind_of(dataset)
    if kind is None:
        raise InputError(f"{name}: not a DICOM file, or cut short before its pixels")
    more = ""
    if kind == "RT Structure Set Storage":
        more = "; its contours are a mask for the folder of the series they were drawn on"
    raise InputError(f"{name}: a DICOM file without pixels, or cut short ({kind}){more}")


def element(name: str, dataset: Any, keyword: str) -> Any:
    """Value of an element, None where there is none."""
    try:
        value = dataset.get(keyword)
    except Exception:
        # pydicom converts a value when it is asked for, and what it raises is not for readers
        raise InputError(f"{name}: damaged: its {keyword} cannot be read") from None
    return None if value is None or (isinstance(value, str) and not value.strip()) else value


def text(name: str, dataset: Any, keyword: str) -> str:
    """An element as text, empty where there is none."""
    value = element(name, dataset, keyword)
    return "" if value is None else plain(value)


def items(name: str, dataset: Any, keyword: str) -> list[Any]:
    """Items of a sequence, none where it is missing."""
    found = element(name, dataset, keyword)
    if found is None or isinstance(found, str | bytes) or not isinstance(found, Iterable):
        return []
    return list(found)


def whole(name: str, dataset: Any, keyword: str, default: int | None = None) -> int:
    """An element that is a whole number."""
    value = element(name, dataset, keyword)
    if value is None:
        if default is None:
            raise InputError(f"{name}: its {keyword} is missing")
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name}: its {keyword} is {plain(value)}, no whole number") from None


def numbers(name: str, dataset: Any, keyword: str) -> tuple[float, ...]:
    """Numbers of an element; NaN for what is none."""
    value = element(name, dataset, keyword)
    if value is None:
        return ()
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return tuple(number(v) for v in (value if several else [value]))


def number(value: Any, default: float = math.nan) -> float:
    """A number, the default for no value, NaN for what is no number."""
    if value is None or value == "":
        return default
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
