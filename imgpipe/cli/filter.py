"""`imgpipe filter`: one kernel on one image file."""

import inspect
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError, unknown_name
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.listing import Listing

_SUFFIXES = (".png", ".tif", ".tiff", ".npy", ".jpg", ".jpeg")


@click.command(cls=Listing, lists=("Kernels", "Enhancement"))
@click.argument("name")
@click.argument("source", metavar="IN")
@click.argument("out")
@click.option("--size", type=click.IntRange(min=1), metavar="K", help="Window of K x K pixels.")
@click.option("--sigma", type=click.FloatRange(min=0), metavar="S", help="Width of the Gaussian.")
@click.option("--weights", metavar="W", help='Rows by semicolons: "1,0,-1;2,0,-2;1,0,-1".')
@click.option("--mode", metavar="M", help="Border: reflect, nearest, mirror, wrap or constant.")
@click.option("--cval", type=float, metavar="V", help="Value beyond the border, for constant.")
@click.option("--force", is_flag=True, help="Replace OUT.")
@_options.common
def command(
    name: str,
    source: str,
    out: str,
    weights: str | None,
    force: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    r"""Filter the image IN with the kernel NAME and write OUT.

    The pixel type is kept. Colour images are filtered channel by channel.

    \b
    Example:
      imgpipe filter median scan.png smooth.png --size 5
    """
    path = _options.check_file(out, _SUFFIXES, "an image", force)

    from imgpipe import images
    from imgpipe.kernels import KERNELS

    if name not in KERNELS:
        raise unknown_name("kernel", name, KERNELS)
    image = images.read(source)
    _check_depth(out, image.pixels.dtype)
    axes = tuple(range(image.pixels.ndim))
    if image.channel_axis is not None:
        axes = tuple(a for a in axes if a != image.channel_axis % image.pixels.ndim)
    given = {key: value for key, value in settings.items() if value is not None}
    if weights is not None:
        given["weights"] = _weights(weights, len(axes))
    _check_settings(name, KERNELS[name], given)
    try:
        pixels = KERNELS[name](image.pixels, axes=axes, **given)
    except TypeError as error:  # a dtype that the kernel does not take
        raise InputError(f"{source}: {error}") from error
    images.write(out, pixels, channel_axis=image.channel_axis)
    if as_json:
        shape = list(pixels.shape)
        _output.print_json({"out": str(path), "shape": shape, "dtype": str(pixels.dtype)})
    else:
        click.echo(f"{name} of {Path(source).name}: {path}")


def _check_depth(out: str, dtype: Any) -> None:
    """Refuse, before the work, a JPEG file of anything but 8 bits."""
    if Path(out).suffix.lower() not in (".jpg", ".jpeg") or dtype == "uint8":
        return
    fitting = (".png, " if dtype in ("bool", "uint16") else "") + ".tif or .npy"
    raise InputError(f"{out}: JPEG holds uint8, not {dtype}; write to {fitting}")


def _check_settings(name: str, kernel: Any, given: dict[str, Any]) -> None:
    """Refuse an option that the kernel would not use, and name one that it needs."""
    known = inspect.signature(kernel).parameters
    for key in given:
        if key not in known:
            takes = [f"--{k}" for k in ("size", "sigma", "weights", "mode", "cval") if k in known]
            raise InputError(f"{name} takes no --{key}; it takes {', '.join(takes)}")
    if "cval" in given and not str(given.get("mode", "")).removeprefix("grid-") == "constant":
        raise InputError("--cval is the value beyond the border of --mode constant; add that")
    for key in ("sigma", "weights"):
        if key in known and known[key].default is inspect.Parameter.empty and key not in given:
            raise InputError(f"{name} needs --{key}")


def _weights(text: str, ndim: int) -> Any:
    """Read a matrix of weights; one row does for a line of pixels in the last axis."""
    import numpy as np

    rows = [row.split(",") for row in text.split(";") if row.strip()]
    try:
        values = np.array([[float(v) for v in row] for row in rows])
    except ValueError as error:
        raise InputError(
            f'--weights is {text!r}; give rows of equally many numbers, such as "1,0,-1;2,0,-2"'
        ) from error
    if values.ndim != 2 or not values.size:
        raise InputError(f"--weights is {text!r}; give at least one number")
    return values.reshape((1,) * (ndim - 2) + values.shape)
