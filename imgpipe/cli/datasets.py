"""`imgpipe datasets`: the registered data sets, their terms, and fetching them."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import unknown_name
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output

if TYPE_CHECKING:
    from imgpipe.datasets import Entry


@click.group()
def command() -> None:
    r"""List, describe and fetch the registered data sets.

    \b
    Example:
      imgpipe datasets list
    """


@command.command("list")
@_options.common
def list_command(as_json: bool) -> None:
    r"""List the registered data sets.

    \b
    Example:
      imgpipe datasets list
    """
    from imgpipe.datasets import DATASETS

    if as_json:
        _output.print_json([_described(entry) for entry in DATASETS.values()])
        return
    rows = [
        [e.name, f"{sum(e.images.values()):,}", str(len(e.classes)), e.description]
        for e in DATASETS.values()
    ]
    _output.print_table(["name", "images", "classes", "what"], rows)


@command.command("info")
@click.argument("name")
@_options.common
def info_command(name: str, as_json: bool) -> None:
    r"""Describe the data set NAME: classes, counts, licence, whom to cite.

    \b
    Example:
      imgpipe datasets info synthetic-nodules
    """
    from imgpipe.datasets.annotations.spelling import quoted

    entry = _entry(name)
    if as_json:
        _output.print_json(_described(entry))
        return
    counts = ", ".join(f"{part} {n:,}" for part, n in entry.images.items())
    _output.print_facts(
        {
            "name": entry.name,
            "what": entry.description,
            "images": counts,
            "classes": ", ".join(map(quoted, entry.classes)),
            "licence": entry.licence,
            "cite": entry.citation,
        }
    )


@command.command("fetch")
@click.argument("name")
@_options.common
def fetch_command(name: str, as_json: bool) -> None:
    r"""Fetch the data set NAME into the cache, check it, and describe it.

    A broken download goes on where it ended. IMGPIPE_CACHE moves the cache.

    \b
    Example:
      imgpipe datasets fetch pneumoniamnist
    """
    dataset = _entry(name).load()
    if as_json:
        facts = {"name": name, "images": len(dataset), "classes": list(dataset.classes)}
        _output.print_json(facts | {"source": dataset.source})
    else:
        click.echo(f"{name}: {len(dataset):,} images of {len(dataset.classes)} classes, ready")


def _entry(name: str) -> "Entry":
    from imgpipe.datasets import DATASETS

    if name not in DATASETS:
        raise unknown_name("data set", name, DATASETS)
    return DATASETS[name]


def _described(entry: "Entry") -> dict[str, Any]:
    """Give what the registry knows, without the loader."""
    return {f.name: getattr(entry, f.name) for f in fields(entry) if f.name != "loader"}
