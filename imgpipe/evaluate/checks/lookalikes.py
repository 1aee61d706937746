"""DUP004 to DUP006: images that look alike, though their pixels differ."""

from collections.abc import Sequence

from imgpipe._common.texts import Text, counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import LISTED
from imgpipe.evaluate.results import DuplicatePair


def across(evidence: Evidence) -> list[Seen]:
    """Look-alikes of which one is in the test part of a given split, or in different folds."""
    pairs = [p for p in evidence.near if evidence.crossing(p.split_a, p.split_b)]
    told = _pairs(pairs)
    if evidence.split is not None:
        text = say("{pairs} of near-duplicates across the test part and another", pairs=told)
    else:
        text = say("{pairs} of near-duplicates across folds", pairs=told)
    return _seen(evidence, pairs, text)


def relabelled(evidence: Evidence) -> list[Seen]:
    """Look-alikes with different labels."""
    pairs = [p for p in evidence.near if not p.same_label]
    text = say("{pairs} of near-duplicates with two different labels", pairs=_pairs(pairs))
    return _seen(evidence, pairs, text)


def anywhere(evidence: Evidence) -> list[Seen]:
    """Look-alikes, of different patients where patients are known."""
    who = evidence.groups
    pairs = [
        p for p in evidence.near if p.same_label and not evidence.crossing(p.split_a, p.split_b)
    ]
    if who is None:
        return _seen(evidence, pairs, say("{pairs} of near-duplicates", pairs=_pairs(pairs)))
    pairs = [p for p in pairs if len(set(who[list(evidence.at(p))])) > 1]
    text = say("{pairs} of near-duplicates of different patients", pairs=_pairs(pairs))
    return _seen(evidence, pairs, text)


def _pairs(pairs: Sequence[DuplicatePair]) -> Text:
    return counted(len(pairs), "{n} pair", "{n} pairs")


def _seen(evidence: Evidence, pairs: Sequence[DuplicatePair], text: Text) -> list[Seen]:
    if not pairs:
        return []
    named = tuple(evidence.names(pair) for pair in pairs[:LISTED])
    return [Seen(text, pairs=named)]


ACROSS = Check(
    "DUP004",
    say("look-alikes on both sides"),
    "warning",
    say(
        "Images that are nearly the same are judged and trained on: scores on them may be too good."
    ),
    say(
        "Look at the pairs; leave copies out (compare --duplicates drop), or move both of a pair "
        "to one side of a given split. Groups that compare makes may still be copies of one "
        "another."
    ),
    across,
)
RELABELLED = Check(
    "DUP005",
    say("look-alikes with two labels"),
    "warning",
    say("Two images that are nearly the same have different labels: one may be wrong."),
    say("Look at these pairs and mend the labels."),
    relabelled,
)
ANYWHERE = Check(
    "DUP006",
    say("look-alikes"),
    "warning",
    say("The same scene is there more than once, maybe of one patient with two names."),
    say("Look at the pairs; keep them on one side, as compare does by default."),
    anywhere,
)
