"""Settings of an extraction as a file that people read, change and pass on."""

from __future__ import annotations

import json
import math
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, atomic_path, did_you_mean, shown
from imgpipe._common.strict_yaml import Said, parse_mapping, read_text
from imgpipe.features.extraction import catalogue
from imgpipe.features.family import Feature
from imgpipe.features.inputs.entries import BY_KEY, ENTRIES, KINDS, fits, settled
from imgpipe.features.inputs.written import written_below

FORMAT, VERSION = "imgpipe_settings", 1
FILE_OF_A_RUN = "settings.yaml"
_OPEN = {".inf": math.inf, "-.inf": -math.inf}
_HEAD = """\
# Settings of the features of imgpipe: imgpipe extract DATA --out FEATURES --settings THIS-FILE
# docs/settings.md says what each means, with its name in IBSI. A key that is left out has its
# default.
"""
_PYRADIOMICS = ("imageType", "featureClass", "setting", "voxelSetting")


def read_settings(path: str | os.PathLike[str]) -> dict[str, Any]:
    r"""Read what a file says of how features are to be measured.

    Parameters
    ----------
    path : path-like
        A YAML file, as `write_settings` writes it and as it stands beside each table of features;
        such a table; a run folder of `imgpipe compare`, or its ``run.json``.

    Returns
    -------
    dict
        The settings that the file holds, checked, for `imgpipe.tables.extract_table` and, but for
        ``region``, which is among them only where it is not null, `extract`.

    Raises
    ------
    InputError
        For a file that cannot be read, that says something twice, an unknown key, or a value that
        does not fit; with the file, the line and the key.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from imgpipe.features import read_settings
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "ct.yaml")
    ...     _ = path.write_text("imgpipe_settings: 1\nbin_width: 25\nrange: [-1000, 400]")
    ...     read_settings(path)
    {'bin_width': 25.0, 'range': (-1000.0, 400.0)}
    """
    name, said = _said(Path(path), shown(path))
    _check_format(said, name)
    settings = {}
    for key, value in said.values.items():
        if key == FORMAT:
            continue
        where = f"{name}, line {said.lines[key]}"
        if key not in BY_KEY:
            known = [FORMAT, *BY_KEY]
            raise InputError(
                f"{where}: no setting is named {key!r}; choose from {', '.join(BY_KEY)}"
                f"{did_you_mean(key, known)}"
            )
        kind = BY_KEY[key].kind
        if not fits(kind, value):
            raise InputError(f"{where}: {key} must be {KINDS[kind]}; it is {_shortly(value)}")
        settings[key] = value
    try:
        settings = {key: settled(BY_KEY[key].kind, value) for key, value in settings.items()}
        check_settings(settings)
    except InputError as error:
        raise InputError(f"{_place_of(str(error), said, name)}: {error}") from None
    if settings.get("region", "") is None:
        del settings["region"]
    return settings


def check_settings(settings: Mapping[str, Any]) -> list[Feature]:
    """Refuse settings that `extract` would refuse for images as well as for volumes.

    Parameters
    ----------
    settings : mapping
        As in `write_settings`.

    Returns
    -------
    list of Feature
        What they give, for images or, where they are none of those, for volumes.
    """
    own = {key: value for key, value in settings.items() if key != "region"}
    try:
        return catalogue(**own, ndim=2)
    except InputError:
        return catalogue(**own, ndim=3)


def whole_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Complete settings by their defaults, each in one form, and check them.

    Parameters
    ----------
    settings : mapping
        As in `write_settings`.

    Returns
    -------
    dict
    """
    for key in settings:
        if key not in BY_KEY:
            raise InputError(
                f"no setting is named {key!r}; choose from {', '.join(BY_KEY)}"
                f"{did_you_mean(key, BY_KEY)}"
            )
    check_settings(settings)
    return {
        entry.key: settled(entry.kind, settings.get(entry.key, entry.default)) for entry in ENTRIES
    }


def settings_for_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give all settings as JSON holds them, and as `read_settings` reads them in a run.json.

    Parameters
    ----------
    settings : mapping
        As in `write_settings`.

    Returns
    -------
    dict
    """
    whole = {FORMAT: VERSION, **whole_settings(settings)}
    if whole["range"] is not None:
        words = {end: word for word, end in _OPEN.items()}
        whole["range"] = [words.get(end, end) for end in whole["range"]]
    if whole["spacing"] is not None:
        whole["spacing"] = list(whole["spacing"])
    if whole["bin_width"] is not None:
        del whole["bins"]  # the one replaces the other
    return whole


def settings_from_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Read what `settings_for_json` gave.

    Parameters
    ----------
    kept : mapping
        From a run.json.

    Returns
    -------
    dict
    """
    return {key: value for key, value in _with_infinity(kept).items() if key != FORMAT}


def write_settings(path: str | os.PathLike[str], settings: Mapping[str, Any] | None = None) -> None:
    """Write settings to a file that `read_settings` gives back, with words on each.

    Parameters
    ----------
    path : path-like
        File to write, or replace; it appears whole or not at all.
    settings : mapping, optional
        As in `extract`, and `region` as in `imgpipe.tables.extract_table`; those that are left out
        have their defaults, and are written, too.

    Raises
    ------
    InputError
        For unknown settings, and those that `extract` refuses.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from imgpipe.features import read_settings, write_settings
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_settings(Path(folder, "settings.yaml"), {"families": "ibsi", "bin_width": 25})
    ...     read_settings(Path(folder, "settings.yaml"))["bin_width"]
    25.0
    """
    text = settings_text(settings or {})
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")


def settings_text(settings: Mapping[str, Any]) -> str:
    """Write what `write_settings` puts into a file.

    Parameters
    ----------
    settings : mapping
        As in `write_settings`.

    Returns
    -------
    str
    """
    whole = whole_settings(settings)
    if whole["bin_width"] is not None:
        del whole["bins"]  # the one replaces the other
    parts = [_HEAD + f"{FORMAT}: {VERSION}\n"]
    for entry in ENTRIES:
        if entry.key in whole:
            comment = textwrap.fill(entry.comment, 98, initial_indent="# ", subsequent_indent="# ")
            parts.append(f"{comment}\n{entry.key}:{written_below(whole[entry.key])}\n")
    return "\n".join(parts)


def _said(path: Path, name: str) -> tuple[str, Said]:
    """Read a file of settings, the one of a run folder, or the part of run.json that holds them."""
    if path.is_dir() and (path / FILE_OF_A_RUN).is_file():
        path, name = path / FILE_OF_A_RUN, f"{name}/{FILE_OF_A_RUN}"
    if path.suffix.lower() in (".csv", ".parquet") and path.is_file():
        path, table = path.with_name(f"{path.name}.settings.yaml"), name
        name = f"{table}.settings.yaml"
        if not path.is_file():
            raise InputError(f"{table} is a table, and its settings, {name}, are not beside it")
    text = read_text(path, name)
    if path.suffix.lower() != ".json":
        return name, parse_mapping(text, name)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is not JSON: {error}") from None
    kept = told.get("settings") if isinstance(told, dict) else None
    if not isinstance(kept, dict):
        raise InputError(f"{name} keeps no settings of features; give the run.json of a run")
    return name, parse_mapping(json.dumps(_with_infinity(kept)), f"settings of {name}")


def _with_infinity(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Read the words for infinity, which JSON does not have."""
    if not isinstance(kept.get("range"), list):
        return dict(kept)
    return {**kept, "range": [_OPEN.get(str(end), end) for end in kept["range"]]}


def _place_of(error: str, said: Said, name: str) -> str:
    """Name the line of the key with which an error begins."""
    begins = error.replace(": ", ".")
    keys = [key for key in said.lines if begins.startswith(key)]
    return f"{name}, line {said.lines[max(keys, key=len)]}" if keys else name


def _check_format(said: Said, name: str) -> None:
    """Refuse the file of another program, and that of a later version."""
    foreign = [key for key in _PYRADIOMICS if key in said.values]
    if foreign and FORMAT not in said.values:
        raise InputError(
            f"{name} looks like a parameter file of PyRadiomics (it has {', '.join(foreign)}), "
            "whose settings mean other things; docs/from_pyradiomics.md shows what to write"
        )
    if FORMAT not in said.values:
        raise InputError(f"{name}: begin the file with the line {FORMAT}: {VERSION}")
    if said.values[FORMAT] != VERSION or said.values[FORMAT] is True:
        raise InputError(
            f"{name}, line {said.lines[FORMAT]}: {FORMAT} is {_shortly(said.values[FORMAT])}; "
            f"this version of imgpipe reads {VERSION}"
        )


def _shortly(value: Any) -> str:
    text = repr(value) if value is not None else "null"
    return text if len(text) <= 60 else f"{text[:60]}..."
