"""What is done to images before a classifier sees them: filters, families, gray levels."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import merging as _merging
from imgpipe.cli.program.options import is_typed, names, typed
from imgpipe.cli.program.options import warn_idle as warn_idle_options

_Verb = Callable[..., Any]
# two values of each setting, under which a family that depends on it gives other numbers
_TRIALS: dict[str, tuple[Any, Any]] = {
    "bins": (5, 9),
    "bin_width": (3.0, 7.0),
    "aggregation": ("BTW3", "SUJT"),
    "low": (0.0, -3.0),
    "range": ((0, 120), (50, 200)),
    "outliers": (1.0, 1.5),
    "distance": (1, 2),
    "spacing": ((1, 1), (2, 3)),
}
_WITH: dict[str, dict[str, Any]] = {"low": {"bin_width": 7.0}}
_DEFAULTS: dict[str, Any] = {"families": "default", "bins": "32", "bin_width": None}

FAMILIES: dict[str, Any] = {
    "default": "default", "show_default": True, "metavar": "NAMES", "help": "Features, by commas.",
}  # fmt: skip
BINS: dict[str, Any] = {
    "default": "32", "show_default": True, "metavar": "N", "help": "Gray levels, or none.",
}  # fmt: skip
BIN_WIDTH: dict[str, Any] = {
    "type": float, "metavar": "W", "help": "Gray levels of this size instead.",
}  # fmt: skip

SEGMENT: dict[str, Any] = {
    "metavar": "NAME",
    "help": 'Measure inside what this recipe finds, such as "cells" or "otsu:bins=64".',
}


def before(verb: _Verb) -> _Verb:
    """Add ``--segment``, ``--filters``, ``--settings``, ``--families`` and levels of gray."""
    filters = click.option(
        "--filters", metavar="LIST", help='Applied first, such as "window:lung;median:5".'
    )
    file = click.option(
        "--settings", "settings_file", metavar="FILE",
        help="Settings of features, as extract --write-settings or a run wrote them.",
    )  # fmt: skip
    segment = click.option("--segment", **SEGMENT)
    for add in (
        click.option("--bin-width", **BIN_WIDTH),
        click.option("--bins", **BINS),
        click.option("--families", **FAMILIES),
        file,
        filters,
        segment,
    ):
        verb = add(verb)
    return verb


def settings(given: dict[str, Any]) -> dict[str, Any]:
    """Take from what a verb was given the options of `before`, as `learn.make_pipeline`'s.

    Those that were left at their defaults are left out. A misspelt name fails here, before any
    image is read.
    """
    ctx = click.get_current_context()
    filters = given.pop("filters")
    segment = given.pop("segment")
    file = given.pop("settings_file")
    own = {key: given.pop(key) for key in _DEFAULTS}
    own["families"] = names(own["families"], "--families")
    own["bins"] = levels(own["bins"])
    typed_ones = {key: value for key, value in own.items() if is_typed(ctx, key)}
    said = _merging.without_typed(_merging.read(file), typed_ones, file)
    changed = _changed({**said, **typed_ones}, file)
    if filters is not None:
        changed["filters"] = parse_filters(filters)
    if segment is not None:
        changed["segment"] = parse_segment(segment)
    return changed


def _changed(chosen: dict[str, Any], file: str | None) -> dict[str, Any]:
    """Keep what is not the default, as the arguments of `learn.make_pipeline`."""
    from imgpipe.features.settings_file import whole_settings

    for key, why in (
        ("label", "masks are read by DATA"),
        ("channel_axis", "DATA says which it is"),
    ):
        if chosen.get(key) is not None:
            raise InputError(f"{file}: {key} goes with extract; here {why}: set it to null")
    usual, whole = whole_settings({}), whole_settings(chosen)
    changed = {key: whole[key] for key in whole if key != "region" and whole[key] != usual[key]}
    own = {key: changed.pop(key) for key in _DEFAULTS if key in changed}
    return own | ({"extraction": changed} if changed else {})


def region(ctx: click.Context) -> str | None:
    """Give the region that was typed, else that of the file of settings."""
    file, own = ctx.params["settings_file"], ctx.params["region"]
    typed_one = {} if own is None else {"region": own}
    said: str | None = _merging.without_typed(_merging.read(file), typed_one, file).get("region")
    return said if own is None else own


def asked(ctx: click.Context) -> list[str]:
    """Give the options of `before` that stand on the command line."""
    return typed(ctx, *_DEFAULTS, "settings_file", "filters", "segment")


def refuse_for_images(changed: dict[str, Any], models: Sequence[str]) -> None:
    """Refuse settings of features where every model takes the images themselves."""
    of_images = ("--filters", "--segment")
    idle = [option for option in asked(click.get_current_context()) if option not in of_images]
    if changed.keys() - {"filters", "segment"} and all(map(takes_images, models)):
        raise InputError(f"{', '.join(idle)} is of no use: {', '.join(models)} takes no features")


def takes_images(model: str) -> bool:
    """Tell whether a registered classifier takes images and not features."""
    from imgpipe.learn import CLASSIFIERS

    return model in CLASSIFIERS and CLASSIFIERS[model].raw_images


def warn_idle(ctx: click.Context, families: Any) -> None:
    """Say which settings of features change nothing for these families."""
    asked = typed(ctx, *(name for name in _TRIALS if name in ctx.params))
    chosen = names(families, "--families") if isinstance(families, str) else families
    idle = [option for option in asked if not _matters(option, chosen)]
    warn_idle_options(idle, f"no feature of {', '.join(chosen)} depends on it")


def _matters(option: str, families: Sequence[str]) -> bool:
    """Try a setting out on an image: whether any feature has another value, or another name."""
    import numpy as np

    from imgpipe.features import extract

    name = option.removeprefix("--").replace("-", "_")
    image = (np.arange(1024, dtype=np.uint16).reshape(32, 32) * 37) % 251
    one, other = (
        list(extract(image, families=families, **{name: value}, **_WITH.get(name, {})).items())
        for value in _TRIALS[name]
    )
    return repr(one) != repr(other)  # a NaN is as good as another


def levels(text: str) -> int | None:
    """Read --bins."""
    if text.lower() == "none":
        return None
    if not text.isdigit():
        raise InputError(f"--bins must be a number of gray levels or none, not {text!r}")
    return int(text)


def with_notes(dataset: Any, before: dict[str, Any]) -> Any:
    """Add to a data set's warnings what its units say of the filters."""
    from imgpipe.enhance.choosing import preset_notes

    units = dataset.formats.get("unit", [""] * len(dataset))
    notes = preset_notes(before.get("filters") or [], units)
    return dataset.changed(warnings=(*dataset.warnings, *notes)) if notes else dataset


def parse_filters(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Read --filters."""
    from imgpipe.enhance.choosing import require_settings
    from imgpipe.learn import filter_texts
    from imgpipe.learn.pipelines import make_filters

    try:
        pairs = filter_texts.parse_filters(text)
        make_filters(pairs)  # refuses what a filter does not take
        for name, given in pairs:
            require_settings(name, given)
    except InputError as error:
        raise InputError(f"--filters: {error}") from error
    return pairs


def parse_segment(text: str) -> tuple[str, dict[str, Any]]:
    """Read --segment."""
    from imgpipe.learn import filter_texts

    try:
        return filter_texts.parse_segment(text)
    except InputError as error:
        raise InputError(f"--segment: {error}") from error


def in_region(
    dataset: Any, before: dict[str, Any], region: str | None, empty_mask: str, workers: int
) -> tuple[Any, dict[str, Any]]:
    """Restrict a data set to its masks, or to what --segment finds; say what it finds.

    Gives the settings of `before` with the step that finds the same in new images.
    """
    from imgpipe import datasets

    if "segment" not in before:
        return datasets.in_region(dataset, region, empty_mask=empty_mask), before
    from imgpipe.learn.found_regions import in_found_region
    from imgpipe.learn.pipelines import make_segment

    step = make_segment(before["segment"], dataset.channel_axis)
    assert step is not None
    found = in_found_region(dataset, step, region, empty_mask, workers)
    click.echo(f"Region: {found.told}", err=True)
    return found.dataset, {**before, "segment": found.segment}
