"""Where the voxels of a NIfTI file lie: its sform, else its qform, in the patient's system."""

from itertools import product
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images.formats.affine import LPS_FROM_RAS, MM, NoGrid, placed
from imgpipe.images.place import Place

_UNITS = {0: 1.0, 1: MM["m"], 2: MM["mm"], 3: MM["um"]}
_SAME_LENGTH = 1e-4  # relative difference of two lengths that are meant to be one

Geometry = tuple[tuple[float, ...] | None, Place | None]


def geometry_of(name: str, header: Any, axes: int, notes: list[Text]) -> Geometry:
    """Spacing and place along the axes of the array, of which there are two or three."""
    scale = _UNITS.get(int(header["xyzt_units"]) & 7)
    if scale is None:
        raise InputError(
            f"{name}: lengths in the unit {int(header['xyzt_units']) & 7}; m, mm and microns are "
            "known"
        )
    faults = []
    for form in (_sform, _qform):
        found = form(header)
        if found is None:
            continue
        try:
            steps, place = placed(found[:, :axes] * scale, found[:, 3] * scale)
        except NoGrid as fault:
            faults.append((form is _sform, fault))
            continue
        if faults:
            notes.append(say("its sform {fault}: its qform is taken", fault=faults[0][1].args[0]))
        elif form is _sform:
            notes += _contradiction(header, found, axes, scale)
        return _spacing(header, axes, steps, scale, notes), place
    if faults:
        forms = "; ".join(f"its {'sform' if s else 'qform'} {fault}" for s, fault in faults)
        raise InputError(f"{name}: {forms}; resample it onto a grid of right angles first")
    return _without_place(header, axes, scale, notes)


def _contradiction(header: Any, sform: np.ndarray, axes: int, scale: float) -> list[Text]:
    """Say where the qform means another place or side, unless the sform is of an atlas."""
    qform = _qform(header)
    if qform is None or int(header["sform_code"]) not in (1, 2) or not np.isfinite(qform).all():
        return []
    ends = np.array(list(product(*((0, int(n) - 1) for n in header["dim"][1 : axes + 1]))))
    apart = (sform - qform) * scale
    off = ends @ apart[:, :axes].T + apart[:, 3]
    most = float(np.linalg.norm(off, axis=1).max())
    if most <= 0.5 * scale * float(np.linalg.norm(sform[:, :axes], axis=0).min()):
        return []
    return [
        say(
            "its sform and its qform lie up to {mm} mm apart: the sform is taken",
            mm=f"{most:.3g}",
        )
    ]


def _sform(header: Any) -> np.ndarray | None:
    """Rows of the matrix, towards left, back and head; None where it says nothing."""
    if int(header["sform_code"]) <= 0:
        return None
    return _lps(np.stack([_read(header[row]) for row in ("srow_x", "srow_y", "srow_z")]))


def _qform(header: Any) -> np.ndarray | None:
    """The same from a quaternion and the lengths of a voxel."""
    from nibabel.quaternions import fillpositive, quat2mat

    if int(header["qform_code"]) <= 0:
        return None
    fields = ("quatern_b", "quatern_c", "quatern_d")
    imaginary = [float(header[field]) for field in fields]
    lengths = _read(header["pixdim"][:4])
    try:
        rotation = quat2mat(fillpositive(imaginary, -1e-5))
    except ValueError:
        rotation = np.full((3, 3), np.nan)
    lengths[3] *= -1 if lengths[0] == -1 else 1
    origin = _read([header[field] for field in ("qoffset_x", "qoffset_y", "qoffset_z")])
    return _lps(np.column_stack([rotation * lengths[1:], origin]))


def _lps(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(matrix * LPS_FROM_RAS[:, None])


def _read(values: Any) -> np.ndarray:
    """Numbers as decimals: 0.7 that was stored in 32 bits is 0.7 again."""
    values = np.asarray(values)
    return np.array([float(str(value)) for value in values.ravel()]).reshape(values.shape)


def _spacing(
    header: Any, axes: int, steps: np.ndarray, scale: float, notes: list[Text]
) -> tuple[float, ...]:
    """Lengths of the steps; as decimals, where the header has them as such, too."""
    told = _read(header["pixdim"][1 : axes + 1])[::-1] * scale
    close = np.abs(told - steps) <= _SAME_LENGTH * steps
    if not close.all():
        notes.append(
            say(
                "its pixdim ({told} mm) is not the length of its voxels ({steps} mm): left aside",
                told=" x ".join(f"{mm:.4g}" for mm in told),
                steps=" x ".join(f"{mm:.4g}" for mm in steps),
            )
        )
    return tuple(np.where(close, told, steps).tolist())


def _without_place(header: Any, axes: int, scale: float, notes: list[Text]) -> Geometry:
    """Spacing only, where that can be used."""
    notes.append(say("its header does not say where it lies in the patient (no sform, no qform)"))
    lengths = np.abs(_read(header["pixdim"][1 : axes + 1])[::-1] * scale)
    if int(header["xyzt_units"]) & 7 == 0 and (lengths == 1).all():
        return None, None  # what a header without any length says
    if np.isfinite(lengths).all() and (lengths > 0).all():
        return tuple(lengths.tolist()), None
    told = " x ".join(f"{mm:g}" for mm in lengths)
    notes.append(say("its pixdim {told} mm is no spacing: it is left out", told=told))
    return None, None
