"""IMG001: images of one gray level."""

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed
from imgpipe.evaluate.data.measures import MEASURES


def look(evidence: Evidence) -> list[Seen]:
    """Images whose lowest gray is the highest."""
    low, high = (
        evidence.measures[:, MEASURES.index(f"{end} gray")] for end in ("lowest", "highest")
    )
    flat = np.flatnonzero(low == high)
    if not len(flat):
        return []
    text = counted(
        len(flat), "{n} image has one gray level only", "{n} images have one gray level only"
    )
    return [Seen(text, listed(evidence.ids[flat]))]


CHECK = Check(
    "IMG001",
    say("constant images"),
    "warning",
    say("An image without any contrast shows nothing; often an export failed."),
    say("Export these images again, or leave them out."),
    look,
    of_images=True,
)
