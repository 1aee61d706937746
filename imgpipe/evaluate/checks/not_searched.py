"""DUP007: too many images to look for look-alikes."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen


def look(evidence: Evidence) -> list[Seen]:
    """Say that only equal images were looked for."""
    return [Seen(text) for text in evidence.complaints]


CHECK = Check(
    "DUP007",
    say("look-alikes not searched for"),
    "warning",
    say("There may be copies that were resized, turned or compressed anew: nobody has looked."),
    say("Check a part of the images at a time."),
    look,
)
