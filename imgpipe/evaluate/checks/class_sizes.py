"""LAB002 to LAB004: one class only, classes of which there is little, unequal classes."""

import numpy as np

from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.annotations.spelling import quoted
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.scores.refusal import ROUGH

_UNEQUAL = 20  # times that one class is as frequent as another


def one(evidence: Evidence) -> list[Seen]:
    """All images are of one class."""
    present = [name for name, n in evidence.dataset.counts.items() if n]
    if len(present) > 1:
        return []
    if not present:
        return [Seen(say("no class at all"))]
    return [Seen(say("one class only ({name})", name=quoted(present[0])))]


def few(evidence: Evidence) -> list[Seen]:
    """Classes with few judged images; before a comparison all of them count, by patient."""
    seen = []
    for code, name in enumerate(evidence.classes):
        own = evidence.labels == code
        if evidence.splits is not None:
            parts = [split.test for split in evidence.splits if not split.repeat]
            judged = np.concatenate(parts)
            n, count = int(own[judged].sum()), _held_out
        elif evidence.split is not None and (evidence.split == "test").any():
            n, count = int((own & (evidence.split == "test")).sum()), _held_out
        elif evidence.groups is None:
            n, count = int(own.sum()), _samples
        else:
            n, count = len(np.unique(evidence.groups[own])), _patients
        refused = evidence.splits is not None and n < evidence.least
        if 0 < n < ROUGH or (refused and n):
            text = (
                say(
                    "only {images} of class {name}: metrics that rest on it are not given (fewer "
                    "than {least})",
                    images=count(n),
                    name=name,
                    least=evidence.least,
                )
                if refused
                else say(
                    "only {images} of class {name}: its metrics are rough",
                    images=count(n),
                    name=name,
                )
            )
            seen.append(Seen(text, (name,)))
    return seen


def _held_out(n: int) -> Text:
    return counted(n, "{n} held-out sample", "{n} held-out samples")


def _samples(n: int) -> Text:
    return counted(n, "{n} sample", "{n} samples")


def _patients(n: int) -> Text:
    return counted(n, "{n} patient", "{n} patients")


def unequal(evidence: Evidence) -> list[Seen]:
    """The most frequent class beside the rarest."""
    counts = {name: n for name, n in evidence.dataset.counts.items() if n}
    if len(counts) < 2:
        return []
    most, least = max(counts, key=lambda c: counts[c]), min(counts, key=lambda c: counts[c])
    if counts[most] < _UNEQUAL * counts[least]:
        return []
    share = counts[most] / len(evidence.labels)
    text = say(
        "class {most} has {n} images and {least} {few}: always saying {most} has an accuracy of "
        "{share:.3f}",
        most=quoted(most),
        least=quoted(least),
        n=counts[most],
        few=counts[least],
        share=share,
    )
    return [Seen(text, (least,))]


ONE = Check(
    "LAB002",
    say("one class"),
    "error",
    say("There is nothing to tell apart; compare refuses such data."),
    say("Add images of another class."),
    one,
)
FEW_SAMPLES = Check(
    "LAB003",
    say("small classes"),
    "note",
    say("With so few, one image more or less changes a metric by a tenth or so."),
    say("Add images of this class; compare gives no metric that rests on fewer than --least (10)."),
    few,
)
UNEQUAL = Check(
    "LAB004",
    say("unequal classes"),
    "note",
    say("Accuracy is high for a model that never finds the rare class."),
    say("Read AUC and balanced accuracy, and compare with the dummy."),
    unequal,
)
