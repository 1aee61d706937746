"""The argument DATA, and the options that say how its images are read."""

import csv
from collections.abc import Callable
from typing import Any

import click

from imgpipe._common import InputError

_Verb = Callable[..., Any]
_SIZE = "Resize every image to PX x PX pixels."
_FIT = "How --size is reached: squeeze, add a border, or cut one off  [default: stretch]."
_SLICES = "Take slices of volumes as images: all, middle, largest or mask (by the mask), every=K."
_SERIES = "Which of several DICOM series in a folder: its UID, or modality=CT."
_GAPS = "Resample DICOM series with missing or shifted slices."
_GROUPS = "Column that names the patient, whose images stay together (for folders: folder, re:...)."
_IDS = "Take patients and classes as different that may be one in two spellings, as 7 and 007."
_POSITIVE = "The positive one of two classes [default: the one that is not normal, no, benign, 0]."
_CLASSES = "Names of the labels 0, 1, ..., by commas."
_SPLIT = "Column that names the part: train, val or test."
_READING = (
    "groups", "split", "size", "ids", "positive", "classes", "fit", "slices", "volumes", "series",
    "allow_gaps",
)  # fmt: skip


def data(verb: _Verb) -> _Verb:
    """Add the argument DATA and the options that say how to read it."""
    verb = volumes(verb)
    for add in (
        click.option("--fit", type=click.Choice(["stretch", "pad", "crop"]), help=_FIT),
        click.option("--classes", callback=_listed, metavar="NAMES", help=_CLASSES),
        click.option("--positive", metavar="NAME", help=_POSITIVE),
        click.option("--ids", type=click.Choice(["exact"]), help=_IDS),
        click.option("--size", type=click.IntRange(min=1), metavar="PX", help=_SIZE),
        click.option("--split", metavar="COL", help=_SPLIT),
        click.option("--groups", metavar="COL", help=_GROUPS),
        click.argument("data", callback=named),
    ):
        verb = add(verb)
    return verb


def volumes(verb: _Verb) -> _Verb:
    """Add the options that say what becomes of volumes."""
    whole = click.option("--volumes", is_flag=True, help="Take volumes as they are, in 3-D.")
    return slices(whole(verb))


def slices(verb: _Verb) -> _Verb:
    """Add the options that say what of a volume is read."""
    for add in (
        click.option("--allow-gaps", is_flag=True, help=_GAPS),
        click.option("--series", metavar="UID", help=_SERIES),
        click.option("--slices", metavar="RULE", callback=_rule, help=_SLICES),
    ):
        verb = add(verb)
    return verb


def _rule(ctx: click.Context, option: click.Parameter, rule: str | None) -> str | None:
    """Refuse, before anything is read, what is no rule for slices."""
    if rule is not None:
        from imgpipe.images.slices import check_slices

        check_slices(rule)
    return rule


def named(ctx: click.Context, argument: click.Parameter, data: str) -> str:
    """Refuse the empty name, which a script with an unset variable gives: it is no folder."""
    if data == "":
        name = argument.human_readable_name
        raise InputError(f"{name} is empty; give a file, a folder or a registered name")
    return data


def how(given: dict[str, Any]) -> dict[str, Any]:
    """Take from what a verb was given the options of `volumes`, as `datasets.find_images`'s."""
    found = {name: given.pop(name) for name in ("slices", "volumes", "series", "allow_gaps")}
    # nobody is asked what becomes of volumes where they can be taken as they are
    return found | {"volumes": found["volumes"] or None}


def reading(given: dict[str, Any]) -> dict[str, Any]:
    """Take from what a verb was given the options of `data`, which are `datasets.load`'s."""
    found = {name: given.pop(name) for name in _READING}
    found["fit"] = found["fit"] or "stretch"
    return found


def _listed(ctx: click.Context, option: click.Parameter, text: str | None) -> list[str] | None:
    """Split names by commas; quotes keep the comma in a name."""
    if text is None:
        return None
    found = [name.strip() for name in next(csv.reader([text], skipinitialspace=True), [])]
    if len(found) < 2 or not all(found):
        raise InputError(f"--classes is {text!r}; give the names of the labels 0, 1, ... by commas")
    return found
