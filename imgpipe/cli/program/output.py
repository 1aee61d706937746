"""What goes to stdout: tables for people, JSON for machines."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def print_json(content: Any) -> None:
    """Print strict JSON: no NaN, and nothing that another program could stumble over."""
    click.echo(json.dumps(content, indent=2, allow_nan=False))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: ruled on a terminal, plain aligned text elsewhere."""
    if sys.stdout.isatty():
        _print_rich(header, rows)
        return
    widths = [max(len(r[i]) for r in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())


def _print_rich(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in header:
        table.add_column(name, no_wrap=name != header[-1])
    for row in rows:
        table.add_row(*map(Text, row))  # Text, since a name may look like markup
    Console().print(table)


def print_facts(facts: Mapping[str, str]) -> None:
    """Print names and values in two columns."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {value}")


def print_leaderboard(comparison: "Comparison") -> None:
    """Print the models, best first, with their intervals."""
    from imgpipe.evaluate.leaderboard import in_short

    print_table(*in_short(comparison.models, comparison.canaries, comparison.look_alikes))


def readable_size(count: float) -> str:
    """Write bytes in the unit that keeps the number short."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
