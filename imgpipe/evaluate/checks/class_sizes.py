"""LAB002 to LAB004: one class only, classes of which there is little, unequal classes."""

import numpy as np

from imgpipe.datasets.annotations.spelling import quoted
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.scores.refusal import ROUGH
from imgpipe.evaluate.wording import count

_UNEQUAL = 20  # times that one class is as frequent as another


def one(evidence: Evidence) -> list[Seen]:
    """All images are of one class."""
    present = [name for name, n in evidence.dataset.counts.items() if n]
    if len(present) > 1:
        return []
    return [Seen(f"one class only ({', '.join(map(quoted, present)) or 'none'})")]


def few(evidence: Evidence) -> list[Seen]:
    """Classes with few judged images; before a comparison all of them count, by patient."""
    seen = []
    for code, name in enumerate(evidence.classes):
        own = evidence.labels == code
        if evidence.splits is not None:
            parts = [split.test for split in evidence.splits if not split.repeat]
            judged = np.concatenate(parts)
            n, what = int(own[judged].sum()), "held-out sample"
        elif evidence.split is not None and (evidence.split == "test").any():
            n, what = int((own & (evidence.split == "test")).sum()), "held-out sample"
        elif evidence.groups is None:
            n, what = int(own.sum()), "sample"
        else:
            n, what = len(np.unique(evidence.groups[own])), "patient"
        refused = evidence.splits is not None and n < evidence.least
        if 0 < n < ROUGH or (refused and n):
            worth = "its metrics are rough"
            if refused:
                worth = f"metrics that rest on it are not given (fewer than {evidence.least})"
            seen.append(Seen(f"only {count(n, what)} of class {name}: {worth}", (name,)))
    return seen


def unequal(evidence: Evidence) -> list[Seen]:
    """The most frequent class beside the rarest."""
    counts = {name: n for name, n in evidence.dataset.counts.items() if n}
    if len(counts) < 2:
        return []
    most, least = max(counts, key=lambda c: counts[c]), min(counts, key=lambda c: counts[c])
    if counts[most] < _UNEQUAL * counts[least]:
        return []
    share = counts[most] / len(evidence.labels)
    text = (
        f"class {quoted(most)} has {counts[most]} images and {quoted(least)} {counts[least]}: "
        f"always saying {quoted(most)} has an accuracy of {share:.3f}"
    )
    return [Seen(text, (least,))]


ONE = Check(
    "LAB002",
    "one class",
    "error",
    "There is nothing to tell apart; compare refuses such data.",
    "Add images of another class.",
    one,
)
FEW_SAMPLES = Check(
    "LAB003",
    "small classes",
    "note",
    "With so few, one image more or less changes a metric by a tenth or so.",
    "Add images of this class; compare gives no metric that rests on fewer than --least (10).",
    few,
)
UNEQUAL = Check(
    "LAB004",
    "unequal classes",
    "note",
    "Accuracy is high for a model that never finds the rare class.",
    "Read AUC and balanced accuracy, and compare with the dummy.",
    unequal,
)
