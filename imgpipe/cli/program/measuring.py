"""Options that say how features are measured, and the file that may say the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import features as _features
from imgpipe.cli.program import merging as _merging
from imgpipe.cli.program import options as _options

_Verb = Callable[..., Any]


def _numbers(ctx: click.Context, option: click.Parameter, text: str | None) -> Any:
    """Read numbers separated by commas."""
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise InputError(
            f"--{option.human_readable_name.replace('_', '-')} is {text!r}; give numbers separated "
            f"by commas, as in {option.metavar}"
        ) from None


def _bounds(ctx: click.Context, option: click.Parameter, text: str | None) -> Any:
    """Read LO,HI, of which one may be left out."""
    if text is None:
        return None
    low, comma, high = text.partition(",")
    if not comma or not (low.strip() or high.strip()):
        raise InputError(f"--range is {text!r}; give LO,HI, or one side as in LO, or ,HI")
    return _numbers(ctx, option, f"{low.strip() or '-inf'},{high.strip() or 'inf'}")


def _distances(ctx: click.Context, option: click.Parameter, text: str) -> Any:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() for word in words):
        raise InputError(f"--distance is {text!r}; give whole numbers separated by commas")
    return [int(word) for word in words]


def _sizes(ctx: click.Context, option: click.Parameter, text: str | None) -> Any:
    """Read sizes of pixels, of which some may be kept."""
    if text is None:
        return None
    words = [word.strip() for word in text.split(",")]
    return [None if word == "keep" else _numbers(ctx, option, word)[0] for word in words]


def _listed(ctx: click.Context, option: click.Parameter, text: str) -> list[str]:
    return _options.names(text, f"--{option.human_readable_name}")


def _levels(ctx: click.Context, option: click.Parameter, text: str) -> int | None:
    return _features.levels(text)


_INTERPOLATION = click.Choice(["nearest", "linear", "cubic"])
_SETTINGS = (
    click.option("--families", callback=_listed, **_features.FAMILIES),
    click.option(
        "--aggregation", default="default", show_default=True, callback=_listed, metavar="CODES",
        help="IBSI codes, by commas.",
    ),
    click.option("--bins", callback=_levels, **_features.BINS),
    click.option("--bin-width", **_features.BIN_WIDTH),
    click.option("--low", type=float, metavar="V", help="Where the first of these begins."),
    click.option(
        "--range", callback=_bounds, metavar="LO,HI",
        help="Only intensities from LO to HI (re-segmentation).",
    ),
    click.option(
        "--outliers", type=float, metavar="SD",
        help="Not what is further than SD standard deviations from the mean.",
    ),
    click.option(
        "--distance", default="1", show_default=True, callback=_distances, metavar="PX",
        help="Of neighbours in glcm, by commas.",
    ),
    click.option(
        "--spacing", callback=_numbers, metavar="Z,Y,X",
        help="Size of the pixels in mm, where files say none or a wrong one.",
    ),
    click.option(
        "--resample", callback=_sizes, metavar="MM[,MM,MM]",
        help="Bring pixels to this size first; keep for an axis that stays.",
    ),
    click.option("--interpolation", type=_INTERPOLATION, help="Of the image [default: linear]."),
    click.option(
        "--rounding", type=click.Choice(["auto", "on", "off"]),
        help="Of intensities after it [default: auto, where they are HU].",
    ),
    click.option(
        "--mask-interpolation", type=_INTERPOLATION, help="Of the mask [default: linear]."
    ),
    click.option(
        "--mask-threshold", type=float, metavar="P",
        help="Least share of a mask that counts as inside [default: 0.5].",
    ),
    click.option("--channel-axis", type=int, metavar="AXIS", help="Axis of colours."),
    click.option(
        "--ivh-bins", type=int, metavar="N", help="Bins of the intensity-volume histogram."
    ),
    click.option(
        "--ivh-bin-width", type=float, metavar="W", help="Its bins of this size instead."
    ),
    click.option("--label", type=float, metavar="V", help="Only where the mask has this value."),
)  # fmt: skip
NAMES = ("families", "aggregation", "bins", "bin_width", "low", "range", "outliers", "distance",
         "spacing", "channel_axis", "ivh_bins", "ivh_bin_width", "label")  # fmt: skip


_PARTS = {"resample": "spacing"} | {
    part: part for part in ("interpolation", "rounding", "mask_interpolation", "mask_threshold")
}
_ROUNDINGS = {"auto": None, "on": True, "off": False}


def settings(verb: _Verb) -> _Verb:
    """Add an option for every setting of `extract`, and ``--settings``."""
    file = click.option(
        "--settings", "settings_file", metavar="FILE",
        help="Take them from FILE; what stands on the command line wins.",
    )  # fmt: skip
    for add in (*reversed(_SETTINGS), file):
        verb = add(verb)
    return verb


def chosen(ctx: click.Context, given: dict[str, Any]) -> dict[str, Any]:
    """Take the options of `settings` out of what a verb was given, and `region`, as settings.

    What the file says comes first; an option that was typed replaces it, and that is said.
    """
    file = given.pop("settings_file")
    own = {name: given.pop(name) for name in (*NAMES, "region")}
    typed = {name: own[name] for name in own if _options.is_typed(ctx, name)}
    said = _merging.without_typed(_merging.read(file), typed, file)
    resampling = _resampling(given, said.get("resampling"), file)
    return own | said | typed | {"resampling": resampling}


def _resampling(
    given: dict[str, Any], said: dict[str, Any] | None, file: str | None
) -> dict[str, Any] | None:
    """Take the parts of resampling out of what was given; they replace those of the file."""
    typed = {name: given.pop(name) for name in _PARTS}
    typed = {name: value for name, value in typed.items() if value is not None}
    if typed and said is None and "resample" not in typed:
        idle = ", ".join(f"--{name.replace('_', '-')}" for name in typed)
        raise InputError(f"{idle} goes with --resample, the size that pixels are brought to")
    made = dict(said or {})
    for name, value in typed.items():
        part, meant = _PARTS[name], _ROUNDINGS[value] if name == "rounding" else value
        if part in made and made[part] != meant:
            _merging.part(name, part, made[part], file)
        made[part] = meant
    return made or None


def check_target(target: str, force: bool, settings_file: str | None) -> Path:
    """Refuse, before any work, a file of settings that could not be written."""
    if settings_file is not None:
        _options.check_not_input(target, (settings_file,), "--write-settings")
    suffixes = (".yaml", ".yml")
    return _options.check_file(target, suffixes, "a file of settings", force, "--write-settings")
