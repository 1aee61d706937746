"""What a received image says it is, as far as its place on the disk depends on it."""

import io
import re
from typing import Any, NamedTuple

_UID = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)
_LONGEST_UID = 64
_IDENTITY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")

OUT_OF_RESOURCES = 0xA700
DOES_NOT_MATCH = 0xA900
NOT_UNDERSTOOD = 0xC000
DUPLICATE = 0x0111


class Refused(Exception):
    """An image that is not kept.

    Parameters
    ----------
    status : int
        What the sender is answered (PS3.4 B.2.3, PS3.7 annex C).
    why : str
        In at most 64 characters, as the answer takes them; names no patient.
    """

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why[:64]


class Instance(NamedTuple):
    """UIDs of one image, each safe as the name of a file or folder."""

    sop_class: str
    sop_instance: str
    study: str
    series: str


def is_uid(text: str) -> bool:
    """Whether a text has the form of a UID; leading zeros are taken, since some write them."""
    return len(text) <= _LONGEST_UID and _UID.fullmatch(text) is not None


def identify(content: bytes, sop_class: str, sop_instance: str) -> Instance:
    """Read who an image is, and see that it is what the sender announced."""
    import pydicom

    try:
        dataset = pydicom.dcmread(
            io.BytesIO(content), stop_before_pixels=True, specific_tags=list(_IDENTITY)
        )
        found = Instance(*(str(dataset.get(keyword) or "") for keyword in _IDENTITY))
    except Exception:  # pydicom raises what it stumbles over, whatever that is
        raise Refused(NOT_UNDERSTOOD, "the data set cannot be read") from None
    for keyword, uid in zip(_IDENTITY, found, strict=True):
        if not is_uid(uid):
            lack = "is missing" if not uid else "is no UID"
            raise Refused(DOES_NOT_MATCH, f"its {keyword} {lack}")
    if (found.sop_class, found.sop_instance) != (sop_class, sop_instance):
        raise Refused(DOES_NOT_MATCH, "its SOP class or instance is not the one announced")
    return found


def same_image(kept: bytes, given: bytes) -> bool:
    """Whether two files hold the same elements, in whichever encoding."""
    if kept == given:
        return True
    try:
        return _elements(kept) == _elements(given)
    except Exception:  # what cannot be read is not known to be the same
        return False


def _elements(content: bytes) -> tuple[Any, str, Any]:
    """Elements, and pixels apart: their type is another one in another encoding."""
    import pydicom

    dataset = pydicom.dcmread(io.BytesIO(content))
    pixels = dataset.pop("PixelData").value if "PixelData" in dataset else None
    syntax = dataset.file_meta.TransferSyntaxUID
    return dataset, str(syntax) if syntax.is_compressed else "", pixels
