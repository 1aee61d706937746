"""Columns of a manifest by the names that people give them."""

import re
from collections.abc import Mapping, Sequence

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.datasets.annotations.identity import canonical
from imgpipe.datasets.annotations.spelling import SPLIT_NAMES, some

OWN = ("path", "label", "group", "split", "mask", "region")
# other names for what a manifest must have, in lower case and without blanks and dashes
_PATH = (
    "image", "file", "filename", "filepath", "img", "imagepath", "imagefile", "imagefilename",
    "imagename", "imgpath", "imgfile", "paths", "images", "files",
)  # fmt: skip
_LABEL = (
    "class", "diagnosis", "target", "y", "labels", "classname", "classlabel", "category", "dx",
    "groundtruth",
)  # fmt: skip
_MASK = (
    "masks", "maskpath", "maskfile", "maskfilename", "maskfilepath", "maskname", "segpath",
    "segfile", "segmentationpath", "segmentationfile", "segmentationmask",
)  # fmt: skip
_ALIASES = {"path": _PATH, "label": _LABEL, "mask": _MASK}
# these may as well hold words or numbers
_PERHAPS_MASKS = frozenset({"seg", "segmentation", "segmentations", "roi", "contour", "labelmap"})
_PATIENTS = frozenset({"patient", "patientid", "subject", "subjectid", "case", "caseid"})
# what `imgpipe segment` counts of each mask, in its table
_COUNTS = frozenset({"pixels", "area_mm2", "volume_mm3", "objects"})
_PARTS = frozenset({"part", "fold", "set", "subset", "partition", "usage", "phase", "datasplit"})


def find_columns(where: str, names: Sequence[str], needed: Sequence[str]) -> dict[str, str]:
    """Column of each of our own names that is there, under its own or an obvious other name.

    An `InputError` says what is expected where one that is needed is missing, or could be two.
    """
    found = {}
    for own in OWN:
        chosen = _choose(where, names, own, own in needed)
        if chosen is not None:
            found[own] = chosen
    for own in needed:
        if own not in found:
            others = ", ".join(_ALIASES[own][:4])
            raise InputError(
                f"{where}: no column {own!r} among {some(names, 8)}; expected are the columns "
                f"{' and '.join(needed)} ({own} may be called {others}, ...)"
            )
    return found


def _choose(where: str, names: Sequence[str], own: str, needed: bool) -> str | None:
    """The column called so; else the only one of which that is an obvious other name."""
    if own in names:
        return own
    keys = {name: _key(name) for name in names}
    alike = [name for name in names if keys[name] == own]
    if not alike:
        alike = [name for name in names if keys[name] in _ALIASES.get(own, ())]
    if len(alike) > 1 and needed:
        raise InputError(
            f"{where}: the columns {some(alike, 8)} could all be {own!r}; name one of them so"
        )
    return alike[0] if len(alike) == 1 else None


def alias_notes(found: dict[str, str]) -> list[Text]:
    """Say which columns were taken under another name."""
    return [
        say("column {name} was taken as {own}", name=name, own=own)
        for own, name in found.items()
        if name != own
    ]


def unused_note(
    columns: Mapping[str, Sequence[str]], groups: str | None, split: str | None
) -> list[Text]:
    """Name the columns that are passed over, where one may hold the patients or the split.

    `columns` are those that nobody reads, with their values.
    """
    drawn = [name for name in columns if may_be_masks(name)]
    notes = unused_columns_of_masks(drawn)
    own = _COUNTS if "pixels" in columns else ()
    names = [name for name in columns if name not in drawn and name not in own]
    parts = [name for name in names if _says_parts(name, columns[name])]
    if not names or (groups is not None and (split is not None or not parts)):
        return notes
    patients = [name for name in names if _key(name) in _PATIENTS]
    hints = []
    if groups is None:
        likely = patients or [name for name in names if name not in parts]
        asked = likely[0] if patients or len(likely) == 1 else "COLUMN"
        hints.append(
            say("if it names the patient: --groups {name}", name=asked)
            if len(names) == 1
            else say("if one names the patient: --groups {name}", name=asked)
        )
    if split is None and parts:
        hints.append(
            say("if it names the part (train, val, test): --split {name}", name=parts[0])
            if len(names) == 1
            else say("if one names the part (train, val, test): --split {name}", name=parts[0])
        )
    hint = hints[0] if len(hints) == 1 else say("{a} or, {b}", a=hints[0], b=hints[1])
    told = (
        say("column {name} serves subgroups and sites only; {hint}", name=names[0], hint=hint)
        if len(names) == 1
        else say(
            "columns {names} serve subgroups and sites only; {hint}",
            names=some(names, 8),
            hint=hint,
        )
    )
    return [*notes, told]


def may_be_masks(name: str) -> bool:
    """Whether a column or key is called as if it held masks."""
    return _key(name) in {"mask", *_MASK, *_PERHAPS_MASKS}


def unused_columns_of_masks(names: Sequence[str]) -> list[Text]:
    """Say what to call a column that is not used, and may hold the masks."""
    return [
        say("column {name} is not used; if it holds the masks, call it mask", name=name)
        for name in names
    ]


def unused_keys_of_masks(names: Sequence[str]) -> list[Text]:
    """Say what to call a key that is not used, and may hold the masks."""
    return [
        say("key {name} is not used; if it holds the masks, call it masks", name=name)
        for name in names
    ]


def _says_parts(name: str, values: Sequence[str]) -> bool:
    """Whether a column is called like a split, or holds nothing but parts of one."""
    return _key(name) in _PARTS or {value.lower() for value in values} <= SPLIT_NAMES.keys()


def _key(name: str) -> str:
    """A column's name without case, blanks, dots and dashes."""
    return re.sub(r"[-._/]", "", canonical(name))
