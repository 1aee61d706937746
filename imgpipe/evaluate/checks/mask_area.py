"""CUT008: the classes are told apart by the size of the mask."""

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.evidence import beyond_chance
from imgpipe.evaluate.data.areas import area_auc, area_warnings
from imgpipe.evaluate.data.telling import by_number
from imgpipe.images.found import finder_of


def look(evidence: Evidence) -> list[Seen]:
    """The area alone, unless features look at whole images."""
    areas = evidence.survey.areas
    if np.isnan(areas).all() or (
        evidence.splits is not None and evidence.dataset.region == "image"
    ):
        return []
    found_here = finder_of(evidence.dataset.images) is not None
    told = area_warnings("mask", area_auc(areas, evidence.labels), found_here)
    found = by_number(say("area"), np.nan_to_num(areas), evidence.labels, evidence.units)
    return [Seen(text) for text in told if beyond_chance([found], 0)]


CHECK = Check(
    "CUT008",
    say("the mask's area tells the classes"),
    "warning",
    say(
        "The outline was drawn by somebody who may have known the answer, and any feature inside a "
        "mask knows its size."
    ),
    say(
        "Judge by the area alone, too (compare --canaries); look at whole images (--region image)."
    ),
    look,
)
