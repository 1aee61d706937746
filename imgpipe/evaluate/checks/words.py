"""Sentences that several checks say."""

from collections.abc import Iterable, Sequence

from imgpipe._common.texts import Text, say
from imgpipe.datasets.annotations.spelling import quoted
from imgpipe.evaluate.checks.entry import Seen
from imgpipe.evaluate.data.telling import Telling

LISTED = 1000  # ids that a finding names
TELLING = 0.85  # AUC from which a number that is read from the pixels is held against scores


def listed(ids: Iterable[object]) -> tuple[str, ...]:
    """The first of the ids."""
    return tuple(str(name) for _, name in zip(range(LISTED), ids, strict=False))


def tells(found: Sequence[Telling], classes: tuple[str, ...]) -> list[Seen]:
    """Say that one number, the best of those found, tells a class."""
    if not found:
        return []
    best = found[0]
    if len(classes) > 2:
        text = say(
            "{what} alone, without any fit, tells {name} from the others: AUC {auc:.3f}",
            what=best.name,
            name=quoted(classes[best.code]),
            auc=best.auc,
        )
    else:
        text = say(
            "{what} alone, without any fit, tells the classes apart: AUC {auc:.3f}",
            what=best.name,
            auc=best.auc,
        )
    return [Seen(_with_others(text, found[1:4]))]


def _with_others(text: Text, others: Sequence[Telling]) -> Text:
    """Name what tells nearly as much."""
    if not others:
        return text
    named = [say("{what} {auc:.3f}", what=each.name, auc=each.auc) for each in others]
    return say("{text} ({others:,})", text=text, others=named)
