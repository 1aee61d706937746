"""The folder of a listener: images by study and series, results beside them.

An image without its result is one to predict: the files are the queue, which no kill can empty.
"""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from imgpipe._common import InputError
from imgpipe.serve.store.durable import make_folder, write_durably
from imgpipe.serve.store.instance import DUPLICATE, Instance, Refused, is_uid, same_image

Results = Literal["json", "sr", "both"]
RESULTS: tuple[Results, ...] = ("json", "sr", "both")

_SCRATCH = ".incoming"
_LOCK = ".listening"
_MODEL = ".model"


class Inbox:
    """Images and results of one folder, which one listener holds at a time."""

    def __init__(self, folder: Path, results: Results) -> None:
        self.folder, self.results = folder, results
        self.scratch = folder / _SCRATCH
        self._one_at_a_time = threading.Lock()
        self._held: Any = None

    def open(self) -> None:
        """Take hold of the folder, and clear what a killed listener had half written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._held = _hold(self.folder)
        try:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir(exist_ok=True)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the folder go."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def keep(self, instance: Instance, content: bytes) -> tuple[Path, bool]:
        """Bring an image to the disk; give its path, and whether it is new.

        Raises `Refused` where another image is there under these UIDs, OSError where the disk does
        not take it.
        """
        series = self.folder / instance.study / instance.series
        path = series / f"{instance.sop_instance}.dcm"
        with self._one_at_a_time:
            if path.exists():
                if same_image(path.read_bytes(), content):
                    return path, False
                raise Refused(DUPLICATE, "another image is kept under this SOP Instance UID")
            make_folder(series, self.folder)
            write_durably(path, [content], self.scratch)
        return path, True

    def unpredicted(self) -> Iterator[Path]:
        """Images whose result is not there yet."""
        for path in sorted(self.folder.glob("*/*/*.dcm")):
            names = (path.stem, path.parent.name, path.parent.parent.name)
            if all(map(is_uid, names)) and not self.is_done(path):
                yield path

    def model_before(self, name: str, sha256: str) -> str | None:
        """Note whose results come from now on; name another model whose results are there."""
        noted = self.folder / _MODEL
        try:
            before = noted.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            before = ""
        now = f"{sha256}  {name}"  # as sha256sum has it
        if before == now:
            return None
        self.write(noted, f"{now}\n".encode())
        known = before[:64] != sha256 and any(
            next(self.folder.glob(f"*/*/*{end}"), None) for end in (".json", ".sr.dcm")
        )
        return f"{before[66:]} (SHA-256 {before[:12]}...)" if before and known else None

    def is_done(self, image: Path) -> bool:
        """Whether an image has all results that are wanted; one that failed has its error."""
        as_json, as_sr = json_beside(image), sr_beside(image)
        if self.results == "json":
            return as_json.exists()
        if as_sr.exists():
            return self.results == "sr" or as_json.exists()
        return as_json.exists() and _tells_an_error(as_json)

    def write(self, path: Path, content: bytes) -> None:
        """Write a result, which appears whole."""
        write_durably(path, [content], self.scratch)


def json_beside(image: Path) -> Path:
    """Where the result of an image stands as JSON."""
    return image.with_name(f"{image.stem}.json")


def sr_beside(image: Path) -> Path:
    """Where the result of an image stands as a structured report."""
    return image.with_name(f"{image.stem}.sr.dcm")


def _tells_an_error(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8"))["error"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _hold(folder: Path) -> Any:
    """Lock the folder for as long as the process lives; the system frees it after a kill."""
    file = (folder / _LOCK).open("a", encoding="utf-8")
    try:
        import fcntl
    except ImportError:  # Windows
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise InputError(
            f"{os.fspath(folder)}: another listener writes into it; give --out another folder"
        ) from None
    return file
