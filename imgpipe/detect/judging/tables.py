"""Boxes of lesions in a table."""

import os
from collections.abc import Sequence

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe.datasets.annotations.spelling import some
from imgpipe.datasets.files.table import read_table

_PLANE = ("y0", "x0", "y1", "x1")
_VOLUME = ("z0", "y0", "x0", "z1", "y1", "x1")


def read_boxes(path: str | os.PathLike[str], ids: Sequence[str]) -> list[np.ndarray]:
    """Read boxes with the columns ``path, y0, x0, y1, x1``, and ``z0, z1`` for volumes.

    Parameters
    ----------
    path : path-like
        A table with commas. Of an image without lesions there is no row, or one without numbers.
    ids : sequence of str
        Of the images; a path of the table is one of them, or its end.

    Returns
    -------
    list of ndarray of float64, shapes (n, 4) or (n, 6)
        For each image.

    Raises
    ------
    InputError
        For columns that are missing, cells that are no numbers, and paths of no image or several.
    """
    where = shown(path)
    table = read_table(path, ("path",))
    columns = _VOLUME if {"z0", "z1"} & set(table.columns) else _PLANE
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        raise InputError(
            f"{where}: no column {lacking[0]!r} among {some(table.columns, 8)}; expected are path, "
            f"{', '.join(columns)}, in pixels"
        )
    found: list[dict[tuple[float, ...], int]] = [{} for _ in ids]
    known = _Names(ids)
    for number, row in enumerate(table.rows, 1):
        at = known.position(row["path"], f"{where}: row {number}")
        cells = [row[name] for name in columns]
        if not any(cells):
            continue
        box = _numbers(cells, columns, f"{where}: row {number}")
        if box in found[at]:
            raise InputError(
                f"{where}: row {number} has the box of row {found[at][box]} once more; leave one"
            )
        found[at][box] = number
    return [np.array(list(rows), np.float64).reshape(-1, len(columns)) for rows in found]


def _numbers(cells: list[str], columns: Sequence[str], where: str) -> tuple[float, ...]:
    try:
        return tuple(float(cell) for cell in cells)
    except ValueError:
        told = ", ".join(f"{n}={c!r}" for n, c in zip(columns, cells, strict=True))
        raise InputError(f"{where}: no box, since not all are numbers: {told}") from None


class _Names:
    """Images by their whole name, or by what it ends in."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._whole = {name: i for i, name in enumerate(ids)}
        self._ends: dict[str, list[int]] = {}
        for i, name in enumerate(ids):
            parts = name.replace("\\", "/").split("/")
            for k in range(len(parts)):
                self._ends.setdefault("/".join(parts[k:]), []).append(i)

    def position(self, name: str, where: str) -> int:
        if name in self._whole:
            return self._whole[name]
        alike = self._ends.get(name.replace("\\", "/").removeprefix("./"), [])
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise InputError(f"{where}: {len(alike)} images are called {name!r}; give more of it")
        raise InputError(f"{where}: no image is called {name!r}; there are {some(self._whole)}")
