"""Image files in folders of any depth."""

import os
import unicodedata
from collections import Counter
from pathlib import Path

from imgpipe._common import InputError, shown, suffix_of
from imgpipe._common.texts import Text, counted
from imgpipe.images import SUFFIXES

# of Windows, macOS and network drives
CLUTTER = frozenset({
    "thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin", "system volume information",
})  # fmt: skip
_BACK = "links back up"  # counted among what was passed over, beside the suffixes
_Listing = dict[str, list[str]]


def visible(folder: Path) -> list[Path]:
    """List what a folder holds, sorted, hidden files left out."""
    try:
        held = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be listed: {error.strerror}") from None
    return [p for p in held if not p.name.startswith(".") and p.name.lower() not in CLUTTER]


def is_image(path: Path) -> bool:
    """Whether a name ends like an image's, or a file without a suffix is DICOM."""
    suffix = suffix_of(path)
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


def find_files(folder: Path, skipped: Counter[str], above: tuple[str, ...] = ()) -> list[Path]:
    """Image files below a folder, sorted; what is passed over is counted by suffix.

    Links are followed, but not back into a folder that is being searched (`above`).
    """
    here = os.path.realpath(folder)
    if here in above:
        skipped[_BACK] += 1
        return []
    files: list[Path] = []
    for path in visible(folder):
        if path.is_dir():
            files += find_files(path, skipped, (*above, here))
        elif is_image(path):
            files.append(path)
        elif not _is_table_of_masks(path):
            skip(path, skipped)
    return files


def _is_table_of_masks(path: Path) -> bool:
    """Whether `imgpipe segment` wrote a file beside its masks."""
    if path.name != "masks.csv":
        return False
    try:
        with path.open("rb") as file:
            head = file.readline(1000)
    except OSError:
        return False
    return head.startswith(b"path,mask,") and b",pixels" in head


def skip(path: Path, skipped: Counter[str]) -> None:
    """Count a file that is passed over."""
    skipped[suffix_of(path) or "no suffix"] += 1


def skipped_note(skipped: Counter[str]) -> list[Text]:
    """One warning for all the files that were passed over, and one for links."""
    notes = []
    kinds = {shown(kind): n for kind, n in sorted(skipped.items()) if kind != _BACK}
    if kinds:
        notes.append(
            counted(
                sum(kinds.values()),
                "{n} file without an image's suffix was passed over ({kinds:,})",
                "{n} files without an image's suffix were passed over ({kinds:,})",
                kinds=[f"{suffix}: {n}" for suffix, n in kinds.items()],
            )
        )
    if skipped[_BACK]:
        notes.append(
            counted(
                skipped[_BACK],
                "{n} link that leads back into its own folder was cut",
                "{n} links that lead back into their own folder were cut",
            )
        )
    return notes


def same_name(path: Path, listings: dict[Path, _Listing]) -> Path | None:
    """Find the file whose name differs only in Unicode's form, in case, or is in an old encoding.

    `listings` keeps what folders hold, for the next one.
    """
    found = Path(path.anchor)
    for part in path.parts[1:] if path.anchor else path.parts:
        if not (found / part).exists():
            if found not in listings:
                listings[found] = _listing(found)
            same = listings[found].get(_composed(part)) or listings[found].get(_folded(part), [])
            if len(same) != 1:
                return None
            part = same[0]
        found /= part
    return found


def _listing(folder: Path) -> _Listing:
    """Names in a folder, by their composed form and without case; no UTF-8 is read as Latin-1."""
    listing: _Listing = {}
    try:
        names = os.listdir(folder)
    except OSError:
        return listing
    for name in names:
        try:
            text = os.fsencode(name).decode()
        except UnicodeDecodeError:
            text = os.fsencode(name).decode("latin-1")
        for key in {_composed(text), _folded(text), shown(name)}:
            listing.setdefault(key, []).append(name)
    return listing


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(text: str) -> str:
    return _composed(_composed(text).casefold())
