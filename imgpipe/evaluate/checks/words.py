"""Sentences that several checks say."""

from collections.abc import Iterable, Sequence

from imgpipe.datasets.annotations.spelling import quoted
from imgpipe.evaluate.checks.entry import Seen
from imgpipe.evaluate.data.telling import Telling

LISTED = 1000  # ids that a finding names
TELLING = 0.85  # AUC from which a number that is read from the pixels is held against scores


def listed(ids: Iterable[object]) -> tuple[str, ...]:
    """The first of the ids."""
    return tuple(str(name) for _, name in zip(range(LISTED), ids, strict=False))


def tells(found: Sequence[Telling], classes: tuple[str, ...], what: str = "") -> list[Seen]:
    """Say that one number, the best of those found, tells a class."""
    if not found:
        return []
    best = found[0]
    others = [f"{each.name} {each.auc:.3f}" for each in found[1:4]]
    more = f" ({', '.join(others)})" if others else ""
    target = quoted(classes[best.code]) if len(classes) > 2 else "the classes"
    apart = "from the others" if len(classes) > 2 else "apart"
    text = f"{what}{best.name} alone, without any fit, tells {target} {apart}: AUC {best.auc:.3f}"
    return [Seen(text + more)]
