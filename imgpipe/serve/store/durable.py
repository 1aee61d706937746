"""Files that a power cut does not take back: on the disk, whole, before anybody hears of them."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def write_durably(target: Path, parts: Sequence[bytes | memoryview], scratch: Path) -> None:
    """Write a file by way of the folder `scratch`, which is of the same file system.

    It is on the disk under its name when this returns; an error leaves nothing behind.
    """
    part = scratch / f"{uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync_folder(target.parent)


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder below `root`, with those above it, so that a power cut leaves them there."""
    missing = [each for each in (folder, *folder.parents) if each.is_relative_to(root)]
    for each in reversed(missing):
        if not each.is_dir():
            each.mkdir(exist_ok=True)
            sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk, where the system can."""
    if os.name == "nt":  # a folder cannot be opened there; NTFS keeps a journal of names
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
