"""What names a patient in a folder of images: tags, texts in headers, names of files."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imgpipe._common import InputError, shown, track
from imgpipe.images.formats.dicom.elements import is_dicom, parse
from imgpipe.images.formats.errors import plain, quiet
from imgpipe.images.formats.metadata.codes import PRIVACY
from imgpipe.images.formats.metadata.dicom import said_by_dicom
from imgpipe.images.formats.metadata.dicom_tags import IN_PATHS
from imgpipe.images.formats.metadata.pictures import said_by_jpeg, said_by_png, said_by_tiff
from imgpipe.images.formats.metadata.said import PATHS, UNSEEN, Said
from imgpipe.images.formats.metadata.volumes import (
    HEAD,
    nifti_size,
    said_by_nifti,
    said_by_nrrd,
    unpacked,
)
from imgpipe.images.image import DICOM_SUFFIXES

_NAMED_FILES = 20  # listed with a finding
_SHOWN_VALUES = 10
_LEAST_LETTERS = 3  # of a name that is looked for in paths
_HIDDEN = "***"
_PATH = "name or number of a patient"


@dataclass(frozen=True)
class Found:
    """One tag, text or path that may identify a patient.

    Parameters
    ----------
    code, severity : str
        Of `PRIVACY`.
    tag : str
        Keyword of DICOM, or name of the text.
    message : str
        The tag, and in how many files.
    files : int
        How many files have it.
    ids : tuple of str
        The first of these, below the folder; what names the patient in them is hidden.
    values : tuple of str
        The first different values, where they were asked for.
    """

    code: str
    severity: str
    tag: str
    message: str
    files: int
    ids: tuple[str, ...]
    values: tuple[str, ...] = ()


def find_identifying(
    source: str | os.PathLike[str], *, ignore: Iterable[str] = (), show_values: bool = False
) -> list[Found]:
    """Look through all files below a folder for what may identify a patient.

    Looks at the tags of DICOM files (those of the basic profile of PS3.15, in nested items too, and
    every name of a person, date, identifier and free text beside them), at private elements,
    overlays, embedded documents and flags of annotations in the pixels; at texts in NIfTI and NRRD
    headers and in PNG, JPEG and TIFF files; and at paths that hold a patient's name or number.
    What is written into pixels is not read.

    Parameters
    ----------
    source : path-like
        A folder, searched to the bottom, or one file.
    ignore : iterable of str
        Codes of `PRIVACY` that are not told.
    show_values : bool
        Give the values too, and the paths as they are: both may name patients.

    Returns
    -------
    list of Found
        By code, then by tag.

    Raises
    ------
    InputError
        If there is no such folder, no file in it, or no such code.

    Examples
    --------
    >>> from pydicom.data import get_testdata_file
    >>> from imgpipe.images.privacy import find_identifying
    >>> [found.message for found in find_identifying(get_testdata_file("CT_small.dcm"))][:2]
    ['OtherPatientIDsSequence in 1 of 1 DICOM files', 'PatientID in 1 of 1 DICOM files']
    """
    passed_over = set(known_codes(ignore))
    search = _Search()
    for path, id in track(list(_files(Path(source))), "looking"):
        search.look(path, id)
    found = search.findings(Path(source), show_values)
    return [one for one in found if one.code not in passed_over]


def known_codes(codes: Iterable[str]) -> list[str]:
    """Codes of `PRIVACY`, upper case; an `InputError` names one that there is not."""
    found = [str(code).strip().upper() for code in codes]
    for code in found:
        if code not in PRIVACY:
            raise InputError(f"no check {code!r}; --phi looks for {', '.join(PRIVACY)}")
    return found


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """Files below a folder, and what each is called."""
    if not root.exists():
        raise InputError(f"{shown(root)}: no such file or folder")
    if not root.is_dir():
        yield root, shown(root.name)
        return
    found = False
    for folder, folders, names in os.walk(root, onerror=_cannot_list):
        folders.sort()
        for name in sorted(names):
            found = True
            path = Path(folder, name)
            yield path, shown(path.relative_to(root))
    if not found:
        raise InputError(f"{shown(root)}: no files in this folder")


def _cannot_list(error: OSError) -> None:
    raise InputError(f"{shown(error.filename)}: cannot be listed: {error.strerror}") from None


@dataclass
class _Tally:
    """Of one tag: kinds of its files, how many there are, the first of them and their values."""

    kinds: dict[str, None] = field(default_factory=dict)
    files: int = 0
    ids: list[str] = field(default_factory=list)
    values: dict[str, None] = field(default_factory=dict)

    def add(self, kind: str, id: str, values: Iterable[str]) -> None:
        self.kinds[kind] = None
        self.files += 1
        if len(self.ids) < _NAMED_FILES:
            self.ids.append(id)
        for value in values:
            if value and len(self.values) < _SHOWN_VALUES:
                self.values[plain(value)] = None


class _Search:
    """What was found so far, in files of each kind."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._kinds: Counter[str] = Counter()
        self._patients: set[str] = set()
        self._ids: list[str] = []

    def look(self, path: Path, id: str) -> None:
        """Take up what one file says."""
        kind, said = _said_by(path)
        self._ids.append(id)
        self._kinds[kind] += 1
        by_tag: dict[tuple[str, str], list[str]] = {}
        for one in said:
            by_tag.setdefault((one.code, plain(one.tag)), []).append(one.value)
            if one.tag in IN_PATHS:
                self._patients |= _words(one.value)
        for place, values in by_tag.items():
            self._tallies.setdefault(place, _Tally()).add(kind, id, values)

    def findings(self, root: Path, show_values: bool) -> list[Found]:
        """Give all that was found, by code and tag."""
        spelt = _any_of(self._patients)
        if spelt is not None:
            self._look_at_paths(root, spelt)
        found = []
        for (code, tag), tally in sorted(self._tallies.items()):
            ids = tally.ids
            if spelt is not None and not show_values:
                ids = [spelt.sub(_HIDDEN, id) for id in ids]
            values = tuple(tally.values) if show_values else ()
            message = self._message(code, tag, tally)
            severity = PRIVACY[code].severity
            found.append(Found(code, severity, tag, message, tally.files, tuple(ids), values))
        return found

    def _look_at_paths(self, root: Path, spelt: re.Pattern[str]) -> None:
        places = [(id, id) for id in self._ids]
        if root.is_dir():
            places.append((".", shown(root.resolve().name)))
        for id, text in places:
            if words := spelt.findall(text):
                self._tallies.setdefault((PATHS, _PATH), _Tally()).add("", id, words)

    def _message(self, code: str, tag: str, tally: _Tally) -> str:
        if code == UNSEEN:
            return f"{tally.files} file{'s' * (tally.files > 1)} not looked at: {tag}"
        if code == PATHS:
            return f"{tag} in {tally.files} of {len(self._ids)} paths"
        among = sum(self._kinds[kind] for kind in tally.kinds)
        return f"{tag} in {tally.files} of {among} {' and '.join(tally.kinds)} files"


def _said_by(path: Path) -> tuple[str, list[Said]]:
    """Kind of a file, and what it says; a file that cannot be looked into is said to be one."""
    try:
        if not path.is_file():
            return "other", [Said(UNSEEN, "links to nothing, and what is no file", "")]
        with path.open("rb") as file:
            head = file.read(HEAD)
        with quiet():
            return _by_content(path, head)
    except OSError as error:
        return "other", [Said(UNSEEN, f"cannot be read ({error.strerror or 'damaged'})", "")]
    except Exception:
        # libraries raise nearly every built-in error on damaged files
        return "other", [Said(UNSEEN, "damaged", "")]


def _by_content(path: Path, head: bytes) -> tuple[str, list[Said]]:
    suffix = path.suffix.lower()
    if is_dicom(head[:132]) or (head and suffix in DICOM_SUFFIXES):
        dataset = parse(path)
        if not len(dataset):
            return "other", [Said(UNSEEN, "DICOM without any element", "")]
        return "DICOM", list(said_by_dicom(dataset))
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG", list(said_by_png(path))
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG", list(said_by_jpeg(path))
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF", list(said_by_tiff(path))
    if head.startswith(b"NRRD"):
        return "NRRD", list(said_by_nrrd(head))
    unzipped = unpacked(head) if head.startswith(b"\x1f\x8b") else head
    if (size := nifti_size(unzipped)) is not None:
        return "NIfTI", list(said_by_nifti(unzipped, size))
    if head.startswith((b"BM", b"\x93NUMPY")):
        return "BMP or NPY", []  # these have no room for words
    return "other", [Said(UNSEEN, suffix or "no suffix", "")]


def _words(value: str) -> set[str]:
    """Parts of names and numbers that are long enough to be told from chance in a path."""
    parts = re.split(r"[\^=\s,'\[\]\\\\]+", value)
    return {part.casefold() for part in parts if len(part) >= _LEAST_LETTERS}


def _any_of(words: set[str]) -> re.Pattern[str] | None:
    """Match any of the words that stands alone."""
    if not words:
        return None
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    spelt = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![^\W_])(?:{spelt})(?![^\W_])", re.IGNORECASE)
