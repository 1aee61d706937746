"""What a DICOM file says of a patient."""

from collections.abc import Iterator
from typing import Any

from imgpipe.images.formats.dicom.elements import PIXEL_TAGS, kind_of
from imgpipe.images.formats.metadata.dicom_tags import code_of
from imgpipe.images.formats.metadata.said import BURNED_IN, DOCUMENTS, OVERLAYS, PRIVATE, Said

_PIXELS = 0x7FE0
_LARGE = {0x00420011, 0x54001010, 0x00664026}  # a document, a waveform: known by their presence
_DRAWN = {"GraphicAnnotationSequence", "CurveData", "OverlayComments", "IconImageSequence"}
_FACES = {"XC", "OP", "ES"}  # photographs
_SPOKEN = ("SR Storage", "Report", "Key Object Selection", "Encapsulated", "Waveform")
_SHOT = ("Secondary Capture", "Screen")


def said_by_dicom(dataset: Any) -> Iterator[Said]:
    """Everything in a file, in its header and in nested items, that may identify a patient."""
    private = 0
    for at in (dataset.file_meta, dataset):
        for tag, element in _elements(at):
            if tag.is_private:
                private += not tag.is_private_creator
            else:
                yield from _of_element(tag, element)
    if private:
        yield Said(PRIVATE, "private elements", f"{private} of them")
    yield from _of_pixels(dataset)
    kind = kind_of(dataset) or ""
    if any(word in kind for word in _SPOKEN) or 0x00420011 in dataset:
        yield Said(DOCUMENTS, kind or "EncapsulatedDocument", "")


def _elements(dataset: Any) -> Iterator[tuple[Any, Any]]:
    """Tags and elements, nested ones too; None for an element that is large or damaged."""
    for tag in sorted(dataset.keys()):
        large = tag.group == _PIXELS or tag in _LARGE or _is_overlay_data(tag)
        element = None if large else _element(dataset, tag)
        yield tag, element
        if element is not None and element.VR == "SQ":
            for item in element.value or ():
                yield from _elements(item)


def _element(dataset: Any, tag: Any) -> Any:
    try:
        return dataset[tag]
    except Exception:
        # pydicom raises nearly every built-in error on a damaged value, which is there all the same
        return None


def _is_overlay_data(tag: Any) -> bool:
    return bool(tag.group & 0xFF00 == 0x6000 and tag.element == 0x3000)


def _of_element(tag: Any, element: Any) -> Iterator[Said]:
    from pydicom.datadict import dictionary_keyword, dictionary_VR

    if tag.group & 0xFF01 == 0x6000:
        if _is_overlay_data(tag):
            yield Said(OVERLAYS, "OverlayData", "")
        return
    if tag.group & 0xFF01 == 0x5000:
        yield Said(OVERLAYS, "CurveData", "")
        return
    try:
        keyword, kind = dictionary_keyword(tag), dictionary_VR(tag)
    except KeyError:
        return
    value = "(damaged)" if element is None else _text(element)
    if not value:
        return
    if keyword in _DRAWN:
        yield Said(OVERLAYS, keyword, "")
        return
    code = code_of(keyword, kind)
    if code is not None:
        yield Said(code, keyword, value)


def _text(element: Any) -> str:
    """Value of an element; blank where it is empty, or a name of separators only."""
    if element.VR == "SQ":
        return f"{len(element.value)} items" if element.value else ""
    value = element.value
    if value is None or isinstance(value, bytes):
        return "" if not value else f"{len(value)} bytes"
    text = str(value)
    return text if text.strip(" ^=\\[]'\"\0") else ""


def _of_pixels(dataset: Any) -> Iterator[Said]:
    """What may stand in the pixels themselves."""
    if not any(tag in dataset for tag in PIXEL_TAGS):
        return
    burned, faces = (
        str(dataset.get(keyword) or "").strip().upper()
        for keyword in ("BurnedInAnnotation", "RecognizableVisualFeatures")
    )
    modality = str(dataset.get("Modality") or "").strip().upper()
    if burned == "YES":
        yield Said(BURNED_IN, "BurnedInAnnotation is YES", "")
    elif burned != "NO" and (modality == "US" or _is_captured(dataset)):
        what = "ultrasound" if modality == "US" else "captured from a screen or a page"
        yield Said(BURNED_IN, f"BurnedInAnnotation is missing ({what})", "")
    if faces == "YES" or (faces != "NO" and modality in _FACES):
        yield Said(BURNED_IN, "RecognizableVisualFeatures is not NO", "")


def _is_captured(dataset: Any) -> bool:
    kind = kind_of(dataset) or ""
    types = str(dataset.get("ImageType") or "").upper()
    return (
        any(word in kind for word in _SHOT)
        or "SCREEN" in types
        or bool(str(dataset.get("ConversionType") or "").strip())
    )
