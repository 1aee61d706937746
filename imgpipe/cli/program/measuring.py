"""Options that say how features are measured, and the file that may say the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import features as _features
from imgpipe.cli.program import options as _options

_Verb = Callable[..., Any]
_EXCLUDED = {"bins": "bin_width", "bin_width": "bins", "ivh_bins": "ivh_bin_width",
             "ivh_bin_width": "ivh_bins"}  # fmt: skip


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


def _listed(ctx: click.Context, option: click.Parameter, text: str) -> list[str]:
    return _options.names(text, f"--{option.human_readable_name}")


def _levels(ctx: click.Context, option: click.Parameter, text: str) -> int | None:
    return _features.levels(text)


_SETTINGS = (
    click.option(
        "--families", default="default", show_default=True, callback=_listed,
        help="Features, by commas.",
    ),
    click.option(
        "--aggregation", default="default", show_default=True, callback=_listed,
        help="IBSI codes, by commas.",
    ),
    click.option(
        "--bins", default="32", show_default=True, callback=_levels, help="Gray levels, or none."
    ),
    click.option("--bin-width", type=float, help="Gray levels of this size instead."),
    click.option("--low", type=float, help="Where the first of these begins."),
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
    click.option("--channel-axis", type=int, metavar="AXIS", help="Axis of colours."),
    click.option("--ivh-bins", type=int, help="Bins of the intensity-volume histogram."),
    click.option("--ivh-bin-width", type=float, help="Its bins of this size instead."),
    click.option("--label", type=float, help="Only where the mask has this value."),
)  # fmt: skip
NAMES = ("families", "aggregation", "bins", "bin_width", "low", "range", "outliers", "distance",
         "spacing", "channel_axis", "ivh_bins", "ivh_bin_width", "label")  # fmt: skip


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
    if file is None:
        return own
    from imgpipe.features import read_settings

    said = read_settings(file)
    source = click.core.ParameterSource.COMMANDLINE
    typed = [name for name in own if ctx.get_parameter_source(name) == source]
    for name in typed:
        for key in (name, _EXCLUDED.get(name)):
            if key in said and said[key] not in (None, own[name]):
                told = f"--{name.replace('_', '-')} replaces {key}: {_shown(said[key])}"
                click.echo(f"Note: {told} of {file}", err=True)
                del said[key]
    return own | said | {name: own[name] for name in typed}


def check_target(target: str, force: bool, settings_file: str | None) -> Path:
    """Refuse, before any work, a file of settings that could not be written."""
    if settings_file is not None:
        _options.check_not_input(target, (settings_file,), "--write-settings")
    suffixes = (".yaml", ".yml")
    return _options.check_file(target, suffixes, "a file of settings", force, "--write-settings")


def _shown(value: Any) -> str:
    return ",".join(map(_shown, value)) if isinstance(value, (list, tuple)) else f"{value}"
