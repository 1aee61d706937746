"""IMG002: pixels that are no number."""

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed
from imgpipe.evaluate.data.measures import MEASURES


def look(evidence: Evidence) -> list[Seen]:
    """Images with NaN or infinity."""
    bad = np.flatnonzero(evidence.measures[:, MEASURES.index("pixels not finite")] > 0)
    if not len(bad):
        return []
    text = counted(
        len(bad),
        "{n} image with pixels that are NaN or infinite",
        "{n} images with pixels that are NaN or infinite",
    )
    return [Seen(text, listed(evidence.ids[bad]))]


CHECK = Check(
    "IMG002",
    say("pixels that are not finite"),
    "error",
    say("Features of such an image are undefined; what a model makes of them is not known."),
    say(
        "Find out where they come from, such as a division by zero or padding, and write a number."
    ),
    look,
    of_images=True,
)
