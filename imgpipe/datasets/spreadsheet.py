"""Rows of a spreadsheet by the patients that they speak of."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from imgpipe._common import InputError, shown
from imgpipe.datasets.annotations.identity import canonical
from imgpipe.datasets.annotations.spelling import choose_name, some
from imgpipe.datasets.files.table import Row, Table, read_table


@dataclass(frozen=True)
class Spreadsheet:
    """Rows by patient, whose number may be written with other zeros, blanks or letter case.

    Parameters
    ----------
    columns : tuple of str
        Names but for the patient's, the classes' as ``label``.
    rows : dict
        Values by column, by the key of a patient.
    names : dict
        The patients as the spreadsheet writes them.
    on : str
        The column of the patients.
    notes : tuple of str
    """

    columns: tuple[str, ...]
    rows: dict[str, Row]
    names: dict[str, str]
    on: str
    notes: tuple[str, ...]

    def row_of(self, patient: str) -> Row | None:
        """Give the row of a patient, as anybody may spell it."""
        return self.rows.get(canonical(patient))


def read_spreadsheet(
    path: str | os.PathLike[str],
    patients: Iterable[str],
    *,
    on: str | None = None,
    label: str | None = None,
) -> Spreadsheet:
    """Read a spreadsheet saved as CSV with a row for each patient.

    Parameters
    ----------
    path : path-like
    patients : iterable of str
        Those whose rows are wanted.
    on : str, optional
        The column of the patients; by default the one that holds most of them.
    label : str, optional
        The column of the classes; by default ``label`` or an obvious other name.

    Raises
    ------
    InputError
        If no column or several hold the patients, or a patient has several rows.
    """
    where, table = shown(path), read_table(path, (), any_mark=True)
    column = choose_name(where, "column", table.columns, on, "") or _with_patients(
        where, table, {canonical(patient) for patient in patients}
    )
    classes = choose_name(where, "column", table.columns, label, "") or table.found.get("label")
    names = {name: "label" if name == classes else name for name in table.columns if name != column}
    if twice := [name for name in names if name != classes and names[name] == "label" and classes]:
        raise InputError(f"{where}: --label {label}: there is a column {twice[0]!r} already")
    rows: dict[str, Row] = {}
    written: dict[str, str] = {}
    for row in table.rows:
        key = canonical(row[column])
        if not key:
            continue
        if key in rows:
            raise InputError(
                f"{where}: patient {row[column]!r} of column {column!r} is there twice; leave one "
                "row a patient, or --on another column"
            )
        written[key] = row[column]
        rows[key] = {new: row[name] for name, new in names.items()}
    return Spreadsheet(tuple(names.values()), rows, written, column, table.notes)


def _with_patients(where: str, table: Table, keys: set[str]) -> str:
    """Find the column that holds most of the patients."""
    held = {name: len(keys & set(map(canonical, table.values(name)))) for name in table.columns}
    most = max(held.values(), default=0)
    best = [name for name, count in held.items() if count == most]
    if not most:
        raise InputError(
            f"{where}: none of the patients {some(sorted(keys))} is in a column of it; the columns "
            f"are {some(table.columns, 8)}"
        )
    if len(best) > 1:
        raise InputError(f"{where}: columns {some(best, 8)} could all be the patients'; name one: "
                         "--on COLUMN")  # fmt: skip
    return best[0]
