"""`imgpipe inspect`: what a model's file says of itself, or which series a folder holds."""

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imgpipe._common import InputError, atomic_path, shown
from imgpipe._common.progress import track
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.compiling import telling_of_compilation
from imgpipe.cli.program.exit_codes import SOME_FAILED

if TYPE_CHECKING:
    from imgpipe.images import SeriesFound


@click.command()
@click.argument("model", metavar="MODEL|FOLDER")
@click.option("--card", metavar="FILE.md", help="Model card to write, in Markdown.")
@_options.trust
@_options.force
@_options.common
def command(model: str, card: str | None, trust: bool, force: bool, as_json: bool) -> int:
    r"""Show what a model says of itself, or a folder of images.

    Of a model, which is tested here too: classes, expected input, training data, scores with
    intervals where it was trained with --run, warnings, versions, sizes and digests. A .imgpipe
    file holds what its model said of made-up images; where this machine gives other features,
    probabilities or distances, the exit code is 1.

    Of a folder, the DICOM series, volumes and pictures in it and below, by their headers: patient,
    study, series, size, spacing, slices, gaps. Where a problem stands, the exit code is 1.

    \b
    Examples:
      imgpipe inspect lungs.imgpipe
      imgpipe inspect lungs.imgpipe --card model_card.md
      imgpipe inspect studies
    """
    if Path(model).is_dir():
        return _list(model, card is not None or force, trust, as_json)
    if card is None and force:
        raise InputError("--force goes with --card")
    path = None
    if card is not None:
        _options.check_not_input(card, [model], "--card")
        path = _options.check_file(card, (".md",), "a model card", force, "--card")
    from imgpipe import bundle

    with telling_of_compilation():
        found = bundle.inspect(model, trust=trust)
    if path is not None:
        with atomic_path(path) as scratch:
            scratch.write_text(found.to_markdown(), encoding="utf-8")
    if as_json:
        _output.print_json(found.to_dict())
    elif path is None:
        click.echo(str(found))
    else:
        click.echo(f"Model card: {path}")
    _options.warn_trust(model, trust)
    if found.ok:
        return 0
    click.echo(f"Error: {model}: {found.selftest}", err=True)
    return SOME_FAILED


def _list(folder: str, card: bool, trust: bool, as_json: bool) -> int:
    """List the series of a folder."""
    if card or trust:
        given = "--card and --force" if card else "--trust"
        raise InputError(f"{given}: for the file of a model; {shown(folder)} is a folder of images")
    from imgpipe.images import list_studies

    found = list_studies(folder, track=lambda paths: track(paths, "headers"))
    if not found:
        raise InputError(f"{shown(folder)}: no images in it")
    wrong = sum(bool(series.problems) for series in found)
    if as_json:
        _output.print_json({"ok": not wrong, "series": [asdict(series) for series in found]})
    else:
        _print(found)
    if wrong:
        click.echo(f"Error: {wrong} of {len(found)} series or files with problems", err=True)
        return SOME_FAILED
    return 0


def _print(found: "list[SeriesFound]") -> None:
    """Print a table for each study, and one of other files, with their problems below."""
    for (patient, study), group in groupby(found, key=lambda s: (s.patient, s.study)):
        series = list(group)
        known = bool(study or patient)
        click.echo(f"Patient {patient or '-'}, study {study or '-'}" if known else "Other files")
        _output.print_table(
            ["kind", "number", "description", "size", "spacing mm", "slices", "gaps", "images"]
            + ["series"] * known,
            [_row(one)[: 8 + known] for one in series],
        )
        for one in series:
            for problem in one.problems:
                click.echo(f"Problem: {one.series or one.description}: {problem}")
        click.echo()
    files = sum(len(series.files) for series in found)
    click.echo(f"{len(found)} series or other entries, {files} files")


def _row(one: "SeriesFound") -> list[str]:
    return [
        one.modality,
        one.number,
        one.description,
        " x ".join(map(str, one.size or ())),
        " x ".join(f"{mm:.4g}" for mm in one.spacing or ()),
        str(one.slices or ""),
        str(one.gaps or ""),
        str(one.frames or ""),
        one.series,
    ]
