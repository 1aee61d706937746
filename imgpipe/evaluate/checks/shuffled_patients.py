"""PAT006: patients that look as if they had been shuffled."""

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen

_LEAST = 5  # pairs of look-alikes needed to tell
_WITHIN = 0.1  # share of them within patients up to which the patients are doubted


def look(evidence: Evidence) -> list[Seen]:
    """Look-alikes that nearly all stand apart, though patients have several images."""
    who = evidence.groups
    if who is None or len(np.unique(who)) > len(who) / 1.5:
        return []
    pairs = [(group[0], i) for group in evidence.equals for i in group[1:]]
    pairs += [evidence.at(pair) for pair in evidence.near]
    if len(pairs) < _LEAST:
        return []
    within = sum(who[a] == who[b] for a, b in pairs)
    if within > _WITHIN * len(pairs):
        return []
    told = counted(len(pairs), "{n} pair", "{n} pairs")
    if not within:
        text = say(
            "of {pairs} of look-alikes none is of one patient: the patients look shuffled",
            pairs=told,
        )
    else:
        text = counted(
            int(within),
            "of {pairs} of look-alikes {n} is of one patient: the patients look shuffled",
            "of {pairs} of look-alikes {n} are of one patient: the patients look shuffled",
            pairs=told,
        )
    return [Seen(text)]


CHECK = Check(
    "PAT006",
    say("shuffled patients"),
    "error",
    say(
        "Images that look alike are of one patient as a rule. Wrong patients protect from nothing."
    ),
    say("Check how the column of patients was joined to the images."),
    look,
)
