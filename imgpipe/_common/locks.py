"""A file for one process at a time; a lock ends with its process, however that ends."""

import errno
import sys
from pathlib import Path
from typing import IO, Any

_FAR = 2**62  # Windows locks bytes against reading, so one is taken where no data are


def lock(file: IO[Any]) -> bool:
    """Take a file that is open for writing until it is closed; False where another process has it.

    A file system without locks is taken at its word: there, nobody is refused.
    """
    try:
        _take(file)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def in_use(path: Path) -> bool:
    """Whether a process, be it this one, has the lock of a file now."""
    try:
        with path.open("r+b") as file:
            return not lock(file)
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[Any]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _take(file: IO[Any]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
