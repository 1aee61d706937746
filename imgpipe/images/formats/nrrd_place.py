"""Where the values of a NRRD file lie, by its space and the directions of its axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images.formats.affine import MM, NoGrid, placed
from imgpipe.images.formats.errors import plain
from imgpipe.images.place import Place

# signs that turn a space of the patient into left, back and head
_SPACES = {
    "left-posterior-superior": (1, 1, 1),
    "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1),
    "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1),
    "las": (1, -1, 1),
}
_UNITS = {"": 1.0, "none": 1.0, "???": 1.0, "µm": MM["um"], "micron": MM["um"], **MM}

Geometry = tuple[tuple[float, ...] | None, Place | None]


def geometry_of(name: str, header: dict[str, Any], axes: list[int], notes: list[Text]) -> Geometry:
    """Spacing and place along the axes of the array, from the last of the file's to its first."""
    directions = header.get("space directions")
    if directions is None:
        return _spacings(name, header, axes, notes), None
    matrix = np.atleast_2d(np.asarray(directions, np.float64))
    space = str(header.get("space", "")).lower()
    if len(matrix) <= max(axes):
        raise InputError(f"{name}: damaged: its space directions are of {len(matrix)} axes")
    columns = matrix[axes].T * _unit(name, header.get("space units"))
    signs = _SPACES.get(space)
    start = np.atleast_1d(np.asarray(header.get("space origin", np.nan), np.float64))
    known = signs is not None and matrix.shape[1] == 3 and start.shape == (3,)
    try:
        if known:
            turn = np.array(signs, float)[:, None]
            origin = start * turn[:, 0] * _unit(name, header.get("space units"))
            steps, place = placed(columns * turn, origin)
            return tuple(steps.tolist()), place
        steps, _ = placed(columns, np.zeros(len(columns)))
    except NoGrid as fault:
        raise InputError(
            f"{name}: the matrix of its space directions {fault}; resample it onto a grid of right "
            "angles first"
        ) from None
    notes.append(_not_known(space))
    return tuple(steps.tolist()), None


def _not_known(space: str) -> Text:
    """Say what keeps an image from having a place."""
    if space in _SPACES:
        return say("its header does not say where in the patient it begins")
    if not space:
        return say("its header names no space of the patient: where it lies is not known")
    return say(
        "its space {space} is not that of the patient: where it lies is not known",
        space=plain(space),
    )


def _spacings(
    name: str, header: dict[str, Any], axes: list[int], notes: list[Text]
) -> tuple[float, ...] | None:
    """Spacing only, where that can be used."""
    told = header.get("spacings")
    if told is None:
        return None
    lengths = np.abs(np.asarray(told, np.float64))
    units = header.get("units", [])
    if len(lengths) <= max(axes):
        raise InputError(f"{name}: damaged: its spacings are of {len(lengths)} axes")
    scaled = [
        lengths[k] * _unit(name, units[k : k + 1] if isinstance(units, list) else None)
        for k in axes[::-1]
    ]
    notes.append(_not_known(""))
    if np.isfinite(scaled).all() and min(scaled) > 0:
        return tuple(float(mm) for mm in scaled)
    words = " x ".join(f"{mm:g}" for mm in scaled)
    notes.append(say("its spacings {told} are no lengths: left out", told=words))
    return None


def _unit(name: str, units: Sequence[str] | None) -> float:
    """Millimetres of the unit that lengths are given in."""
    found = {str(unit).strip().lower() for unit in (units or [""])} - {""} or {""}
    if len(found) > 1 or not found <= _UNITS.keys():
        told = ", ".join(plain(unit) for unit in sorted(found))
        raise InputError(f"{name}: lengths in {told}; one of mm, m and um for all is known")
    return _UNITS[found.pop()]
