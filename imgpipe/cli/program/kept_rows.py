"""`--resume`: rows that an earlier run has left beside its table."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from imgpipe._common import InputError
from imgpipe._common.locks import in_use
from imgpipe._common.stops import StoppedBatch, part_of
from imgpipe.cli.program.exit_codes import INTERRUPTED, Failure


def check(path: Path, shown: str, resume: bool, force: bool) -> None:
    """Refuse to throw away, without a word, what a stopped run has computed."""
    part = part_of(path)
    if in_use(part):
        raise InputError(
            f"{shown}.part is being written by another process; wait until it is done, or give "
            "--out another name"
        )
    if resume and not part.exists():
        click.echo(f"Warning: there is no {shown}.part to go on from; all is measured", err=True)
    if part.exists() and not (resume or force):
        raise InputError(
            f"{shown}.part holds the rows of a run that was stopped; add --resume to go on from "
            "there, or --force to start anew"
        )


@contextmanager
def telling_of_stops() -> Iterator[None]:
    """Say how to go on behind an interrupt."""
    try:
        yield
    except StoppedBatch as stop:
        raise Failure(
            f"interrupted; {stop.kept} of {stop.total} images are kept in {stop.path}, and "
            "--resume goes on from there",
            INTERRUPTED,
        ) from None
