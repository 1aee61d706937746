"""`imgpipe lab`: a page to play with images."""

import click

from imgpipe._common import needed_for
from imgpipe.cli.program import options as _options


@click.command()
@_options.listening(port=8001)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="FILE.imgpipe",
    help="To ask, beside those that the lab trains; may be repeated.",
)
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@_options.lang
@_options.common
def command(
    host: str,
    port: int,
    token: str | None,
    models: tuple[str, ...],
    no_browser: bool,
    lang: str,
    as_json: bool,
) -> int:
    r"""Open a page to play with filters, segmentation and models.

    Take an example or open a file (PNG, TIFF, DICOM, NIfTI ...), put filters one after another,
    move their sliders: image, histogram and texture numbers follow, and the page writes the same
    as Python code and as imgpipe commands. All stays on this machine. Ctrl-C ends it.

    \b
    Example:
      imgpipe lab
    """
    with needed_for("imgpipe lab"):
        from imgpipe.lab import running

    return running.serve(
        host=host,
        port=port,
        token=token,
        models=models,
        browser=not no_browser,
        lang=lang,
        as_json=as_json,
    )
