"""`imgpipe serve`."""

import click

from imgpipe._common import InputError
from imgpipe.cli.program import options as _options


@click.command()
@click.argument("model")
@_options.common
def command(model: str, as_json: bool) -> int:
    """Not there yet."""
    raise InputError("serve is not there yet")
