"""The windows that a DICOM file recommends, and the unit that its values have."""

import math
from typing import Any

from imgpipe._common.texts import Text, say
from imgpipe.images.formats.dicom.elements import element, items, numbers, text, whole
from imgpipe.images.formats.dicom.frames import (
    INTERCEPT,
    RESCALE_TYPE,
    SLOPE,
    WINDOW_CENTER,
    per_frame,
    places,
)
from imgpipe.images.windows import Window

_FUNCTIONS = {"": "linear", "LINEAR": "linear", "LINEAR_EXACT": "linear_exact",
              "SIGMOID": "sigmoid"}  # fmt: skip


def windows_of(name: str, dataset: Any, frames: int) -> tuple[tuple[Window, ...], list[Text]]:
    """Windows of the first frame, for values as `measured` gives them, and what is left out."""
    holder, _ = places(name, dataset, WINDOW_CENTER, frames)[0]
    centers, widths = (numbers(name, holder, f"Window{word}") for word in ("Center", "Width"))
    said = element(name, holder, "WindowCenterWidthExplanation")
    labels = [said] if isinstance(said, str) else list(said or [])
    kind = text(name, holder, "VOILUTFunction").upper()
    notes = []
    if items(name, dataset, "VOILUTSequence") or items(name, holder, "VOILUTSequence"):
        notes.append(say("its look-up table for display (VOI LUT) is left out"))
    if kind not in _FUNCTIONS:
        notes.append(say("its windows have the function {kind}: left out", kind=kind))
        return (), notes
    function, found = _FUNCTIONS[kind], []
    mirror = _mirror(name, dataset, frames)
    for k, (center, width) in enumerate(zip(centers, widths, strict=False)):
        least = 1 if function == "linear" else 0
        if not (math.isfinite(center) and math.isfinite(width)) or width < max(least, 1e-12):
            notes.append(
                say("its window {center:g} with the width {width:g} is none: left out",
                    center=center, width=width)
            )  # fmt: skip
            continue
        if mirror is not None:
            # half a unit lies below the centre, and above it when turned round
            center = mirror - center + (1 if function == "linear" else 0)
        label = " ".join(str(labels[k]).split()) if k < len(labels) else ""
        found.append(Window(center, width, function, label))
    if len(centers) != len(widths):
        notes.append(say("its numbers of window centres and widths differ"))
    if found and mirror is not None and math.isnan(mirror):
        notes.append(say("its windows are left out: MONOCHROME1 with a look-up table of values"))
        return (), notes
    return tuple(found), notes


def _mirror(name: str, dataset: Any, frames: int) -> float | None:
    """What a value and the one that MONOCHROME1 turns it into add up to; None where none is."""
    if text(name, dataset, "PhotometricInterpretation") != "MONOCHROME1":
        return None
    if items(name, dataset, "ModalityLUTSequence"):
        return math.nan
    ends = 0
    if "PixelData" in dataset:
        bits = whole(name, dataset, "BitsStored", 16)
        ends = -1 if whole(name, dataset, "PixelRepresentation", 0) else (1 << bits) - 1
    slope = per_frame(name, dataset, SLOPE, frames, 1.0)[0]
    return slope * ends + 2 * per_frame(name, dataset, INTERCEPT, frames, 0.0)[0]


def scaled(windows: tuple[Window, ...], factor: float) -> tuple[Window, ...]:
    """Windows of values that are multiplied with a factor."""
    if factor == 1:
        return windows
    found = []
    for one in windows:
        linear = one.function == "linear"
        center, width = one.center - 0.5 * linear, one.width - linear
        if width > 0:
            function = "linear_exact" if linear else one.function
            found.append(Window(center * factor, width * factor, function, one.name))
    return tuple(found)


def unit_of(name: str, dataset: Any, frames: int) -> str | None:
    """Unit of the values as they are measured; None where the file says none."""
    modality = text(name, dataset, "Modality")
    if modality == "RTDOSE":
        return {"GY": "Gy", "RELATIVE": "relative"}.get(text(name, dataset, "DoseUnits"))
    holder, keyword = places(name, dataset, RESCALE_TYPE, frames)[0]
    kind = text(name, holder, keyword)
    for table in items(name, dataset, "ModalityLUTSequence")[:1]:
        kind = text(name, table, "ModalityLUTType")
    scout = "LOCALIZER" in str(element(name, dataset, "ImageType")).upper()
    # the standard wants the type only where the unit of a CT is another one
    rescaled = any("RescaleIntercept" in place for place in (dataset, holder))
    if kind == "HU" or (modality == "CT" and not kind and rescaled and not scout):
        return "HU"
    return None if kind in ("", "US") else kind
