"""`imgpipe extract`: a table of features, one row an image."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError, atomic_path, track
from imgpipe.cli import _options, _output
from imgpipe.cli._part import PartFile, Row
from imgpipe.cli._run import INTERRUPTED, SOME_FAILED, Failure, one_line

_CHUNK = 64  # images that a kill may cost


@click.command()
@click.argument("data")
@click.option("--out", required=True, metavar="FEATURES", help="Table to write: .csv or .parquet.")
@click.option("--families", default="default", show_default=True, help="Features, by commas.")
@click.option("--resume", is_flag=True, help="Go on where a killed run ended.")
@_options.jobs
@_options.common
def command(
    data: str, out: str, families: str, resume: bool, jobs: int | None, as_json: bool
) -> int:
    """Compute features of every image of DATA, labelled or not, of any sizes.

    An image that cannot be used becomes a row with its reason in the column error, is named on
    stderr, and makes the exit code 1; the others go on. Until the table is whole, finished rows
    are kept in FEATURES.part, from which --resume goes on.

    \b
    Example:
      imgpipe extract scans/ --out features.csv --families intensity,glcm
    """
    path = _options.check_file(out, (".csv", ".parquet"), "a table")
    _check_parquet(path)
    chosen = _options.names(families, "--families")

    from imgpipe import features

    features.catalogue(families=chosen)  # a misspelt family fails before any image is read
    source = _open(data)
    header = {"version": _version(), "families": chosen, "images": _fingerprint(source)}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = PartFile(path.with_name(path.name + ".part"), header, resume=resume)
    try:
        _compute(source, part, chosen, _options.worker_count(jobs))
        _write(source, part, path)
    except KeyboardInterrupt:
        n = len(part.rows)
        raise Failure(
            f"interrupted; {n} of {len(source.ids)} images are kept in {part.path}, and --resume "
            "goes on from there",
            INTERRUPTED,
        ) from None
    finally:
        part.close()
    part.remove()
    failed = [row for row in part.rows.values() if row.error]
    for row in sorted(failed, key=lambda row: row.index):
        click.echo(f"Error: {row.error}", err=True)
    _announce(path, len(source.ids), len(part.names), failed, as_json)
    return SOME_FAILED if failed else 0
