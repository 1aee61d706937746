"""PAT005: patients with two labels where nearly all have one."""

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed

_SHUFFLES = 20
_RARE = 0.25  # of the patients with two labels that shuffled labels would give


def look(evidence: Evidence) -> list[Seen]:
    """Patients with two labels, far fewer than there would be if labels went by image."""
    if evidence.groups is None:
        return []
    names, unit = np.unique(evidence.groups, return_inverse=True)
    torn = _torn(unit, evidence.labels, len(names))
    if not torn.any():
        return []
    rng = np.random.default_rng(0)
    by_chance = np.mean(
        [_torn(unit, rng.permutation(evidence.labels), len(names)).sum() for _ in range(_SHUFFLES)]
    )
    if torn.sum() > _RARE * by_chance:
        return []
    text = counted(
        int(torn.sum()),
        "{n} patient has two labels; all others have one",
        "{n} patients have two labels; all others have one",
    )
    return [Seen(text, listed(names[torn]))]


def _torn(unit: np.ndarray, labels: np.ndarray, n: int) -> np.ndarray:
    """Whether each patient has several labels."""
    low, high = np.full(n, labels.max()), np.full(n, labels.min())
    np.minimum.at(low, unit, labels)
    np.maximum.at(high, unit, labels)
    return low < high


CHECK = Check(
    "PAT005",
    say("patients with two labels"),
    "warning",
    say("Labels go by patient here, so that one of two labels of a patient may be wrong."),
    say("Look at these patients and mend their labels, if they are wrong."),
    look,
)
