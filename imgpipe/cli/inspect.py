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
    from imgpipe.datasets import StudyManifest
    from imgpipe.images import SeriesFound


@click.command()
@click.argument("model", metavar="MODEL|FOLDER")
@click.option("--card", metavar="FILE.md", help="Model card to write, in Markdown.")
@click.option("--manifest", metavar="FILE.csv", help="Manifest of the folder's series to write.")
@click.option("--series", metavar="CHOICE", help="Series of the manifest, as modality=CT.")
@click.option("--table", metavar="SHEET.csv", help="Spreadsheet with a row a patient to join.")
@click.option("--on", metavar="COLUMN", help="Its column of patients [default: found by values].")
@click.option("--label", metavar="COLUMN", help="Its column of classes [default: label].")
@click.option("--roi", metavar="NAME", help="Region of masks that hold several.")
@_options.trust
@_options.force
@_options.common
def command(
    model: str,
    card: str | None,
    trust: bool,
    force: bool,
    as_json: bool,
    **listing: str | None,
) -> int:
    r"""Show what a model says of itself, or a folder of images.

    Of a model, which is tested here too: classes, expected input, training data, scores with
    intervals where it was trained with --run, warnings, versions, sizes and digests. A .imgpipe
    file holds what its model said of made-up images; where this machine gives other features,
    probabilities or distances, the exit code is 1.

    Of a folder, the DICOM series, volumes and pictures in it and below, by their headers: patient,
    study, series, size, spacing, slices, gaps. Where a problem stands, the exit code is 1.
    --manifest writes one row a series, localizers aside: its folder, identifiers, description, and
    as its mask the RTSTRUCT or SEG that refers to it; with --table also what a spreadsheet says of
    the patient.

    \b
    Examples:
      imgpipe inspect lungs.imgpipe
      imgpipe inspect lungs.imgpipe --card model_card.md
      imgpipe inspect studies
      imgpipe inspect studies --manifest lesions.csv --series modality=CT
      imgpipe inspect studies --manifest lesions.csv --table sheet.csv --label diagnosis
    """
    if Path(model).is_dir():
        _refuse(model, {"--card": card is not None, "--trust": trust}, "the file of a model")
        return _list(model, listing, force, as_json)
    _refuse(model, {f"--{name}": told is not None for name, told in listing.items()}, "a folder")
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


def _refuse(model: str, given: dict[str, bool], what: str) -> None:
    """Refuse options that are for a model on a folder, and the reverse."""
    if names := [name for name, there in given.items() if there]:
        found = "a folder of images" if Path(model).is_dir() else "no folder"
        raise InputError(f"{', '.join(names)}: for {what}; {shown(model)} is {found}")


def _list(
    folder: str,
    listing: dict[str, str | None],
    force: bool,
    as_json: bool,
) -> int:
    """List the series of a folder, and write them as a manifest where one is asked for."""
    path, manifest = None, listing["manifest"]
    idle = [f"--{name}" for name, told in listing.items() if told is not None] + ["--force"] * force
    if manifest is None and idle:
        raise InputError(f"{', '.join(idle)} goes with --manifest where a folder is listed")
    if listing["table"] is None and (listing["on"] is not None or listing["label"] is not None):
        raise InputError("--on and --label go with --table")
    if manifest is not None:
        _options.check_not_input(manifest, [listing["table"] or ""], "--manifest")
        path = _options.check_file(manifest, (".csv",), "a manifest", force, "--manifest")
    from imgpipe.images import list_studies

    found = list_studies(folder, track=lambda paths: track(paths, "headers"))
    if not found:
        raise InputError(f"{shown(folder)}: no images in it")
    wrong = sum(bool(series.problems) for series in found)
    rows = None if path is None else _manifest(found, path, listing)
    if as_json:
        told = {"ok": not wrong, "series": [asdict(series) for series in found]}
        _output.print_json(told if rows is None else told | {"manifest": rows.rows})
    elif rows is not None:
        click.echo(f"Manifest: {path} ({len(rows.rows)} rows, {rows.masks} of them with a mask)")
        missing = "" if any("label" in row for row in rows.rows) else "a column label, and "
        click.echo(
            f"Next: {missing}imgpipe check {shown(str(manifest))} --groups patient --volumes"
        )
    else:
        _print(found)
    if wrong:
        click.echo(f"Error: {wrong} of {len(found)} series or files with problems", err=True)
        return SOME_FAILED
    return 0


def _manifest(
    found: "list[SeriesFound]", path: Path, listing: dict[str, str | None]
) -> "StudyManifest":
    """Write the manifest and say what it leaves open."""
    from imgpipe.datasets import manifest_of

    rows = manifest_of(found, path, series=listing["series"], roi=listing["roi"])
    if listing["table"] is not None:
        rows = rows.joined(listing["table"], on=listing["on"], label=listing["label"])
    rows.write(path)
    for note in rows.notes:
        click.echo(f"Warning: {note}", err=True)
    return rows


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
        f"{one.description} ({', '.join(one.regions)})" if one.regions else one.description,
        " x ".join(map(str, one.size or ())),
        " x ".join(f"{mm:.4g}" for mm in one.spacing or ()),
        str(one.slices or ""),
        str(one.gaps or ""),
        str(one.frames or ""),
        one.series,
    ]
