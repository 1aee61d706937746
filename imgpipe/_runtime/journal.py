"""What is already computed, kept beside the target so that a killed run can go on."""

import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from imgpipe._common.errors import InputError
from imgpipe._common.locks import lock
from imgpipe._common.reasons import Reason

_ENOUGH = 12  # first bytes of a header that tell it from another program's file


@dataclass(frozen=True)
class Block:
    """Values (n, f) of items that follow one another; what has none has a reason.

    Without any value at all, f is 0. `extras` are lists with an entry for each item, `notes`
    counts what was noted of them, of which `note` is the first.
    """

    values: np.ndarray
    errors: Mapping[int, Reason] = field(default_factory=dict)
    extras: Mapping[str, list[Any]] = field(default_factory=dict)
    notes: int = 0
    note: str = ""

    def __len__(self) -> int:
        return len(self.values)


class Journal:
    """Blocks of rows in a file, in order: a header, then for each block a line and its numbers.

    What a kill cut short is dropped when the file is opened again, and so is all behind it. Only
    one process writes a file; another is refused while it lives. Without a path the file has no
    name, and goes with the process.

    Attributes
    ----------
    names : list of str
        Of the columns of values; empty until there are any.
    count, failed : int
        Rows, and those of them that have an error.
    extras : set of str
        Those that any block has.
    notes, note : int, str
        As in a block, of all.
    """

    def __init__(
        self,
        path: Path | None,
        header: Mapping[str, Any],
        *,
        resume: bool = False,
        secret: str | None = None,
    ) -> None:
        self.path = path
        self.names: list[str] = []
        self.extras: set[str] = set()
        self.count = self.failed = self.notes = 0
        self.note = ""
        self.secret = secret
        self._start = self._end = 0
        self._header = json.loads(json.dumps(header, default=str))
        self._file: IO[bytes] = tempfile.TemporaryFile() if path is None else _opened(path)  # noqa: SIM115
        try:
            if resume and path is not None:
                self._take_over()
            self._file.truncate(self._end)
            if not self._end:
                self._write({**self._header, "secret": self.secret})
                self._start = self._end
        except BaseException:
            self.close()
            raise

    def add(self, block: Block, names: list[str] | None = None) -> None:
        """Keep rows; once this returns they survive a kill of the process."""
        raw = np.ascontiguousarray(block.values, "<f8").tobytes()
        line: dict[str, Any] = {
            "at": self.count,
            "rows": len(block),
            "width": block.values.shape[1],
        }
        if names and not self.names:
            line["names"] = names
        if block.errors:
            line["errors"] = {str(i): list(reason) for i, reason in block.errors.items()}
        if block.extras:
            line["extras"] = dict(block.extras)
        if block.notes:
            line |= {"notes": block.notes, "note": str(block.note)}
        self._write({**line, "crc": zlib.crc32(raw)}, raw)
        self._count(line)

    def blocks(self) -> Iterator[Block]:
        """Read the blocks again, one at a time."""
        for line, raw, _ in self._records():
            values = np.frombuffer(raw, "<f8").reshape(line["rows"], line["width"])
            if line["width"] < len(self.names):
                values = np.full((line["rows"], len(self.names)), np.nan)
            errors = {int(i): Reason(*reason) for i, reason in line.get("errors", {}).items()}
            yield Block(
                values, errors, line.get("extras", {}), line.get("notes", 0), line.get("note", "")
            )

    def close(self) -> None:
        """Let go of the file; what could not be written before is not tried again in earnest."""
        with suppress(OSError):
            self._file.close()

    def remove(self) -> None:
        """Delete the file: its rows have reached the target."""
        if self.path is not None:
            try:
                self.path.unlink(missing_ok=True)
            except PermissionError:  # Windows keeps a file that is open
                self.close()
                self.path.unlink(missing_ok=True)
        self.close()

    def _write(self, line: dict[str, Any], raw: bytes = b"") -> None:
        data = json.dumps(line).encode() + b"\n" + raw
        self._file.seek(self._end)
        self._file.write(data)
        self._file.flush()
        self._end += len(data)

    def _count(self, line: dict[str, Any]) -> None:
        self.names = self.names or line.get("names", [])
        self.count += line["rows"]
        self.failed += len(line.get("errors", {}))
        self.extras |= line.get("extras", {}).keys()
        self.notes += line.get("notes", 0)
        self.note = self.note or line.get("note", "")

    def _take_over(self) -> None:
        """Count whole blocks, up to the first that is not, of a run that computed the same."""
        self._file.seek(0)
        head = self._file.readline()
        try:
            header = json.loads(head) if head.endswith(b"\n") else None
        except ValueError:
            header = None
        own = json.dumps({**self._header, "secret": None}).encode()
        if header is None and own.startswith(head[:_ENOUGH]) and not head.endswith(b"\n"):
            return  # killed before anything was kept
        if not isinstance(header, dict) or "secret" not in header:
            raise InputError(
                f"{self.path} holds no rows of a stopped run, and may be another program's; move "
                "it, or give --force in place of --resume to have it replaced"
            )
        self.secret = header.pop("secret", None)
        self._check(header)
        self._start = self._end = len(head)
        for line, _, end in self._records(to_the_end=True):
            if line["at"] != self.count:
                break
            self._count(line)
            self._end = end

    def _records(self, to_the_end: bool = False) -> Iterator[tuple[dict[str, Any], bytes, int]]:
        """Read lines with their numbers, and where each ends, while they are whole."""
        place = self._start
        while to_the_end or place < self._end:
            self._file.seek(place)
            head = self._file.readline()
            try:
                line = json.loads(head) if head.endswith(b"\n") else {}
                raw = self._file.read(8 * line["rows"] * line["width"])
                whole = zlib.crc32(raw) == line["crc"]
            except (ValueError, LookupError, TypeError):
                return
            if not whole:
                return
            place += len(head) + len(raw)
            yield line, raw, place

    def _check(self, header: dict[str, Any]) -> None:
        """Refuse rows of other images, other settings or another version."""
        for key in [*self._header, *header]:
            if header.get(key) != self._header.get(key):
                raise InputError(
                    f"{self.path} belongs to a run with other {key}; give --force in place of "
                    "--resume (in Python resume=False) to start anew"
                )


def _opened(path: Path) -> IO[bytes]:
    """Open a file for this process alone; what is in it stays for now."""
    while True:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(path, flags, 0o600), "r+b")
        if not lock(file):
            file.close()
            raise InputError(f"{path} is being written by another process; wait until it is done")
        if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
        file.close()  # the other process was done, and deleted it, in between
