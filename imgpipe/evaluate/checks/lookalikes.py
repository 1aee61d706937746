"""DUP004 to DUP006: images that look alike, though their pixels differ."""

from collections.abc import Sequence

from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import LISTED
from imgpipe.evaluate.results import DuplicatePair
from imgpipe.evaluate.wording import count


def across(evidence: Evidence) -> list[Seen]:
    """Look-alikes of which one is in the test part of a given split, or in different folds."""
    pairs = [p for p in evidence.near if evidence.crossing(p.split_a, p.split_b)]
    where = "the test part and another" if evidence.split is not None else "folds"
    return _seen(evidence, pairs, f"of near-duplicates across {where}")


def relabelled(evidence: Evidence) -> list[Seen]:
    """Look-alikes with different labels."""
    pairs = [p for p in evidence.near if not p.same_label]
    return _seen(evidence, pairs, "of near-duplicates with two different labels")


def anywhere(evidence: Evidence) -> list[Seen]:
    """Look-alikes, of different patients where patients are known."""
    who = evidence.groups
    pairs = [
        p for p in evidence.near if p.same_label and not evidence.crossing(p.split_a, p.split_b)
    ]
    if who is None:
        return _seen(evidence, pairs, "of near-duplicates")
    pairs = [p for p in pairs if len(set(who[list(evidence.at(p))])) > 1]
    return _seen(evidence, pairs, "of near-duplicates of different patients")


def _seen(evidence: Evidence, pairs: Sequence[DuplicatePair], what: str) -> list[Seen]:
    if not pairs:
        return []
    named = tuple(evidence.names(pair) for pair in pairs[:LISTED])
    return [Seen(f"{count(len(pairs), 'pair')} {what}", pairs=named)]


ACROSS = Check(
    "DUP004",
    "look-alikes on both sides",
    "warning",
    "Images that are nearly the same are judged and trained on: scores on them may be too good.",
    "Look at the pairs; keep them on one side (compare --duplicates group) or leave them out.",
    across,
)
RELABELLED = Check(
    "DUP005",
    "look-alikes with two labels",
    "warning",
    "Two images that are nearly the same have different labels: one may be wrong.",
    "Look at these pairs and mend the labels.",
    relabelled,
)
ANYWHERE = Check(
    "DUP006",
    "look-alikes",
    "warning",
    "The same scene is there more than once, maybe of one patient with two names.",
    "Look at the pairs; keep them on one side, as compare does by default.",
    anywhere,
)
