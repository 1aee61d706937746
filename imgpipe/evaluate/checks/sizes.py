"""IMG005: images of several sizes."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen


def look(evidence: Evidence) -> list[Seen]:
    """Sizes, most frequent first."""
    sizes = evidence.dataset.sizes
    if len(sizes) < 2:
        return []
    first = [f"{size}: {n}" for size, n in list(sizes.items())[:4]]
    more = ["..."] if len(sizes) > 4 else []
    return [Seen(say("images of {n} sizes ({sizes:,})", n=len(sizes), sizes=first + more))]


CHECK = Check(
    "IMG005",
    say("several sizes"),
    "note",
    say("Networks take images of one size, and a size may tell where an image comes from."),
    say("Give --size PX with --fit pad or crop, or see that sizes tell nothing."),
    look,
    of_images=True,
)
