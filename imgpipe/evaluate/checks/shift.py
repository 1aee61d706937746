"""SPL004 and SPL005: the judged part of a given split differs from the rest."""

import numpy as np
from scipy.stats import chi2_contingency

from imgpipe._common.texts import say
from imgpipe.datasets.annotations.spelling import quoted
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen

_TOLD = 0.6
_CHANCE = 1e-4
_SHARE = 0.05  # difference of a class's share that is worth a note


def looks(evidence: Evidence) -> list[Seen]:
    """A simple classifier tells the test part from the rest."""
    found = evidence.shift
    if found is None or found.auc < _TOLD or found.p > _CHANCE:
        return []
    text = say(
        "a simple classifier tells images of the test part from the others of their class: AUC "
        "{auc:.3f}; new data may differ as much",
        auc=found.auc,
    )
    return [Seen(text)]


def shares(evidence: Evidence) -> list[Seen]:
    """A class is more frequent in the test part than in training."""
    split = evidence.split
    if split is None or not {"train", "test"} <= set(split):
        return []
    train, test = (evidence.labels[split == part] for part in ("train", "test"))
    counts = np.array(
        [np.bincount(part, minlength=len(evidence.classes)) for part in (train, test)]
    )
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] < 2 or chi2_contingency(counts).pvalue > _CHANCE:
        return []
    parts = counts / counts.sum(axis=1, keepdims=True)
    most = int(np.argmax(np.abs(parts[1] - parts[0])))
    if abs(parts[1, most] - parts[0, most]) < _SHARE:
        return []
    present = [c for c in range(len(evidence.classes)) if (evidence.labels == c).any()]
    name = quoted(evidence.classes[present[most]])
    text = say(
        "{before:.0%} of the training part but {after:.0%} of the test part are of class {name}",
        before=parts[0, most],
        after=parts[1, most],
        name=name,
    )
    return [Seen(text)]


LOOKS = Check(
    "SPL004",
    say("shift between parts"),
    "warning",
    say("The parts differ in patients, machines or years: validation says too little of test."),
    say("Judge by the test part only, and name the shift; data of one source have none."),
    looks,
    of_images=True,
)
SHARES = Check(
    "SPL005",
    say("other shares of classes"),
    "note",
    say(
        "A threshold that fits the training part fits the other one less; accuracy changes by "
        "itself."
    ),
    say("Read AUC, sensitivity and specificity, which do not depend on the shares."),
    shares,
)
