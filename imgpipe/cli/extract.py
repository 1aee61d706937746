"""`imgpipe extract`: a table of features, one row an image."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError
from imgpipe._common.texts import counted
from imgpipe.cli.program import backends as _backends
from imgpipe.cli.program import features as _features
from imgpipe.cli.program import kept_rows as _kept_rows
from imgpipe.cli.program import measuring as _measuring
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.exit_codes import SOME_FAILED
from imgpipe.cli.program.listing import Listing

if TYPE_CHECKING:
    from imgpipe.tables import WrittenTable


@click.command(cls=Listing, lists=("Families", "Aggregations", "Recipes", "Segmenters"))
@click.argument("data", required=False)
@click.option("--out", metavar="FEATURES", help="Table to write: .csv or .parquet.")
@_measuring.settings
@click.option(
    "--write-settings", metavar="FILE",
    help="Also write all settings, with words on each; without DATA, nothing else is done.",
)  # fmt: skip
@click.option("--segment", **_features.SEGMENT)
@click.option("--groups", metavar="COL", help="Column of a manifest to copy as group.")
@click.option("--split", metavar="COL", help="Column of a manifest to copy as split.")
@_options.hash_ids
@click.option("--resume", is_flag=True, help="Go on where a killed run ended.")
@_reading.volumes
@_options.force
@_options.only_region
@_options.jobs
@_backends.options
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    data: str | None,
    out: str | None,
    write_settings: str | None,
    segment: str | None,
    groups: str | None,
    split: str | None,
    hash_ids: bool,
    salt: str | None,
    resume: bool,
    force: bool,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    as_json: bool,
    **measuring: Any,
) -> int:
    r"""Compute features of every image of DATA.

    The images may be labelled or not, and of any sizes. An image that cannot be used becomes a row
    with its reason in the column error, is named on stderr, and makes the exit code 1; the others
    go on. Until the table is whole, finished rows are kept in FEATURES.part, from which --resume
    goes on. Labels, patients and splits that DATA names stand beside the features. All settings are
    written to FEATURES.settings.yaml, which --settings takes.

    A manifest may have a column mask (image file, NPY, or RTSTRUCT with a column region where it
    holds several), and a path in it may be the folder of a DICOM series. Volumes are measured in
    3-D, or slice by slice with --slices; in a folder, --volumes puts DICOM files of one series
    together. Rows of DICOM images carry PatientID, StudyInstanceUID and SeriesInstanceUID.

    \b
    Examples:
      imgpipe extract scans/ --out features.csv --families intensity,glcm
      imgpipe extract lesions.csv --out features.parquet --families ibsi
      imgpipe extract lesions.csv --out features.csv --settings ct.yaml
    """
    target = None
    if write_settings is not None:
        target = _measuring.check_target(write_settings, force, measuring["settings_file"])
    found = None if segment is None else _features.parse_segment(segment)
    how = _reading.how(measuring)
    settings = _measuring.chosen(ctx, measuring)
    if target is not None and data is None and out is None:
        if segment is not None:
            raise InputError("--segment goes with DATA: a file of settings does not hold it")
        return _write(target, settings, as_json)
    if data is None or out is None:
        raise InputError(
            "extract needs DATA and --out FEATURES; or --write-settings FILE alone, which writes "
            "the settings and does no more"
        )
    inputs = [name for name in (data, ctx.params["settings_file"]) if name is not None]
    _options.check_not_input(out, inputs)
    # what is done with a file that is there, `_replace_own` decides when the images are known
    spare = force or Path(out).is_file()
    path = _options.check_file(out, (".csv", ".parquet"), "a table", spare)
    _kept_rows.check(path, out, resume, force)
    _features.warn_idle(ctx, settings["families"])
    _options.check_salt(hash_ids, salt)
    workers = _backends.workers(backend, scheduler, jobs)

    from imgpipe.tables import write_features

    if target is not None:
        _write(target, settings)
    if path.exists() and not force:
        _replace_own(path, out, data, how)
    with _kept_rows.telling_of_stops(), _backends.chosen(backend, scheduler):
        table = write_features(
            data,
            path,
            groups=groups,
            split=split,
            hash_ids=hash_ids,
            salt=salt,
            resume=resume,
            segment=found,
            n_jobs=workers,
            **how,
            **settings,
        )
    return _announce(path, table, as_json)


def _write(target: Path, settings: dict[str, Any], as_json: bool | None = None) -> int:
    """Write the settings; say so where that is all."""
    from imgpipe.features import write_settings

    write_settings(target, settings)
    if as_json:
        _output.print_json({"settings": str(target)})
    elif as_json is not None:
        click.echo(f"Settings: {target}")
    return 0


def _replace_own(path: Path, out: str, data: str, how: dict[str, Any]) -> None:
    """Replace a table of the same images, which can be made again, with a note; no other file."""
    from imgpipe.datasets import find_images
    from imgpipe.tables import holds_images

    if not holds_images(path, find_images(data, **how).ids):
        raise InputError(
            f"{out} is there already and holds no features of these images; add --force to "
            "replace it, or give another name"
        )
    click.echo(f"Note: {out}, a table of the same images, is replaced", err=True)


def _announce(path: Path, table: "WrittenTable", as_json: bool) -> int:
    """Say what was written and name what failed."""
    for text in table.warnings:
        click.echo(f"Warning: {text}", err=True)
    for _, _, error in table.failed:
        click.echo(f"Error: {error}", err=True)
    if as_json:
        named = [{"id": i, "error_code": code, "error": error} for i, code, error in table.failed]
        facts = {"out": str(path), "images": table.rows, "features": len(table.names)}
        _output.print_json(facts | {"failed": named})
    else:
        note = f", {len(table.failed):,} failed" if table.failed else ""
        images = counted(table.rows, "{n} image", "{n} images")
        click.echo(f"{images}, {len(table.names):,} features{note}: {path}")
    return SOME_FAILED if table.failed else 0
