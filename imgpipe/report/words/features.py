"""Names of features in words."""

import re

from imgpipe._common.texts import Text, say
from imgpipe.features.family import AGGREGATIONS
from imgpipe.report.words.feature_table import FAMILIES, FEATURES, UNITS

_NOTE = re.compile(r"([a-z]?)(\d+)")


def feature_name(key: str) -> Text:
    """Turn a feature's name into words: ``glcm_contrast_d2`` is GLCM contrast, distance 2.

    A name that is none of ours stays as it is.

    Examples
    --------
    >>> feature_name("glcm_contrast_d2"), feature_name("lbp_p8"), feature_name("age")
    ('GLCM contrast, distance 2', 'LBP, 8 points', 'age')
    """
    family = _family(key)
    words = key[len(family) + 1 :].split("_") if len(key) > len(family) else []
    notes: list[str] = []
    while words and "_".join(words) not in FEATURES:
        note = _note(words.pop())
        if note is None:
            return Text(key)
        notes.insert(0, note)
    if not family:
        return Text(key)
    name = FAMILIES[family]
    if words:
        name = say("{family} {feature}", family=name, feature=FEATURES["_".join(words)])
    for note in notes:
        name = say("{name}, {note}", name=name, note=note)
    return name


def unit_name(unit: str | None) -> Text:
    """Write a unit of the catalogue; nothing for a pure number.

    Examples
    --------
    >>> unit_name("intensity^2"), unit_name("1"), unit_name(None)
    ('gray value²', '', '')
    """
    return UNITS.get(unit or "") or Text("" if unit in (None, "1") else str(unit))


def _family(key: str) -> str:
    """Name of the family that a feature is of, blank for one from elsewhere."""
    return next((name for name in FAMILIES if key == name or key.startswith(f"{name}_")), "")


def _note(word: str) -> str | None:
    """What a word at the end of a name says; None where it is no such word."""
    if word in AGGREGATIONS:
        return word
    found = _NOTE.fullmatch(word)
    if found is None:
        return None
    n = int(found[2])
    known = {
        "d": say("distance {n}", n=n),
        "c": say("channel {n}", n=n),
        "p": say("{n} points", n=n),
        "r": say("radius {n}", n=n),
        "y": say("row {n}", n=n),
        "x": say("column {n}", n=n),
        "o": say("orientation {n}", n=n),
        "": say("pattern {n}", n=n),
    }
    return known.get(found[1])
