"""How often an image was tried without a result: what ends the process must not do so for ever."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

MOST = 2


class Attempts:
    """Counts on the disk, each noted before the attempt, so that one that kills is counted.

    Nothing is synced: a process that ends takes no file with it, and a power cut is no fault of
    the image.

    Parameters
    ----------
    folder : Path
        Of the listener.
    scratch : Path
        A folder of the same file system.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder, self._scratch = folder, scratch
        self._counts: dict[str, int] = {}

    def read(self, images: Iterable[Path]) -> list[Path]:
        """Take over what is noted of images without a result; give those noted last."""
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            noted = {}
        left = {self._name(image): image for image in images}
        if isinstance(noted, dict):
            self._counts = {
                name: count
                for name, count in noted.items()
                if name in left and type(count) is int and count > 0
            }
        return sorted(left.values(), key=lambda image: self._counts.get(self._name(image), 0))

    def begin(self, image: Path) -> int:
        """Note an attempt, unless there were enough; give how many there were before."""
        name = self._name(image)
        before = self._counts.get(name, 0)
        if before < MOST:
            self._counts[name] = before + 1
            self._write()
        return before

    def forget(self, image: Path) -> None:
        """Count no attempt of an image any more; the file follows with the next one, or `close`."""
        self._counts.pop(self._name(image), None)

    def close(self) -> None:
        """Leave what is noted of images without a result."""
        if self._counts:
            self._write()
        else:
            self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self._folder / ".tried"

    def _write(self) -> None:
        part = self._scratch / "tried.part"
        part.write_text(json.dumps(self._counts), encoding="utf-8")
        os.replace(part, self._file)

    def _name(self, image: Path) -> str:
        return image.relative_to(self._folder).as_posix()
