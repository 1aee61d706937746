"""`imgpipe export`: a model as one ONNX file, or as a web page that runs it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imgpipe._common import InputError, atomic_path
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.compiling import telling_of_compilation

if TYPE_CHECKING:
    from imgpipe.bundle.exporting import Exported


@click.command()
@click.argument("model")
@click.argument("out", metavar="[OUT.onnx]", required=False)
@click.option("--web", metavar="DIR", help="Folder to write, with a page that runs the model.")
@click.option(
    "--runtime",
    metavar="FOLDER",
    help="An unpacked onnxruntime-web for --web [default: fetched by npm, once].",
)
@_options.lang
@_options.force
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    out: str | None,
    web: str | None,
    runtime: str | None,
    lang: str,
    force: bool,
    as_json: bool,
) -> None:
    r"""Write MODEL as one ONNX graph from pixels to probabilities.

    Filters, features and classifier become operators that onnxruntime runs, here or in a browser,
    without imgpipe. The input image has the size and pixels of those of the training; where the
    model resizes images, it is to be resized before. OUT.onnx appears only if it says of made-up
    images what MODEL says of them. What cannot be exported is named.

    --web writes a page on which pictures (PNG, JPEG, NPY) are dropped and classified by the
    visitor's own browser. DIR/index.html holds all it needs: it opens from a disk as from a server,
    and sends nothing anywhere.

    \b
    Examples:
      imgpipe export lungs.imgpipe lungs.onnx
      imgpipe export lungs.imgpipe --web page
    """
    path = _checked(ctx, model, out, web, force)
    made = _exported(model, path, web, runtime, lang, force)
    if as_json:
        places = {"out": path and str(path), "web": web}
        _output.print_json({**places, **made.to_dict()})
        return
    size = " x ".join(map(str, json.loads(made.notes["shape"])))
    click.echo(f"Input: image, {made.notes['dtype']}, {size}")
    click.echo(f"Output: probabilities of {', '.join(json.loads(made.notes['classes']))}")
    apart = f"differ by at most {made.difference:.0e}" if made.difference else "are equal"
    click.echo(f"On {made.images} made-up images its probabilities and the bundle's {apart}")
    if path is not None:
        click.echo(f"ONNX: {path} ({len(made.content) / 1e6:.1f} MB)")
    if web is not None:
        page = Path(web, "index.html")
        click.echo(f"Page: {page} ({page.stat().st_size / 1e6:.1f} MB)")


def _checked(
    ctx: click.Context, model: str, out: str | None, web: str | None, force: bool
) -> Path | None:
    """Refuse, before any work, what could not be written."""
    if out is None and web is None:
        raise InputError("there is nothing to write: give OUT.onnx, or --web DIR")
    idle = _options.typed(ctx, "runtime", "lang") if web is None else []
    if idle:
        raise InputError(f"{idle[0]} goes with --web")
    if web is not None:
        _options.check_given(web, "--web")
        _options.check_writable(Path(web).absolute(), web)
    if out is None:
        return None
    _options.check_not_input(out, [model], "OUT.onnx")
    return _options.check_file(out, (".onnx",), "an ONNX graph", force, "OUT.onnx")


def _exported(
    model: str, path: Path | None, web: str | None, runtime: str | None, lang: str, force: bool
) -> "Exported":
    with telling_of_compilation():
        if web is None:
            from imgpipe import bundle

            assert path is not None
            return bundle.export(model, path)
        from imgpipe import report

        made = report.write_web_page(model, web, runtime=runtime, lang=lang, force=force)
    if path is not None:
        with atomic_path(path) as scratch:
            scratch.write_bytes(made.content)
    return made
