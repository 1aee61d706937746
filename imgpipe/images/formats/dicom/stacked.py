"""Files of one series as one array."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images.formats.dicom.elements import text
from imgpipe.images.formats.dicom.recommended import scaled, unit_of, windows_of
from imgpipe.images.formats.dicom.slices import SliceFile, described
from imgpipe.images.formats.dicom.suv import uptake_of
from imgpipe.images.formats.errors import reading_dicom
from imgpipe.images.image import settle
from imgpipe.images.windows import Window


def of_one_series(name: str, files: list[SliceFile]) -> None:
    """Refuse several series."""
    there = {file.series: described(file.name, file.dataset) for file in files}
    if len(there) > 1:
        raise InputError(
            f"{name}: {len(there)} series in one folder ({listed(there.values())}); name one with "
            "series= (--series), by its UID or as modality=CT, or give each a folder of its own"
        )


def listed(names: Iterable[str]) -> str:
    """List the first names, and how many there are besides."""
    names = sorted(names)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def check_one_scan(files: Sequence[SliceFile]) -> None:
    """Refuse files that cannot be one volume."""
    first = files[0]
    for file in files:
        if file.shape != first.shape:
            raise InputError(
                f"{file.name}: {file.shape} pixels, where {first.name} has {first.shape}"
            )
        if (file.patient, file.study, file.frame) != (first.patient, first.study, first.frame):
            raise InputError(f"{file.name}: another patient, study or frame than {first.name}")


def stacked(
    files: Sequence[SliceFile], order: list[int], suv: bool
) -> tuple[np.ndarray, np.ndarray | None]:
    """Pixels of all slices in spatial order, in a dtype that holds each, and where padding is."""
    parts, paddings, marked = [], [], False
    for file in files:
        values, padding = file.pixels(suv)
        parts.append(settle(file.name, values))
        marked |= padding is not None
        paddings.append(np.zeros((len(values), 1, 1), bool) if padding is None else padding)
    volume = _ordered(parts, order, files[0].shape)
    return volume, _ordered(paddings, order, files[0].shape) if marked else None


class Meaning(NamedTuple):
    """What the values of a series mean."""

    suv: bool
    """Whether those of PET become standardised uptake values."""
    unit: str | None
    windows: tuple[Window, ...]
    notes: list[Text]


def meaning_of(files: Sequence[SliceFile]) -> Meaning:
    """Unit and windows, those of a file in the middle; SUV only where all slices allow it."""
    middle = files[len(files) // 2]
    with reading_dicom(middle.name):
        windows, notes = windows_of(middle.name, middle.dataset, len(middle.planes))
        unit = unit_of(middle.name, middle.dataset, len(middle.planes))
    uptakes = []
    for file in files:
        with reading_dicom(file.name):
            if (uptake := uptake_of(file.name, file.dataset)) is not None:
                uptakes.append(uptake)
    if not uptakes:
        return Meaning(True, unit, windows, notes)
    first = uptakes[len(uptakes) // 2]
    told = {text(file.name, file.dataset, "Units") for file in files}
    if len(told) > 1:
        raise InputError(f"{files[0].name}: slices of different Units: {', '.join(sorted(told))}")
    undecayed = text(middle.name, middle.dataset, "DecayCorrection") == "NONE"
    same = all(math.isclose(uptake.factor, first.factor, rel_tol=1e-6) for uptake in uptakes)
    if len({uptake.unit for uptake in uptakes}) > 1 or not (same or undecayed):
        note = say("no SUV: the slices of the series were corrected to different times")
        return Meaning(False, "Bq/ml" if told == {"BQML"} else told.pop(), windows, [*notes, note])
    notes += [first.note] if first.note is not None else []
    return Meaning(True, first.unit, scaled(windows, first.factor), notes)


def _ordered(parts: list[np.ndarray], order: list[int], shape: tuple[int, int]) -> np.ndarray:
    """Slices of all files as one array."""
    out = np.empty((len(order), *shape), np.result_type(*parts))
    places, at = np.argsort(order), 0
    for part in parts:
        out[places[at : at + len(part)]] = part
        at += len(part)
    return out
