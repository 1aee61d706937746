"""DUP001 to DUP003: images with the same pixels."""

from imgpipe._common.texts import Text, counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed
from imgpipe.evaluate.data.leakage import in_training_warnings, judged_in_training


def _group(groups: list[list[int]]) -> Text:
    return counted(len(groups), "{n} group", "{n} groups")


def across(evidence: Evidence) -> list[Seen]:
    """Equal images on both sides of a given split, of folds, or of what a model learnt from."""
    if evidence.splits is not None:
        known = judged_in_training(evidence.survey.digests, evidence.splits, evidence.trained_on)
        told = in_training_warnings(known, evidence.splits)
        if told:
            return [Seen(told[0], _members(evidence, _across(evidence)))]
    torn = _across(evidence)
    if not torn:
        return []
    text = say(
        "{n} images are exact duplicates, in {groups} across the test part and another",
        n=sum(map(len, torn)),
        groups=_group(torn),
    )
    return [Seen(text, _members(evidence, torn))]


def relabelled(evidence: Evidence) -> list[Seen]:
    """Equal images with different labels."""
    torn = _relabelled(evidence)
    if not torn:
        return []
    text = say(
        "{n} images are exact duplicates with different labels, in {groups}",
        n=sum(map(len, torn)),
        groups=_group(torn),
    )
    return [Seen(text, _members(evidence, torn))]


def anywhere(evidence: Evidence) -> list[Seen]:
    """Equal images none of which is judged beside another, and not of one patient if known."""
    groups, who = _harmless(evidence), evidence.groups
    if who is not None:
        groups = [g for g in groups if len({who[i] for i in g}) > 1]
    if not groups:
        return []
    n = sum(map(len, groups))
    images = counted(n, "{n} image", "{n} images")
    if who is not None:
        images = say("{n} images of different patients", n=n)
    mixed = sum(len({evidence.places[i] for i in g}) > 1 for g in groups)
    if mixed:
        text = say(
            "{images} are exact duplicates, in {groups}, {mixed} of them across training and "
            "validation",
            images=images,
            groups=_group(groups),
            mixed=mixed,
        )
    else:
        text = say(
            "{images} are exact duplicates, in {groups} of equal ones",
            images=images,
            groups=_group(groups),
        )
    return [Seen(text, _members(evidence, groups))]


def _across(evidence: Evidence) -> list[list[int]]:
    return [g for g in evidence.equals if evidence.crossing(*(evidence.places[i] for i in g))]


def _harmless(evidence: Evidence) -> list[list[int]]:
    """Groups of which nothing worse is told: all judged or none, with one label."""
    worse = _across(evidence) + _relabelled(evidence)
    return [group for group in evidence.equals if group not in worse]


def _relabelled(evidence: Evidence) -> list[list[int]]:
    return [g for g in evidence.equals if len({int(evidence.labels[i]) for i in g}) > 1]


def _members(evidence: Evidence, groups: list[list[int]]) -> tuple[str, ...]:
    return listed(evidence.ids[i] for group in groups for i in group)


ACROSS = Check(
    "DUP001",
    say("copies on both sides"),
    "error",
    say("An image that is judged stands in training too: the model has seen the answer."),
    say("Leave out one side (compare --duplicates drop), or keep copies together (group)."),
    across,
)
RELABELLED = Check(
    "DUP002",
    say("copies with two labels"),
    "error",
    say("One of the labels is wrong, and others may be."),
    say("Look at these images, mend their labels or leave them out."),
    relabelled,
)
ANYWHERE = Check(
    "DUP003",
    say("copies"),
    "warning",
    say("One image counts several times. Of different patients, one patient has two names."),
    say("Keep one of each; or keep them on one side, as compare does by default."),
    anywhere,
)
