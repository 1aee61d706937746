"""CUT006 and CUT007: the classes are told apart by mean gray or contrast alone."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.words import TELLING, tells


def brightness(evidence: Evidence) -> list[Seen]:
    """Mean gray level."""
    return tells(evidence.telling(["mean gray"], TELLING), evidence.classes)


def contrast(evidence: Evidence) -> list[Seen]:
    """Standard deviation, lowest and highest gray."""
    names = ["contrast", "lowest gray", "highest gray"]
    return tells(evidence.telling(names, evidence.beyond(["mean gray"], TELLING)), evidence.classes)


BRIGHTNESS = Check(
    "CUT006",
    say("brightness tells the classes"),
    "warning",
    say("No texture or shape is needed: exposure, machine or windowing may be what a model sees."),
    say(
        "Compare machines and settings of the classes; hold out a site; scale gray levels by image."
    ),
    brightness,
    of_images=True,
)
CONTRAST = Check(
    "CUT007",
    say("contrast tells the classes"),
    "warning",
    say("The range of gray levels alone is another in one class, as after another export."),
    say("Compare how the images of the classes were taken and stored; scale gray levels by image."),
    contrast,
    of_images=True,
)
