"""Predictions as they come: rows on standard output, and what is to be said once all are there."""

import json
from io import StringIO
from typing import TYPE_CHECKING

import click

from imgpipe._common import few

if TYPE_CHECKING:
    from imgpipe.bundle import Predictions

_FORMULA = ("=", "+", "-", "@")


class Predicted:
    """What was seen of the parts so far.

    Parameters
    ----------
    as_json : bool
        Print records of JSON.
    to_file : bool
        The table goes to a file; else it is printed.
    """

    def __init__(self, as_json: bool, to_file: bool) -> None:
        self.count = 0
        self.errors: list[str] = []
        self._as_json, self._to_file = as_json, to_file
        self._warnings: list[str] = []
        self._flagged: list[str] = []
        self._formulas: set[str] = set()

    def take(self, part: "Predictions") -> None:
        """Print a part, where it is to be printed."""
        if self._as_json:
            records = json.dumps(part.to_records(), indent=2, allow_nan=False)
            click.echo("," if self.count else "[")
            click.echo(records.removeprefix("[\n").removesuffix("\n]"), nl=False)
        elif not self._to_file:
            table = StringIO()
            part.write_csv(table, header=self.count == 0)
            click.echo(table.getvalue(), nl=False)
        self.count += len(part)
        self.errors += [error for error in part.errors if error]
        self._warnings += part.warnings
        self._flagged += part.flagged()
        if self._to_file:
            texts = {*part.ids, *(name for name in part.predicted if name)}
            self._formulas |= {text for text in texts if text.startswith(_FORMULA)}

    def end(self, out: str) -> None:
        """Say what there is to say of all."""
        from imgpipe.bundle.predictions import flagged_note

        if self._as_json:
            click.echo("\n]")
        elif self._to_file:
            click.echo(f"{self.count:,} images: {out}")
        for text in [*self._warnings, *flagged_note(self._flagged, self.count)]:
            click.echo(f"Warning: {text}", err=True)
        if self._formulas:
            found = few([*map(repr, sorted(self._formulas))], 3)
            click.echo(
                f"Warning: a spreadsheet takes {found} for a formula, and may run it: import such "
                "columns as text",
                err=True,
            )
        for error in self.errors:
            click.echo(f"Error: {error}", err=True)
