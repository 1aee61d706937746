"""Rows already computed, kept beside the target so that a killed run can go on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgpipe._common import InputError


@dataclass(frozen=True)
class Row:
    """Features of one image, or the reason why there are none."""

    index: int
    values: tuple[float, ...] | None
    error: str = ""


class Rows:
    """Rows by the position of their image, and the names of their values."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.names: list[str] = []

    def add(self, names: list[str], rows: Iterable[Row]) -> None:
        """Take rows over, and the names where there are none yet."""
        self.names = self.names or names
        self.rows |= {row.index: row for row in rows}


class Journal(Rows):
    """Rows that are also kept in a file of JSON lines.

    A header says what is computed; then comes one line for each image. A line cut short by a kill
    is dropped when the file is read again.
    """

    def __init__(self, path: Path, header: dict[str, Any], *, resume: bool) -> None:
        super().__init__()
        self.path = path
        self._header = json.loads(json.dumps(header, default=str))
        end = self._read() if resume and path.exists() else 0
        self._file = path.open("r+b" if end else "w+b")
        self._file.truncate(end)
        self._file.seek(end)
        if not end:
            self._write([self._header])

    def add(self, names: list[str], rows: Iterable[Row]) -> None:
        """Keep rows; once this returns they survive a kill of the process."""
        kept = list(rows)
        lines: list[Any] = [{"names": names}] if names and not self.names else []
        super().add(names, kept)
        self._write(lines + [{"i": row.index, "v": row.values, "e": row.error} for row in kept])

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        """Delete the file: its rows have reached the target."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, lines: list[Any]) -> None:
        # Python writes each float so that reading gives the same bits back
        self._file.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        self._file.flush()

    def _read(self) -> int:
        """Take over whole lines; give the place where they end."""
        end = 0
        with self.path.open("rb") as file:
            for number, raw in enumerate(file):
                try:
                    line = json.loads(raw)
                except ValueError:
                    break
                if not raw.endswith(b"\n"):
                    break
                if number == 0:
                    self._check(line)
                elif "names" in line:
                    self.names = line["names"]
                else:
                    values = None if line["v"] is None else tuple(line["v"])
                    self.rows[line["i"]] = Row(line["i"], values, line["e"])
                end += len(raw)
        return end

    def _check(self, header: dict[str, Any]) -> None:
        """Refuse rows of other images, other settings or another version."""
        for key in [*self._header, *header]:
            if header.get(key) != self._header.get(key):
                raise InputError(
                    f"{self.path} belongs to a run with other {key}; run without "
                    "--resume to start anew"
                )
