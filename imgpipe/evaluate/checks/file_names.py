"""CUT003: the classes are told apart by the names of the files."""

import re
from collections import Counter

import numpy as np

from imgpipe._common import stem_of
from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.evidence import beyond_chance
from imgpipe.evaluate.checks.words import tells
from imgpipe.evaluate.data.telling import Telling, by_number, by_word

_TOLD = 0.9
_MOST = 30  # words tried, the most frequent first


def look(evidence: Evidence) -> list[Seen]:
    """Words and numbers in the names, without their folders."""
    stems = [stem_of(str(name)) for name in evidence.dataset.ids]
    if all(stem.isdigit() for stem in stems) and "suffix" not in evidence.dataset.formats:
        return []  # places in an array, and no names
    found = [*_words(evidence, stems), _number(evidence, stems)]
    return tells(beyond_chance(found, _TOLD)[:1], evidence.classes)


def _words(evidence: Evidence, stems: list[str]) -> list[Telling | None]:
    """Each word that some names have, and others have not."""
    split = [set(re.findall(r"[^\W\d_]+", stem.lower())) for stem in stems]
    counts = Counter(word for words in split for word in words)
    some = [word for word, n in counts.most_common() if n < len(stems)][:_MOST]
    return [
        by_word(
            say("{word} in the file name", word=repr(word)),
            np.array([str(word in words) for words in split]),
            evidence.labels,
            evidence.units,
            _TOLD,
        )
        for word in some
    ]


def _number(evidence: Evidence, stems: list[str]) -> Telling | None:
    """The last number of each name."""
    numbers = [re.findall(r"\d+", stem) for stem in stems]
    values = np.array([float(found[-1][:15]) if found else np.nan for found in numbers])
    if np.isnan(values).mean() > 0.5:
        return None
    return by_number(say("the number in the file name"), values, evidence.labels, evidence.units)


CHECK = Check(
    "CUT003",
    say("file names tell the classes"),
    "note",
    say("No model here reads names, but who sorts, splits or looks by name does not look blindly."),
    say("Rename the files before people judge them; keep the labels in a manifest."),
    look,
    of_images=True,
)
