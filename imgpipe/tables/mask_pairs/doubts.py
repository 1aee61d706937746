"""What a reader of measures should doubt: pairs that measure nothing, or something else."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence

from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.annotations.spelling import some
from imgpipe.tables.mask_pairs.rows import MaskRow
from imgpipe.tables.mask_pairs.sources import Entry

_MANY_LABELS = 16
_VOLUMES = ("volume", "reference_volume")


def files_of(row: MaskRow) -> tuple[str, str]:
    """Files of a mask and of its reference."""
    return row.mask, row.reference


def repeated(pairs: Iterable[tuple[Entry, Entry]]) -> list[Text]:
    """Say how many pairs are there more than once, and count more than others."""
    times = Counter((a.id, a.files, a.region, b.id, b.files, b.region) for a, b in pairs)
    n = sum(count > 1 for count in times.values())
    if not n:
        return []
    return [counted(n, "{n} pair is there more than once, and counts each time",
                    "{n} pairs are there more than once, and count each time")]  # fmt: skip


def same_files(rows: Iterable[MaskRow]) -> list[Text]:
    """Say how many masks are their own reference, which measures nothing."""
    pairs = {files_of(row) for row in rows if row.values}
    # images of archives are called alike in two of them, and are no files
    same = [a for a, b in pairs if os.path.exists(a) and os.path.realpath(a) == os.path.realpath(b)]
    if not same:
        return []
    return [counted(len(same), "{n} mask is the same file as its reference",
                    "{n} masks are the same files as their references")]  # fmt: skip


def doubts(rows: Sequence[MaskRow], labels: Sequence[int] | None, objects: bool) -> list[Text]:
    """Say where objects may have been meant, or labels."""
    known = [row for row in rows if row.values]
    if objects:
        most = max((max(row.values["objects"], row.values["reference_objects"]) for row in known),
                   default=2)  # fmt: skip
        if most < 2:
            return [say("no file holds more than one object: each label is one, wherever its "
                        "pixels lie; masks are measured without --instances")]  # fmt: skip
        return []
    found = [*_absent(known, labels or ()), *_apart(known)]
    n = len({row.label for row in known})
    if n > _MANY_LABELS:
        found.append(say("{n} labels: if each is an object, --instances counts them, and "
                         "--any-label takes them as one", n=n))  # fmt: skip
    return found


def _absent(rows: Sequence[MaskRow], labels: Sequence[int]) -> list[Text]:
    """Say which labels were asked for that nothing has: they count as two empty masks."""
    there = {label for row in rows for label in (row.label,) if any(map(row.values.get, _VOLUMES))}
    return [
        say("label {label:d} is in no mask and in no reference", label=label)
        for label in labels
        if rows and label not in there
    ]


def _apart(rows: Sequence[MaskRow]) -> list[Text]:
    """Say where a mask and its reference both hold labels, but none in common."""
    labels: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for row in rows:
        sides = labels.setdefault(files_of(row), ([], []))
        for side, volume in zip(sides, _VOLUMES, strict=True):
            side.extend([row.label or 0] if row.values[volume] else [])
    apart = [(path, *each) for (path, _), each in labels.items() if all(each)]
    apart = [each for each in apart if not set(each[1]) & set(each[2])]
    if not apart:
        return []
    path, mine, theirs = apart[0]
    return [
        counted(
            len(apart),
            "{n} mask has no label of its reference: {path} has {mine}, its reference {theirs}",
            "{n} masks have no label of their references: {path} has {mine}, its reference "
            "{theirs}",
            path=path,
            mine=some(mine),
            theirs=some(theirs),
        )
    ]
