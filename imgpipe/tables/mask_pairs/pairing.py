"""Which masks of two sources belong together, by their names."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from imgpipe._common import InputError, few, stem_of
from imgpipe.datasets.files.mask_files import without_mask_words
from imgpipe.tables.mask_pairs.sources import Entry

_FOUND = "pred|preds|prediction|predictions|predicted|auto|automatic|output|result|results"
_SUFFIX = re.compile(rf"(.+?)[ _.-](?:{_FOUND})", re.IGNORECASE)
_PREFIX = re.compile(rf"(?:{_FOUND})[ _.-](.+)", re.IGNORECASE)
_FIRST_CHANNEL = r"_0000$"  # nnU-Net's name of an image, of whose mask that is no part


class Paired(NamedTuple):
    """Masks with their references, and those that are alone."""

    pairs: list[tuple[Entry, Entry]]
    alone: list[Entry]
    missed: list[Entry]


def paired(masks: Sequence[Entry], references: Sequence[Entry]) -> Paired:
    """Pair masks and references of one name.

    The whole path below the source counts first, then the path without words that say "mask", then
    the name alone; one that two share pairs none.
    """
    if len(masks) == len(references) == 1:
        return Paired([(masks[0], references[0])], [], [])
    partner: dict[int, int] = {}
    for key in (_whole, _bare_path, _bare_name):
        first = _by_key(masks, key, partner.keys())
        second = _by_key(references, key, partner.values())
        for name, mine in first.items():
            theirs = second.get(name, set())
            if len(mine) == len(theirs) == 1:
                a, b = *mine, *theirs
                if a not in partner and b not in partner.values():
                    partner[a] = b
    taken = set(partner.values())
    return Paired(
        [(masks[a], references[b]) for a, b in sorted(partner.items())],
        [entry for a, entry in enumerate(masks) if a not in partner],
        [entry for b, entry in enumerate(references) if b not in taken],
    )


def namesakes(alone: Sequence[Entry], others: Sequence[Entry]) -> set[str]:
    """Ids of those whose name others have, too, but more than one, so that no pair is certain."""
    mine, theirs = (_by_key(part, _bare_name, ()) for part in (alone, others))
    shared = [found for name, found in mine.items() if name in theirs]
    return {alone[number].id for found in shared for number in found}


def nothing_paired(masks: Sequence[Entry], references: Sequence[Entry]) -> InputError:
    """Say that no name is that of another, and what would do."""
    if shared := sorted(namesakes(masks, references)):
        return InputError(
            "several masks or references have one name, so that no pair is certain: "
            f"{few(shared, 4)}; give the pairs in a CSV with the columns mask and reference"
        )
    first, second = (few([str(each.names[0]) for each in part], 3) for part in (masks, references))
    return InputError(
        f"no mask is called like a reference: {first} against {second}; give the pairs in a CSV "
        "with the columns mask and reference"
    )


def _by_key(
    entries: Sequence[Entry], key: Callable[[Path], str], done: Iterable[int]
) -> dict[str, set[int]]:
    """Entries by what they are called."""
    found: dict[str, set[int]] = {}
    taken = set(done)
    for number, entry in enumerate(entries):
        if number not in taken:
            for name in entry.names:
                found.setdefault(key(name), set()).add(number)
    return found


def _whole(path: Path) -> str:
    return str(path.with_name(stem_of(path)))


def _bare_path(path: Path) -> str:
    folders, _ = without_mask_words(path)
    return "/".join((*folders, _bare_name(path)))


def _bare_name(path: Path) -> str:
    name = re.sub(_FIRST_CHANNEL, "", stem_of(path))
    for form in (_SUFFIX, _PREFIX):
        if match := form.fullmatch(name):
            name = match[1]
    return without_mask_words(Path(name + path.suffix))[1]
