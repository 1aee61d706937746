"""CUT005 and CUT009: the classes are told apart by the border or a corner alone."""

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.evidence import beyond_chance
from imgpipe.evaluate.checks.words import TELLING, tells
from imgpipe.evaluate.data.measures import MEASURES, edge_pixels
from imgpipe.evaluate.data.telling import best_aucs, by_number

_PIXEL = 0.9
_WHOLE = ("mean gray", "contrast")


def border(evidence: Evidence) -> list[Seen]:
    """The border, or a single pixel of it, better than the whole image's mean or contrast."""
    least = evidence.beyond(_WHOLE, TELLING)
    names = ["mean of the border", "contrast of the border"]
    found = evidence.telling(names, least)
    line = edge_pixels(evidence.dataset.images)
    if not found and line is not None:
        areas = best_aucs(line, evidence.labels)
        pixels = [
            by_number(say("one pixel of the border"), line[:, k], evidence.labels, evidence.units)
            for k in np.flatnonzero(areas >= max(least, _PIXEL))
        ]
        found = beyond_chance(pixels, max(least, _PIXEL), tests=line.shape[1])[:1]
    return tells(found, evidence.classes)


def corners(evidence: Evidence) -> list[Seen]:
    """Mean or contrast of a corner, where the border as a whole tells nothing."""
    if border(evidence):
        return []
    names = [name for name in MEASURES if name.endswith("corner")]
    return tells(evidence.telling(names, evidence.beyond(_WHOLE, TELLING)), evidence.classes)


BORDER = Check(
    "CUT005",
    say("the border tells the classes"),
    "error",
    say(
        "Nothing that is asked for is in the border: a frame, a collimator or a mark gives the "
        "answer."
    ),
    say("Crop the border, or look at the inside of masks only (--region mask)."),
    border,
    of_images=True,
)
CORNERS = Check(
    "CUT009",
    say("a corner tells the classes"),
    "error",
    say("A letter, a ruler or a stamp in a corner gives the answer."),
    say("Crop or blank the corners, or look at the inside of masks only (--region mask)."),
    corners,
    of_images=True,
)
