"""Rows of a CSV file, as spreadsheet programs write them."""

import csv
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from imgpipe._common import InputError, shown, visible
from imgpipe._common.texts import say
from imgpipe.datasets.annotations.columns import alias_notes, find_columns
from imgpipe.datasets.annotations.spelling import some

Row = dict[str, str]
_Line = tuple[int, list[str]]

_MARKS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Table:
    """Rows of a manifest, which have its columns by their own names and by ours.

    Parameters
    ----------
    rows : list of dict
        Values, without outer blanks.
    columns : list of str
        Names as in the file; one without a name is called by its number.
    found : dict of str to str
        Our name of a column and the file's.
    notes : tuple of str
        Columns that were taken under another name, or are of no use.
    """

    rows: list[Row]
    columns: list[str]
    found: dict[str, str]
    notes: tuple[str, ...] = ()

    def values(self, column: str) -> list[str]:
        return [row[column] for row in self.rows]

    @property
    def series(self) -> list[str]:
        """Which series of a folder each row means, blank where nothing says so."""
        return [row.get("series", "") for row in self.rows]


def read_table(
    path: str | os.PathLike[str], needed: tuple[str, ...], *, any_mark: bool = False
) -> Table:
    """Read a table that has the columns `needed`, under these or obvious other names.

    A manifest has commas; with `any_mark`, what spreadsheet programs write in their place will do.
    """
    where = shown(path)
    lines, mark = _read_lines(where, path)
    if mark in _MARKS and not any_mark:
        raise InputError(f"{where}: columns are separated by {_MARKS[mark]}; save it with commas")
    if not lines:
        raise InputError(
            f"{where}: the manifest is empty; expected the columns {', '.join(needed)}"
        )
    lines = _filled(lines)
    header = [visible(name) for name in lines[0][1]]
    named = [name for name in header if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise InputError(f"{where}: the column {twice[0]!r} is there twice")
    found = find_columns(where, named, needed)
    lone = None if "mask" in found else found.pop("region", None)
    width = len(header)
    uneven = [number for number, cells in lines if len(cells) != width]
    if uneven:
        raise InputError(f"{where}: {width} columns, but not in line {some(uneven)}")
    if len(lines) == 1:
        raise InputError(f"{where}: the manifest lists no images")
    columns = {k: header[k] or f"unnamed {k + 1}" for k in _used(lines)}
    rows = [{name: cells[k] for k, name in columns.items()} for _, cells in lines[1:]]
    for row in rows:
        row |= {own: row[name] for own, name in found.items()}
    alone = say("column {name} is not used: it goes with a column mask", name=lone or "")
    notes = [alone] if lone else []
    return Table(rows, list(columns.values()), found, tuple(alias_notes(found) + notes))


def _used(lines: list[_Line]) -> list[int]:
    """Columns with a name, or with values that are more than the numbers of the rows."""
    _, header = lines[0]
    used = []
    for k, name in enumerate(header):
        values = [cells[k] for _, cells in lines[1:]]
        numbers = [[str(i + start) for i in range(len(values))] for start in (0, 1)]
        if name or (any(values) and values not in numbers):
            used.append(k)
    return used


def _read_lines(where: str, path: str | os.PathLike[str]) -> tuple[list[_Line], str]:
    """Cells of each line that has any."""
    try:
        # utf-8-sig: spreadsheet programs write a byte order mark
        with open(path, encoding="utf-8-sig", newline="") as file:
            mark = _separator(file)
            reader = csv.reader(file, delimiter=mark, strict=True)
            lines = [(i, _cells(row)) for i, row in enumerate(reader, 1)]
        if any("\0" in cell for _, row in lines for cell in row):
            raise InputError(f"{where}: holds NUL characters, as UTF-16 text and damaged files do; "
                             "save the manifest as CSV UTF-8")  # fmt: skip
    except FileNotFoundError:
        raise InputError(f"{where}: no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{where}: not UTF-8 text; save the manifest as CSV UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{where}: not a CSV file: {error}") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}") from None
    lines = [line for line in lines if any(line[1])]
    # the first line by which a spreadsheet program tells another one its separator
    if lines and "".join(lines[0][1]).lower() in ("sep=", *(f"sep={mark}" for mark in _MARKS)):
        lines = lines[1:]
    return lines, mark


def _cells(row: Iterable[str]) -> list[str]:
    """Cells without outer blanks, and without the ="..." that keeps the zeros of a number."""
    stripped = map(str.strip, row)
    return [
        re.sub(r'^="(.*)"$', r"\1", cell).strip() if cell.startswith('="') else cell
        for cell in stripped
    ]


def _filled(lines: list[_Line]) -> list[_Line]:
    """Lines of one width, where what they lack or have too much is blank and has no name."""
    header = lines[0][1]
    named = len(_trimmed(header))
    width = max(min(len(_trimmed(cells)), len(header)) for _, cells in lines)

    def fitted(cells: list[str]) -> list[str]:
        cells = cells[:width] + _trimmed(cells[width:])
        return cells + [""] * (width - len(cells)) if len(cells) >= named else cells

    return [(number, fitted(cells)) for number, cells in lines]


def _trimmed(cells: list[str]) -> list[str]:
    """Cells up to the last that is not blank."""
    return cells[: max((k + 1 for k, cell in enumerate(cells) if cell), default=0)]


def _separator(file: TextIO) -> str:
    """Mark between the cells: a comma, or what spreadsheet programs of other countries write."""
    header = ""
    while not header and (line := file.readline()):
        header = "" if line.strip().lower().startswith("sep=") else line.strip()
    file.seek(0)
    cells = next(csv.reader([header]), [])
    for mark in _MARKS:
        if cells and sum(cell.count(mark) for cell in cells) >= len(cells):
            return mark
    return ","
