"""A file of settings and the command line: what is typed wins, and that is said."""

from collections.abc import Mapping
from typing import Any

import click

# a setting, and the one that means the same in another way
_INSTEAD = {"bins": "bin_width", "bin_width": "bins", "ivh_bins": "ivh_bin_width",
            "ivh_bin_width": "ivh_bins"}  # fmt: skip


def read(file: str | None) -> dict[str, Any]:
    """What a file says; nothing where there is none."""
    if file is None:
        return {}
    from imgpipe.features import read_settings

    return read_settings(file)


def without_typed(
    said: Mapping[str, Any], typed: Mapping[str, Any], file: str | None
) -> dict[str, Any]:
    """What a file says but for what was typed, which is said where it is something else."""
    kept = dict(said)
    for name, value in typed.items():
        for key in (name, _INSTEAD.get(name)):
            if key in kept:
                if kept[key] not in (None, value):
                    note(name, f"{key}: {_shown(kept[key])}", file)
                del kept[key]
    return kept


def note(name: str, replaced: str, file: str | None) -> None:
    """Say on stderr what an option replaces."""
    click.echo(f"Note: --{name.replace('_', '-')} replaces {replaced} of {file}", err=True)


def part(name: str, key: str, value: Any, file: str | None) -> None:
    """Say which part of a resampling an option replaces."""
    note(name, f"resampling: {key}: {_shown(value)}", file)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(_shown, value))
    return "null" if value is None else str(value)
