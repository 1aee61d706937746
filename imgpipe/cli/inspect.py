"""`imgpipe inspect`: what a model's file says of itself."""

import click

from imgpipe._common import InputError, atomic_path
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.compiling import telling_of_compilation
from imgpipe.cli.program.exit_codes import SOME_FAILED


@click.command()
@click.argument("model")
@click.option("--card", metavar="FILE.md", help="Model card to write, in Markdown.")
@_options.trust
@_options.force
@_options.common
def command(model: str, card: str | None, trust: bool, force: bool, as_json: bool) -> int:
    r"""Show what the file MODEL says of itself, and test it here.

    Classes, expected input, training data, scores with intervals where it was trained with --run,
    warnings, versions, sizes and digests. A .imgpipe file holds what its model said of made-up
    images; where this machine gives other features, probabilities or distances, the exit code is 1.

    \b
    Example:
      imgpipe inspect lungs.imgpipe
      imgpipe inspect lungs.imgpipe --card model_card.md
    """
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
