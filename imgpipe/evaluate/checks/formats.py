"""CUT001, CUT002 and CUT004: the classes are told apart by how the files were stored."""

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.evidence import beyond_chance
from imgpipe.evaluate.checks.words import tells
from imgpipe.evaluate.data.formats import sides, stored_sizes
from imgpipe.evaluate.data.telling import Telling, by_number, by_word

_LEAST = 0.7  # nothing that a model should know stands in a format


def size(evidence: Evidence) -> list[Seen]:
    """Image size as it was stored, number of pixels, ratio of the sides."""
    return tells(size_tellings(evidence), evidence.classes)


def suffix(evidence: Evidence) -> list[Seen]:
    """Suffix of the file."""
    return _by_format(evidence, ("suffix", say("the file type")))


def pixel_type(evidence: Evidence) -> list[Seen]:
    """Bits of a pixel, colour or gray."""
    return _by_format(
        evidence,
        ("type", say("the pixel type")),
        ("channels", say("the number of channels")),
    )


def size_tellings(evidence: Evidence) -> list[Telling]:
    """How the size tells the classes, in each of three ways, the best first."""
    words = stored_sizes(evidence.dataset)
    if len(np.unique(words)) < 2:
        return []
    rows, columns = sides(evidence.dataset).T
    area, ratio = rows * columns, columns / rows
    labels, units = evidence.labels, evidence.units
    found = [
        by_word(say("the image size"), words, labels, units),
        by_number(say("the number of pixels"), area, labels, units),
        by_number(say("the ratio of the sides"), ratio, labels, units),
    ]
    return beyond_chance(found, _LEAST)


def _by_format(evidence: Evidence, *fields: tuple[str, str]) -> list[Seen]:
    formats = evidence.dataset.formats
    found = [
        by_word(name, formats[field], evidence.labels, evidence.units)
        for field, name in fields
        if field in formats
    ]
    return tells(beyond_chance(found, _LEAST), evidence.classes)


SIZE = Check(
    "CUT001",
    say("image size tells the classes"),
    "warning",
    say("Classes came from different machines or exports, whose traces a model may read."),
    say("Take classes from the same source; crop to one size; hold out a site."),
    size,
    of_images=True,
)
SUFFIX = Check(
    "CUT002",
    say("file type tells the classes"),
    "warning",
    say(
        "Compression leaves traces in pixels: a model may tell JPEG from PNG and not sick from "
        "well."
    ),
    say("Get all images in the format in which they were taken."),
    suffix,
    of_images=True,
)
PIXEL_TYPE = Check(
    "CUT004",
    say("pixel type tells the classes"),
    "warning",
    say("Gray levels of one class have another depth or colour, which any model sees."),
    say("Get all images in one pixel type."),
    pixel_type,
    of_images=True,
)
