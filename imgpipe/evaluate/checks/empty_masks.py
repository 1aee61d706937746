"""IMG004: masks without a pixel inside."""

import numpy as np

from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed
from imgpipe.evaluate.wording import count


def look(evidence: Evidence) -> list[Seen]:
    """Images whose mask is empty or missing, where others have one."""
    areas = evidence.survey.areas
    if np.isnan(areas).all():
        return []
    bad = np.flatnonzero(~(areas > 0))
    if not len(bad):
        return []
    kinds = np.unique(evidence.labels[bad])
    whole = all((~(areas[evidence.labels == code] > 0)).all() for code in kinds)
    where = ""
    if whole and len(kinds) < len(evidence.classes):
        where = f", all of {', '.join(evidence.classes[code] for code in kinds)}"
    text = f"{count(len(bad), 'mask')} {'is' if len(bad) == 1 else 'are'} empty or missing{where}"
    return [Seen(text, listed(evidence.ids[bad]))]


CHECK = Check(
    "IMG004",
    "empty masks",
    "warning",
    "Features inside a mask do not exist there. Where a class has no mask, that alone tells it.",
    "Draw them; or compare with --empty-mask drop, or with --region image.",
    look,
    of_images=True,
)
