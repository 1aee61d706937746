"""`imgpipe predict`: classes and probabilities for images without labels."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from imgpipe._common import InputError, atomic_path
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.exit_codes import SOME_FAILED

if TYPE_CHECKING:
    from imgpipe.bundle import Predictions


@click.command()
@click.argument("model")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--out", metavar="FILE.csv", help="Table to write [default: print it].")
@_options.trust
@_options.force
@_options.common
def command(
    model: str, images: tuple[str, ...], out: str | None, trust: bool, force: bool, as_json: bool
) -> int:
    r"""Predict the class of each IMAGE with a trained MODEL.

    IMAGE is a file, or a folder of images. The table has the columns id, predicted, p_<class>...,
    error. An image that cannot be used gets a row with its error, is named on stderr, and makes
    the exit code 1; the others go on.

    \b
    Example:
      imgpipe predict lungs.joblib --trust new/*.png --out predictions.csv
    """
    if out is None and force:
        raise InputError("--force goes with --out")
    path = None
    if out is not None:
        _options.check_not_input(out, (model, *images))
        path = _options.check_file(out, (".csv",), "a table", force)
    from imgpipe import bundle

    predictor = bundle.load(model, trust=trust)
    told = predictor.predict(images[0] if len(images) == 1 else list(images))
    _show(told, path, as_json)
    for text in told.warnings:
        click.echo(f"Warning: {text}", err=True)
    failed = [error for error in told.errors if error]
    for error in failed:
        click.echo(f"Error: {error}", err=True)
    return SOME_FAILED if failed else 0


def _show(told: "Predictions", path: Path | None, as_json: bool) -> None:
    """Write or print the table."""
    table = told.to_frame()
    if path is not None:
        with atomic_path(path) as scratch:
            table.to_csv(scratch, index=False)
    if as_json:
        _output.print_json(table.astype(object).where(table.notna(), None).to_dict("records"))
    elif path is None:
        click.echo(table.to_csv(index=False), nl=False)
    else:
        click.echo(f"{len(told):,} images: {path}")
