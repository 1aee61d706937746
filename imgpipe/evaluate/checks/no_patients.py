"""PAT001: nobody knows which images are of one patient."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen


def look(evidence: Evidence) -> list[Seen]:
    """No patient column; what follows depends on whether anything is fitted."""
    if evidence.groups is not None:
        return []
    fitted = evidence.splits is None or any(len(split.train) for split in evidence.splits)
    if not fitted:
        text = say(
            "no patient column: several images of one patient count as so many patients, and "
            "the intervals may be too narrow"
        )
        return [Seen(text)]
    text = say(
        "no patient column: images of one patient may stand on both sides of a split, and "
        "the scores may be too good"
    )
    return [Seen(text)]


CHECK = Check(
    "PAT001",
    say("no patient column"),
    "warning",
    say(
        "Images of one patient resemble one another; on both sides of a split they make scores "
        "good."
    ),
    say("Name the patients with --groups; if each patient has one image, ignore this."),
    look,
)
