"""Which kind of model a manifest tells of: one of images, of pixels, or a detector."""

from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.refusing import Foreign
from imgpipe.bundle.archive.strict_json import parsed

PIXELS_FORMAT = "imgpipe-pixels"
DETECTOR_FORMAT = "imgpipe-detector"
_REFUSED = {
    PIXELS_FORMAT: "tells of a pixel classifier, which labels the pixels of an image and gives it "
    "no class: imgpipe segment DATA --model FILE",
    DETECTOR_FORMAT: "tells of a detector, which finds lesions in an image and gives it no class: "
    "imgpipe detect DATA --model FILE --out DIR",
}


def is_pixels(text: bytes) -> bool:
    """Tell whether a manifest is that of a pixel classifier; what is no JSON is none."""
    return _format(text) == PIXELS_FORMAT


def is_detector(text: bytes) -> bool:
    """Tell whether a manifest is that of a detector; what is no JSON is none."""
    return _format(text) == DETECTOR_FORMAT


def refuse_others(content: Any) -> None:
    """Refuse the manifest of a model of another kind where a class is asked for."""
    told = content.get("format") if isinstance(content, dict) else None
    if isinstance(told, str) and told in _REFUSED:
        raise Foreign(_REFUSED[told])


def _format(text: bytes) -> Any:
    try:
        content = parsed(text)
    except InputError:
        return None
    return content.get("format") if isinstance(content, dict) else None
