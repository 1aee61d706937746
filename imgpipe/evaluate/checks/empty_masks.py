"""IMG004: masks without a pixel inside."""

import numpy as np

from imgpipe._common.texts import counted, say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import listed


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
    text = counted(len(bad), "{n} mask is empty or missing", "{n} masks are empty or missing")
    if whole and len(kinds) < len(evidence.classes):
        named = [evidence.classes[code] for code in kinds]
        text = say("{text}, all of {names:,}", text=text, names=named)
    return [Seen(text, listed(evidence.ids[bad]))]


CHECK = Check(
    "IMG004",
    say("empty masks"),
    "warning",
    say(
        "Features inside a mask do not exist there. Where a class has no mask, that alone tells it."
    ),
    say("Draw them; or compare with --empty-mask drop, or with --region image."),
    look,
    of_images=True,
)
