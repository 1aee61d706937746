"""`imgpipe export`: a model as one ONNX file."""

import json

import click

from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.compiling import telling_of_compilation


@click.command()
@click.argument("model")
@click.argument("out", metavar="OUT.onnx")
@_options.force
@_options.common
def command(model: str, out: str, force: bool, as_json: bool) -> None:
    r"""Write MODEL, a .imgpipe file, as one ONNX graph from pixels to probabilities.

    Filters, features and classifier become operators that onnxruntime runs, here or in a browser,
    without imgpipe. The input image has the size and pixels of those of the training; where the
    model resizes images, it is to be resized before. OUT.onnx appears only if it says of made-up
    images what MODEL says of them. What cannot be exported is named.

    \b
    Example:
      imgpipe export lungs.imgpipe lungs.onnx
    """
    _options.check_not_input(out, [model], "OUT.onnx")
    path = _options.check_file(out, (".onnx",), "an ONNX graph", force, "OUT.onnx")
    from imgpipe import bundle

    with telling_of_compilation():
        made = bundle.export(model, path)
    if as_json:
        _output.print_json({"out": str(path), **made.to_dict()})
        return
    size = " x ".join(map(str, json.loads(made.notes["shape"])))
    click.echo(f"Input: image, {made.notes['dtype']}, {size}")
    click.echo(f"Output: probabilities of {', '.join(json.loads(made.notes['classes']))}")
    apart = f"differ by at most {made.difference:.0e}" if made.difference else "are equal"
    click.echo(f"On {made.images} made-up images its probabilities and the bundle's {apart}")
    click.echo(f"ONNX: {path} ({len(made.content) / 1e6:.1f} MB)")
