"""CUT010: the classes are told apart by a column of the manifest."""

from dataclasses import replace

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.evidence import beyond_chance
from imgpipe.evaluate.checks.words import tells
from imgpipe.evaluate.data.telling import Telling, by_number, by_word

_TOLD = 0.8


def look(evidence: Evidence) -> list[Seen]:
    """Each column in up to three ways: as words, as numbers, by what is blank."""
    found: list[Telling] = []
    tests = max(1, 3 * len(evidence.dataset.columns))
    for name, values in evidence.dataset.columns.items():
        ways = beyond_chance(_ways(name, np.asarray(values), evidence), _TOLD, tests)
        found += ways[:1]
    ranked = sorted(found, key=lambda telling: -telling.auc)
    if ranked:
        ranked[0] = replace(ranked[0], name=say("column {name}", name=ranked[0].name))
    return tells(ranked, evidence.classes)


def _ways(name: str, values: np.ndarray, evidence: Evidence) -> list[Telling | None]:
    labels, units = evidence.labels, evidence.units
    blank = values == ""
    numbers = np.array([_number(value) for value in values])
    return [
        by_word(name, values, labels, units, _TOLD),
        by_word(name, blank.astype(str), labels, units, _TOLD),
        by_number(name, numbers, labels, units) if (np.isnan(numbers) <= blank).all() else None,
    ]


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return float("nan")
    # infinities are the largest numbers there are
    return float(np.clip(value, -1e300, 1e300))


CHECK = Check(
    "CUT010",
    say("a column tells the classes"),
    "warning",
    say(
        "The column goes with the class. A site, scanner or view may be all that a model sees; a "
        "date or an outcome tells only how patients were chosen or what came after."
    ),
    say(
        "Ask what the column is. Of a site, scanner or view: compare within one value, or hold one "
        "out (compare --hold-out COLUMN=VALUE)."
    ),
    look,
)
