"""What the script of the page says; fields in braces are filled there."""

from imgpipe._common.texts import Text, say
from imgpipe.report.languages import spoken
from imgpipe.report.web_page.shown import common_words


def words() -> dict[str, str]:
    """Give all that the script says, by its keys."""
    between = {"comma": spoken().between, "apart": spoken().apart}
    told = common_words() | _steps() | _picture() | _numbers() | _models() | _state()
    return between | told


def _steps() -> dict[str, Text]:
    name = "{name}"
    return {
        "smoothing": say("Smoothing"),
        "derivatives": say("Derivatives"),
        "morphology": say("Morphology"),
        "enhancement": say("Enhancement"),
        "segmentation": say("Segmentation"),
        "choose": say("Choose a segmentation"),
        "another": say("Choose another"),
        "on": say("{name}, applied", name=name),
        "up": say("Move {name} up", name=name),
        "down": say("Move {name} down", name=name),
        "remove": say("Remove {name}", name=name),
        "use": say("Set {name}", name=name),
        "watch": say("Watch it evolve"),
        "again": say("Once more"),
        "nothing": say("no step"),
        "hint_slider": say("Move a slider: picture, histogram and numbers follow."),
        "hint_segment": say(
            "Now choose a segmentation: numbers are then those inside its outline."
        ),
        "hint_copy": say("Try other steps and images, ask the models, and copy it all as Python."),
        "hint_end": say("What you see is in the address, too: a link to it opens the same."),
    }


def _picture() -> dict[str, Text]:
    return {
        "untouched": say("Original"),
        "leftUntouched": say("Left: original"),
        "pictureBefore": say("The original picture"),
        "pictureNow": say("The picture after: {steps}", steps="{steps}"),
        "sizeAndRange": say(
            "{size} pixels; black is {low}, white {high}.",
            size="{size}",
            low="{low}",
            high="{high}",
        ),
        "ownRange": say("These are other values than before, shown with limits of their own."),
        "moving": say("Iteration {n}, energy {energy}", n="{n}", energy="{energy}"),
        "sliceOf": say("slice {n} of {of}", n="{n}", of="{of}"),
        "upload": say("Your picture"),
        "reading": say("Reading ..."),
    }


def _numbers() -> dict[str, Text]:
    n, share = "{n}", "{share}"
    return {
        "measuredAll": say("Measured over the whole picture."),
        "measuredInside": say(
            "Measured inside the outline: {n} pixels, {share}% of the picture.", n=n, share=share
        ),
        "measuredArea": say(
            "Measured inside the outline: {n} pixels, {share}% of the picture, {area} mm².",
            n=n,
            share=share,
            area="{area}",
        ),
        "allPixels": say("All pixels"),
        "insidePixels": say("Inside the outline"),
        "scale": say("across: {unit}; up: square root of the share of pixels", unit="{unit}"),
        "gray": say("gray value"),
        "histogram": say(
            "Histogram. Values from {low} to {high}; half of the pixels are below {half}; values "
            "near {most} are the most frequent.",
            low="{low}",
            high="{high}",
            half="{half}",
            most="{most}",
        ),
        "from": say("From ({unit})", unit="{unit}"),
        "to": say("Below"),
        "more": say("More settings"),
        "same": say("same"),
    }


def _models() -> dict[str, Text]:
    return {
        "patch": say(
            "Patch that the models look at, around row {row}, column {column}. Arrow keys move it.",
            row="{row}",
            column="{column}",
        ),
        "patchAt": say(
            "They look at the patch of {size} pixels from row {top}, column {left} on. Click on "
            "the picture to move it, or move its frame with the arrow keys.",
            size="{size}",
            top="{top}",
            left="{left}",
        ),
        "patchIsAll": say("They look at the whole picture."),
        "mapOver": say("{name}, over the picture", name="{name}"),
        "colours": say(
            "Orange: hiding this place makes {name} less probable. "
            "Blue: it makes it more probable.",
            name="{name}",
        ),
        "nowhere": say("No place of this picture changes the answer."),
    }


def _state() -> dict[str, Text]:
    return {
        "answered": say("{ms} ms on the server", ms="{ms}"),
        "answeredSlowly": say("{s} s on the server", s="{s}"),
        "answeredAloud": say(
            "The picture is there, after {ms} milliseconds. {inside}", ms="{ms}", inside="{inside}"
        ),
        "computing": say("At work for {s} s ...", s="{s}"),
        "computingFirst": say(
            "At work for {s} s ... What a step needs is compiled when it is first used.", s="{s}"
        ),
        "refused": say("That cannot be done; the last picture stays."),
        "preparing": say(
            "Preparing {done} of {of}: loops are compiled for this machine, once; later starts "
            "load them. You can play meanwhile.",
            done="{done}",
            of="{of}",
        ),
        "gone": say(
            "The lab does not answer: has imgpipe lab been ended? Start it again, and this page "
            "goes on by itself."
        ),
        "lost": say("Not known here, and left out: {names}.", names="{names}"),
        "unreachable": say("The server does not answer."),
        "copiedText": say("Copied."),
        "copyByHand": say("The browser does not let this page copy; the text is marked below."),
        "saving": say("Saving ..."),
        "saved": say("Saved as {name}.", name="{name}"),
    }
