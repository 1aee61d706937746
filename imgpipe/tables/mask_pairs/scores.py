"""How near masks come to their references: all rows, their table, and what they say together."""

import csv
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, atomic_path, suffix_of
from imgpipe.tables.mask_pairs.rows import MaskRow
from imgpipe.tables.mask_pairs.summaries import (
    JUDGED,
    MaskSummary,
    Spread,
    parts_of,
    spreads_of,
    summary_of,
)


@dataclass(frozen=True, eq=False)
class WorstPair:
    """A pair to be looked at, cut out round what is inside.

    Parameters
    ----------
    row : MaskRow
    mask, reference : ndarray of int, shape (y, x)
        Labels in the part that is shown.
    picture : ndarray of uint8, shape (y, x) or (y, x, 3), or None
        Of the image, where there is one of this shape.
    slice : int or None
        Of a volume: that in which the two differ most.
    aspect : float
        Width of a pixel over its height.
    """

    row: MaskRow
    mask: np.ndarray
    reference: np.ndarray
    picture: np.ndarray | None
    slice: int | None
    aspect: float


@dataclass(frozen=True, eq=False, repr=False)
class MaskScores:
    """Measures of all masks of a source against their references.

    Parameters
    ----------
    rows : tuple of MaskRow
        In the order of the masks; then references without a mask.
    objects : bool
        Whether objects were counted, not labels measured.
    warnings : tuple of str
    resampled : int
        Pairs of which the mask was brought onto another grid.
    drawn : int
        Pairs of which a mask is a structure set or segmentation of DICOM.
    worst : tuple of WorstPair
        Lowest first, where pictures were asked for.
    """

    rows: tuple[MaskRow, ...]
    objects: bool = False
    warnings: tuple[str, ...] = ()
    resampled: int = 0
    drawn: int = 0
    worst: tuple[WorstPair, ...] = ()

    def __repr__(self) -> str:
        failed = len(self.errors)
        return f"<MaskScores: {self.pairs} pairs{f', {failed} with errors' if failed else ''}>"

    def _repr_html_(self) -> str:
        from imgpipe.tables.shown import show_scores

        return show_scores(self)

    @property
    def pairs(self) -> int:
        """How many pairs were measured."""
        return len({(row.mask, row.reference) for row in self.rows if not row.error})

    @property
    def errors(self) -> list[str]:
        """Why masks have no values."""
        return [row.error for row in self.rows if row.error]

    @property
    def unusable(self) -> list[str]:
        """Why pairs could not be measured; what has no partner is not among them."""
        return [row.error for row in self.rows if row.error and row.error_code != "UNPAIRED"]

    @property
    def first(self) -> str:
        """Measure by which pairs are put in order."""
        return "average_precision" if self.objects else "dice"

    def ranked(self) -> list[MaskRow]:
        """Rows with values, the worst first; of equals, those that are farther apart."""

        def place(row: MaskRow) -> tuple[float, float]:
            return row.values[self.first], -row.values.get("surface_distance", 0.0)

        return sorted((row for row in self.rows if row.values), key=place)

    def summary(self) -> list[MaskSummary]:
        """Mean, median and worst of each measure, for each label or threshold."""
        return [
            summary_of(measure, rows)
            for rows in parts_of(self.rows)
            for measure in rows[0].values
            if measure in JUDGED
        ]

    def units(self) -> set[tuple[str, int]]:
        """Units of lengths and numbers of axes, of all rows with values."""
        return {(row.unit, row.axes) for row in self.rows if row.values}

    def spreads(self, measure: str) -> list[Spread]:
        """How the finite values of a measure spread, for each label or threshold, on one axis."""
        return spreads_of(measure, parts_of(self.rows))

    def table(self) -> Iterator[list[str]]:
        """Rows of the table, the names of the columns first."""
        names = list(next((row.values for row in self.rows if row.values), ()))
        kind = "iou" if self.objects else "label"
        failed = ["error_code", "error"] if self.errors else []
        yield [
            "id",
            "mask",
            "reference",
            kind,
            *([] if self.objects else ["unit"]),
            *names,
            *failed,
        ]
        for row in self.rows:
            key = row.iou if self.objects else row.label
            cells = [row.id, row.mask, row.reference, "" if key is None else str(key)]
            cells += [] if self.objects else [row.unit]
            cells += [_cell(row.values[name]) if row.values else "" for name in names]
            yield cells + ([row.error_code, row.error] if failed else [])

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the table; it appears whole or not at all.

        Parameters
        ----------
        path : path-like
            With the suffix ``.csv``.

        Raises
        ------
        InputError
            For another suffix.
        """
        if suffix_of(path) != ".csv":
            raise InputError(f"{path}: a table of measures needs the suffix .csv")
        with (
            atomic_path(Path(path)) as scratch,
            scratch.open("w", encoding="utf-8", newline="") as f,
        ):
            csv.writer(f, lineterminator="\n").writerows(self.table())


def _cell(value: float) -> str:
    """A number as a table holds it: blank where it is not defined."""
    if isinstance(value, int):
        return str(value)
    return "" if math.isnan(value) else repr(value)
