"""Salted hashes in place of names that may tell who a patient is."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from imgpipe._common.errors import InputError
from imgpipe._common.reasons import Reason
from imgpipe._common.texts import ENGLISH, Text

HIDDEN = "***"
_LEAST = 3  # letters of a part of a path that is looked for
# paths, names of files, unique identifiers, and what is quoted
_TELLING = re.compile(
    r"'[^']*'|\"[^\"]*\"|[^\s'\"(),;:]*[/\\][^\s'\"(),;:]*|[^\s'\"(),;:]+\.[A-Za-z]\w{1,5}\b"
    r"|\b\d+(?:\.\d+){4,}\b"
)


def check_salt(hash_ids: bool, salt: str | None) -> None:
    """Refuse a salt that goes with nothing, or is none."""
    if salt is not None and not hash_ids:
        raise InputError("salt goes with hash_ids=True")
    if salt == "":
        raise InputError("salt is empty; give some letters, or leave it out to have one drawn")


def drawn_salt() -> str:
    """Draw a salt that nobody knows."""
    return secrets.token_hex(16)


def salt_header(hash_ids: bool, salt: str | None) -> str | None:
    """Say of a salt what tells it from another one, for the head of a journal."""
    if not hash_ids:
        return None
    if not salt:
        return "drawn"
    return hashlib.sha256(salt.encode(errors="surrogateescape")).hexdigest()


class Pseudonyms:
    """Hashes of names: the same for one name, and nothing that leads back without the salt.

    Parameters
    ----------
    salt : str

    Examples
    --------
    >>> names = Pseudonyms("secret")
    >>> names.of("doe/1.png") == names.of("doe/1.png"), len(names.of("doe/1.png")), names.of("")
    (True, 32, '')
    >>> names.in_message("doe/1.png: truncated", "doe/1.png").partition(": ")[2]
    'truncated'
    """

    def __init__(self, salt: str) -> None:
        # a key of BLAKE2b has at most 64 bytes
        key = salt.encode(errors="surrogateescape")
        self._key = key if len(key) <= 64 else hashlib.blake2b(key).digest()

    def of(self, name: str) -> str:
        """Hash a name; nothing stays nothing."""
        if not name:
            return ""
        text = name.encode(errors="surrogateescape")
        return hashlib.blake2b(text, key=self._key, digest_size=16).hexdigest()

    def in_message(self, message: str, name: str = "", others: Iterable[str] = ()) -> str:
        """Put the hash of a name into a message, and hide all else that may tell who it is.

        That is the parts of its path and of those of `others`, paths and names of files, unique
        identifiers, and what stands in quotes.
        """
        mark, beside = self.of(name), list(others)
        own = {name, *(path for path in beside if name and path.endswith(name))}
        # a message in one line has single spaces
        spellings = own | {" ".join(each.split()) for each in own}
        for spelt in sorted(spellings - {""}, key=len, reverse=True):
            message = message.replace(spelt, mark)
        parts = {part for path in (name, *beside) for part in _parts(path)}
        parts |= {" ".join(part.split()) for part in parts if len(part.strip()) >= _LEAST}
        if parts:
            longest = sorted(parts, key=lambda part: (-len(part), part))
            spelt = "|".join(map(re.escape, longest))
            message = re.sub(rf"(?<!\w)(?:{spelt})(?!\w)", HIDDEN, message)
        return _TELLING.sub(HIDDEN, message)

    def in_reasons(
        self, reasons: Mapping[int, Reason], names: Iterable[str], others: Iterable[Iterable[str]]
    ) -> dict[int, Reason]:
        """The same in the reasons of images with these names and other paths."""
        every, beside = list(names), list(others)
        return {
            i: Reason(code, self.in_message(message, every[i], beside[i]))
            for i, (code, message) in reasons.items()
        }

    def in_note(self, note: str) -> str:
        """Hide all words of a note but those of its template."""
        if isinstance(note, Text) and note.template:
            values = {key: _hidden(self, value) for key, value in note.values.items()}
            return Text(ENGLISH.fill(note.template, values), note.template, values)
        return self.in_message(note)


def _hidden(names: Pseudonyms, value: Any) -> Any:
    """A value of a template without what is no number."""
    if isinstance(value, Text) and value.template:
        return names.in_note(value)
    if isinstance(value, str):
        return HIDDEN
    if isinstance(value, list | tuple):
        return [_hidden(names, each) for each in value]
    return value


def _parts(path: str) -> set[str]:
    """Names of the folders and the file of a path, the latter also without its suffix."""
    names = re.split(r"[/\\]", path)
    return {part for part in (*names, names[-1].rpartition(".")[0]) if len(part) >= _LEAST}
