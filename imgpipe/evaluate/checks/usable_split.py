"""SPL001 to SPL003: splits of no use, parts without a class, folds that cannot be made."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.datasets.annotations.spelling import some
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.data.splits import split_warnings
from imgpipe.learn.folds import stratified_folds


def unusable(evidence: Evidence) -> list[Seen]:
    """A given split without training or test part, or with a class that is never trained on."""
    split = evidence.split
    if split is None or evidence.splits is not None:
        return []
    for needed in ("train", "test"):
        if not (split == needed).any():
            found = some(np.unique(split))
            text = (
                say("the split has no train part (found {names})", names=found)
                if needed == "train"
                else say("the split has no test part (found {names})", names=found)
            )
            return [Seen(text)]
    untaught = np.setdiff1d(evidence.labels, evidence.labels[split == "train"])
    if not len(untaught):
        return []
    names = tuple(evidence.classes[code] for code in untaught)
    text = say("the training part has no sample of class {names}", names=some(names))
    return [Seen(text, names)]


def lacking(evidence: Evidence) -> list[Seen]:
    """A held-out part, or folds, without one of the classes."""
    if evidence.splits is not None:
        return [Seen(text) for text in split_warnings(evidence.dataset, list(evidence.splits))]
    if evidence.split is None:
        return []
    seen = []
    for part in ("val", "test"):
        own = evidence.labels[evidence.split == part]
        names = tuple(evidence.classes[code] for code in np.setdiff1d(evidence.labels, own))
        if len(own) and names:
            text = say(
                "the part {part} has no sample of class {names}", part=part, names=some(names)
            )
            seen.append(Seen(text, names))
    return seen


def undividable(evidence: Evidence) -> list[Seen]:
    """Cross-validation could not hold every class on both sides."""
    if evidence.split is not None or evidence.splits is not None:
        return []
    if len(np.unique(evidence.labels)) < 2:
        return []
    named = np.asarray(evidence.classes, dtype=object)[evidence.labels].astype(str)
    try:
        stratified_folds(named, evidence.groups, evidence.folds, random_state=0)
    except InputError as error:
        return [Seen(error.args[0])]
    return []


UNUSABLE = Check(
    "SPL001",
    say("unusable split"),
    "error",
    say("A comparison fits on the part train and judges on the part test; this one is refused."),
    say("Mark some images of every class train, and some test; or leave the split out."),
    unusable,
)
LACKING = Check(
    "SPL002",
    say("a part without a class"),
    "warning",
    say("How models do on a class cannot be seen where none of its images is held out."),
    say("Use fewer folds, or hold out images of every class."),
    lacking,
)
UNDIVIDABLE = Check(
    "SPL003",
    say("too little for folds"),
    "error",
    say("Each of the folds needs images, or patients, of every class; compare refuses these."),
    say("Use fewer --folds, or add patients."),
    undividable,
)
