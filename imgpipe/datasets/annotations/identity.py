"""When two spellings may be one name: of a patient, a class, a part of a split."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from unicodedata import category

import numpy as np

from imgpipe._common import fault
from imgpipe._common.texts import Text, say
from imgpipe.datasets.annotations.spelling import clean, some

# an exponent needs its sign, as spreadsheets write it: "0e12" is more often part of a hash
_NUMBER = re.compile(r"([+-]?)(\d+(?:[.,]\d*)?|[.,]\d+)(e[+-]\d{1,2})?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_CUT = re.compile(r"\d(?:\.\d{1,5})?e\+\d{2}", re.ASCII | re.IGNORECASE)


def number(text: str) -> str | None:
    """Plain digits of a number as people and spreadsheets write it; None for other text.

    Leading zeros stay. ``1,234`` may be a decimal or a thousand, and is none.
    """
    text = _plain(text).replace("\N{MINUS SIGN}", "-").strip()
    match = None if _THOUSANDS.fullmatch(text) else _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, digits, exponent = match[1], match[2].replace(",", "."), match[3]
    if exponent:
        digits = format(Decimal(digits + exponent), "f")
    # by characters, since arithmetic would round a long id
    whole, _, fraction = digits.partition(".")
    plain = (whole or "0") + (f".{kept}" if (kept := fraction.rstrip("0")) else "")
    return "-" + plain if sign == "-" and plain.strip("0.") else plain


def _plain(text: str) -> str:
    """Text in one form, with the digits of all scripts as ours."""
    text = unicodedata.normalize("NFKC", text)
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def canonical(name: str) -> str:
    """Key under which the spellings of one name meet.

    Case, blanks, invisible characters, Unicode's forms of one letter, kinds of dash, leading zeros
    and the zeros behind a decimal point make no difference.
    """
    seen = [c for c in _plain(name) if not c.isspace() and category(c) not in ("Cf", "Cc")]
    text = _plain("".join("-" if category(c) == "Pd" or c == "_" else c for c in seen))
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    text = _plain((number(text) or text).casefold())
    return re.sub(r"(?<![\d.])0+(?=\d)", "", text)


def natural(name: str) -> tuple[int, Decimal, list[tuple[int, int, str]]]:
    """Sort key: numbers by value, then other names, by value where numbers stand in them."""
    value = number(name)
    if value is not None:
        return (0, Decimal(value), [(1, 0, name)])
    parts = re.split(r"(\d+)", name)
    return (1, Decimal(0), [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts])


def alike(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Spellings that may be one name, in order of appearance."""
    spellings: dict[str, dict[str, None]] = {}
    for name in dict.fromkeys(names):
        spellings.setdefault(canonical(name), {})[name] = None
    return [tuple(found) for found in spellings.values() if len(found) > 1]


def check_alike(where: str, what: str, names: Iterable[str]) -> None:
    """Refuse names that may be one."""
    for found in alike(names):
        message = say(
            "{where}: {what} {names} differ only in case, blanks, zeros or the form of a letter; "
            "spell them alike if they are the same, else rename one",
            where=where,
            what=what,
            names=told(found),
        )
        fault("LAB001", message, found)


def told(spellings: Sequence[str]) -> Text:
    """Write spellings so that their difference can be seen."""
    same = len({unicodedata.normalize("NFKC", name) for name in spellings}) < len(spellings)
    return say("{names}", names=[ascii(name) if same else repr(name) for name in spellings])


def clean_groups(
    where: str, values: Iterable[object] | None, split: np.ndarray | None, *, exact: bool
) -> tuple[np.ndarray | None, list[Text]]:
    """Give patient ids, where there are any, and notes on those that may be one patient.

    Such are kept together, unless all ids are `exact`; on two sides of a given split they are an
    error.
    """
    if values is None:
        return None, []
    texts = clean(where, "patient ids", values)
    notes = _cut_short(texts)
    doubtful = [] if exact else alike(texts)
    if not doubtful:
        return np.array(texts), notes
    first = {name: found[0] for found in doubtful for name in found}
    merged = [first.get(text, text) for text in texts]
    if split is not None:
        _check_torn(where, doubtful, merged, split)
    notes.append(_taken_as_one(some([told(found) for found in doubtful])))
    return np.array(merged), notes


def doubt_of(note: str) -> str | None:
    """Code of the check under which a note of `clean_groups` is told; None for other notes."""
    return _DOUBTS.get(getattr(note, "template", ""))


def _check_torn(
    where: str, doubtful: list[tuple[str, ...]], merged: list[str], split: np.ndarray
) -> None:
    """Refuse what may be one patient on two sides of a given split."""
    parts: dict[str, set[str]] = {}
    for name, part in zip(merged, split.tolist(), strict=True):
        parts.setdefault(name, set()).add(part)
    torn = [found for found in doubtful if len(parts[found[0]]) > 1]
    if torn:
        message = say(
            "{where}: patients {names} differ only in case, blanks, zeros or the form of a letter, "
            "and have images in more than one part of the given split; spell them alike if they "
            'are the same, else --ids exact (ids="exact" in Python)',
            where=where,
            names=some([told(found) for found in torn]),
        )
        fault("PAT003", message, [name for found in torn for name in found])


def _cut_short(texts: list[str]) -> list[Text]:
    """Say which ids a spreadsheet has rounded, since several patients may hide behind one."""
    cut = sorted({text for text in texts if _CUT.fullmatch(text)})
    if not cut:
        return []
    return [_rounded(some(cut))]


def _taken_as_one(names: Text) -> Text:
    return say(
        "patients {names} differ only in case, blanks, zeros or the form of a letter: they are "
        'taken as one; --ids exact (ids="exact" in Python) takes them as different',
        names=names,
    )


def _rounded(names: Text) -> Text:
    return say(
        "patient ids such as {names} were rounded by a spreadsheet: different patients may have "
        "become one",
        names=names,
    )


_DOUBTS = {_taken_as_one(some([])).template: "PAT003", _rounded(some([])).template: "PAT004"}
