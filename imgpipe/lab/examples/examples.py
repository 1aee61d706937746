"""The examples, in the order of the page."""

from imgpipe._common.texts import say
from imgpipe.images import Image
from imgpipe.lab.examples.example import Example


def _chest() -> Image:
    from imgpipe.datasets import chest_ct

    return chest_ct(8, spacing=(0.7, 0.7), height=-45, field=(358.4, 358.4)).image


def _nodule(index: int) -> Image:
    from imgpipe.datasets import synthetic_nodules

    patch = synthetic_nodules(patients=4, seed=101).images[index]
    return Image(patch.pixels, spacing=patch.spacing, unit="HU", id=patch.id)


def _malignant() -> Image:
    return _nodule(4)


def _benign() -> Image:
    return _nodule(10)


def _lesions() -> Image:
    from imgpipe.datasets import synthetic_lesions

    scan = synthetic_lesions(patients=2, difficulty=0.2, seed=1).images[5]
    return Image(scan.pixels, spacing=scan.spacing, id=scan.id)


def _cells() -> Image:
    from imgpipe.datasets import cells

    return cells(seed=0).image


def _chart() -> Image:
    from imgpipe.datasets import filter_chart

    return filter_chart(seed=0)


def _tissue() -> Image:
    from imgpipe.datasets import stained_tissue

    return stained_tissue(seed=0)


_NODULE = """\
from imgpipe import datasets
from imgpipe.images import Image

patch = datasets.synthetic_nodules(patients=4, seed=101).images[{index}]
image = Image(patch.pixels, spacing=patch.spacing, unit="HU", id=patch.id)"""

EXAMPLES = {
    "chest-ct": Example(
        say("Chest CT"),
        say(
            "One slice in Hounsfield units, with pixels of 0.7 mm. Try a lung mask, or a median "
            "filter against the noise; click on a vessel to hear what models take it for."
        ),
        """\
from imgpipe import datasets

image = datasets.chest_ct(8, spacing=(0.7, 0.7), height=-45, field=(358.4, 358.4)).image""",
        _chest,
    ),
    "malignant-nodule": Example(
        say("Nodule with spicules"),
        say(
            "A patch of lung with a nodule that was made malignant. See what the models say of it, "
            "and what blurring makes of their answers."
        ),
        _NODULE.format(index=4),
        _malignant,
    ),
    "benign-nodule": Example(
        say("Smooth nodule"),
        say("A patch of lung with a nodule that was made benign: compare it with the other one."),
        _NODULE.format(index=10),
        _benign,
    ),
    "lesions": Example(
        say("Small lesions"),
        say(
            "A noisy scan with three small bright lesions among vessels. A top hat leaves what is "
            "small and bright; let an active contour find one."
        ),
        """\
from imgpipe import datasets
from imgpipe.images import Image

scan = datasets.synthetic_lesions(patients=2, difficulty=0.2, seed=1).images[5]
image = Image(scan.pixels, spacing=scan.spacing, id=scan.id)""",
        _lesions,
    ),
    "cells": Example(
        say("Cells"),
        say(
            "Fluorescent nuclei, some of which touch, on a background that grows brighter to one "
            "corner. Where does a global threshold fail, and what does a watershed divide?"
        ),
        """\
from imgpipe import datasets

image = datasets.cells(seed=0).image""",
        _cells,
    ),
    "chart": Example(
        say("Test chart"),
        say(
            "Edges, lines, discs and gaps of known sizes, with noise all over and impulses in the "
            "right half. See which sizes a filter keeps, and which noise it takes away."
        ),
        """\
from imgpipe import datasets

image = datasets.filter_chart(seed=0)""",
        _chart,
    ),
    "tissue": Example(
        say("Stained tissue"),
        say(
            "Glands and nuclei in colour, as haematoxylin and eosin stain them: what takes one "
            "channel only says so."
        ),
        """\
from imgpipe import datasets

image = datasets.stained_tissue(seed=0)""",
        _tissue,
    ),
}
"""Images to begin with, by their names."""
