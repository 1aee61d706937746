"""Names of classes, patients and parts of a split as people spell them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.texts import Text, say

SPLITS = ("train", "val", "test")
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
# what pandas, R and spreadsheets write for a missing value or one that they could not work out;
# "none" may well be a class
BLANK = frozenset({
    "", "nan", "NaN", "NAN", "NA", "N/A", "#N/A", "null", "NULL", "<NA>", "#REF!", "#VALUE!",
    "#NAME?", "#DIV/0!", "#NUM!", "#NULL!",
})  # fmt: skip
NO_MASK = BLANK | {"None", "none"}  # no file is called so


def clean(where: str, what: str, values: Iterable[object]) -> list[str]:
    """Text without outer blanks; an empty one is an error that says where."""
    texts = [text_of(value).strip() for value in values]
    blank = [i + 1 for i, text in enumerate(texts) if text in BLANK]
    if blank:
        raise InputError(f"{where}: {len(blank)} {what} are empty or NaN (row {some(blank)})")
    return texts


def given_names(where: str, what: str, values: Any) -> np.ndarray:
    """Names as text, none of which is missing: what is unknown is no name that many share."""
    values = np.asarray(values)
    texts = values.astype(str)
    missing = np.isin(texts, list(BLANK))
    if values.dtype == object:
        missing |= np.array([value is None for value in values], bool).reshape(values.shape)
    if missing.any():
        raise InputError(
            f"{where}: {int(missing.sum())} {what} are empty or NaN (the first at index "
            f"{int(np.flatnonzero(missing)[0])}); leave these images out, or give each a name"
        )
    return texts


def text_of(value: object) -> str:
    """Text of a cell or an array's entry; old archives hold bytes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return "" if value is None else str(value)


def clean_split(where: str, values: Iterable[object]) -> np.ndarray:
    """Parts of a split as train, val and test."""
    texts = clean(where, "splits", values)
    unknown = sorted({text for text in texts if text.lower() not in SPLIT_NAMES})
    if unknown:
        raise InputError(f"{where}: split {some(map(repr, unknown))}; use train, val and test")
    return np.array([SPLIT_NAMES[text.lower()] for text in texts])


def choose_name(
    where: str, kind: str, names: list[str], asked: str | None, default: str
) -> str | None:
    """The key or column that was asked for, or the default one where it exists."""
    if asked is not None and asked not in names:
        raise InputError(
            f"{where}: no {kind} {asked!r} among {some(names, 8)}{did_you_mean(asked, names)}"
        )
    return asked or (default if default in names else None)


def some(names: Any, limit: int = 3) -> Text:
    """The first few names, and how many more there are."""
    names = [quoted(name) for name in names]
    if len(names) <= limit:
        return say("{names:,}", names=names)
    return say("{names:,} and {n} more", names=names[:limit], n=len(names) - limit)


def quoted(name: object) -> str:
    """A name, in quotes where a comma in it would make it look like two."""
    if isinstance(name, Text):
        return name
    text = str(name)
    return f'"{text}"' if "," in text and text[0] not in "'\"(" else text
