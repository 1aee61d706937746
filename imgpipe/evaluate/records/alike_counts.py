"""How many look-alikes there are of each kind: equal, nearly so, and maybe only much alike."""

from collections.abc import Sequence

from imgpipe.evaluate.data.lookalikes.groups import LookAlikes
from imgpipe.evaluate.results import AlikeCount, DuplicatePair

KINDS = ("equal", "near", "maybe")


def alike_counts(pairs: Sequence[DuplicatePair], alike: LookAlikes) -> tuple[AlikeCount, ...]:
    """Count the pairs of each kind and of all, where there are several, and the groups."""
    surest = [_surest(set(group), alike) for group in alike.groups]
    of_kind = {kind: [pair for pair in pairs if _kind(pair) == kind] for kind in KINDS}
    found = [
        _count(kind, listed, surest.count(kind))
        for kind, listed in of_kind.items()
        if listed or kind in surest
    ]
    return (*found, _count("all", pairs, len(surest))) if len(found) > 1 else tuple(found)


def _count(kind: str, pairs: Sequence[DuplicatePair], groups: int) -> AlikeCount:
    images = {(p.split_a, p.id_a) for p in pairs} | {(p.split_b, p.id_b) for p in pairs}
    return AlikeCount(
        kind,
        pairs=len(pairs),
        images=len(images),
        groups=groups,
        torn=sum(not pair.same_label for pair in pairs),
        across=sum(pair.split_a != pair.split_b for pair in pairs),
    )


def _kind(pair: DuplicatePair) -> str:
    if pair.exact:
        return "equal"
    return "near" if pair.sure else "maybe"


def _surest(group: set[int], alike: LookAlikes) -> str:
    if any(equal[0] in group for equal in alike.equal):
        return "equal"
    return "near" if alike.certain(tuple(group)) else "maybe"
