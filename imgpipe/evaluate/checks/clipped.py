"""IMG003: images that are mostly at the highest value their pixels can hold."""

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed
from imgpipe.evaluate.data.measures import MEASURES

_SHARE = 0.5


def look(evidence: Evidence) -> list[Seen]:
    """Images of which half or more is saturated, unless they are of one gray or a plain mask."""
    top = evidence.measures[:, MEASURES.index("pixels at the highest value")]
    bad = np.flatnonzero((top >= _SHARE) & (top < 1))
    if not len(bad):
        return []
    text = say(
        "in {images} half or more of the pixels have the highest value that they can hold",
        images=counted(len(bad), "{n} image", "{n} images"),
    )
    return [Seen(text, listed(evidence.ids[bad]))]


CHECK = Check(
    "IMG003",
    say("clipped images"),
    "warning",
    say("Gray levels above the highest were cut off, so that what differed there is lost."),
    say("Export again with a wider window, or with more bits for each pixel."),
    look,
    of_images=True,
)
