"""Files of one series as one array."""

from collections.abc import Iterable, Sequence

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.dicom.slices import SliceFile, described
from imgpipe.images.image import settle


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


def stacked(files: Sequence[SliceFile], order: list[int]) -> tuple[np.ndarray, np.ndarray | None]:
    """Pixels of all slices in spatial order, in a dtype that holds each, and where padding is."""
    parts, paddings, marked = [], [], False
    for file in files:
        values, padding = file.pixels()
        parts.append(settle(file.name, values))
        marked |= padding is not None
        paddings.append(np.zeros((len(values), 1, 1), bool) if padding is None else padding)
    volume = _ordered(parts, order, files[0].shape)
    return volume, _ordered(paddings, order, files[0].shape) if marked else None


def _ordered(parts: list[np.ndarray], order: list[int], shape: tuple[int, int]) -> np.ndarray:
    """Slices of all files as one array."""
    out = np.empty((len(order), *shape), np.result_type(*parts))
    places, at = np.argsort(order), 0
    for part in parts:
        out[places[at : at + len(part)]] = part
        at += len(part)
    return out
