"""Which kind of model a manifest tells of: one that gives an image a class, or each pixel."""

from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.refusing import Foreign
from imgpipe.bundle.archive.strict_json import parsed

PIXELS_FORMAT = "imgpipe-pixels"


def is_pixels(text: bytes) -> bool:
    """Tell whether a manifest is that of a pixel classifier; what is no JSON is none."""
    try:
        return _of_pixels(parsed(text))
    except InputError:
        return False


def refuse_pixels(content: Any) -> None:
    """Refuse the manifest of a pixel classifier where a class is asked for."""
    if _of_pixels(content):
        raise Foreign(
            "tells of a pixel classifier, which labels the pixels of an image and gives it no "
            "class: imgpipe segment DATA --model FILE"
        )


def _of_pixels(content: Any) -> bool:
    return isinstance(content, dict) and content.get("format") == PIXELS_FORMAT
