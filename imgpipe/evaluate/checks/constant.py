"""IMG001: images of one gray level."""

import numpy as np

from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed
from imgpipe.evaluate.data.measures import MEASURES
from imgpipe.evaluate.wording import count


def look(evidence: Evidence) -> list[Seen]:
    """Images whose lowest gray is the highest."""
    low, high = (
        evidence.measures[:, MEASURES.index(f"{end} gray")] for end in ("lowest", "highest")
    )
    flat = np.flatnonzero(low == high)
    if not len(flat):
        return []
    text = f"{count(len(flat), 'image')} {'has' if len(flat) == 1 else 'have'} one gray level only"
    return [Seen(text, listed(evidence.ids[flat]))]


CHECK = Check(
    "IMG001",
    "constant images",
    "warning",
    "An image without any contrast shows nothing; often an export failed.",
    "Export these images again, or leave them out.",
    look,
    of_images=True,
)
