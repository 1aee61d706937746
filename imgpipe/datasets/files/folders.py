"""Image files in folders of any depth."""

from collections import Counter
from pathlib import Path

from imgpipe._common import InputError
from imgpipe.images import SUFFIXES

CLUTTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


def visible(folder: Path) -> list[Path]:
    """List what a folder holds, sorted, hidden files left out."""
    try:
        held = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be listed: {error.strerror}") from None
    return [p for p in held if not p.name.startswith(".") and p.name.lower() not in CLUTTER]


def is_image(path: Path) -> bool:
    """Whether a name ends like an image's, or a file without a suffix is DICOM."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return False
    # scanners name files IM0001 or by a UID, which ends in a number
    return suffix in SUFFIXES or ((suffix[1:].isdecimal() or not suffix) and _is_dicom(path))


def _is_dicom(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def find_files(folder: Path, skipped: Counter[str]) -> list[Path]:
    """Image files below a folder, sorted; what is passed over is counted by suffix."""
    files: list[Path] = []
    for path in visible(folder):
        if path.is_dir():
            # a link to a folder may lead back up
            if not path.is_symlink():
                files += find_files(path, skipped)
        elif is_image(path):
            files.append(path)
        else:
            skipped[path.suffix.lower() or "no suffix"] += 1
    return files


def skipped_note(skipped: Counter[str]) -> list[str]:
    """One warning for all the files that were passed over."""
    if not skipped:
        return []
    kinds = ", ".join(f"{suffix}: {n}" for suffix, n in sorted(skipped.items()))
    return [f"{skipped.total()} files without an image's suffix were passed over ({kinds})"]
