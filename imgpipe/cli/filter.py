"""`imgpipe filter`: kernels and steps of enhancement on one image file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError, did_you_mean
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.listing import Listing

_SUFFIXES = (".png", ".tif", ".tiff", ".npy", ".jpg", ".jpeg", ".nii", ".nii.gz", ".nrrd")
_EIGHT_BITS = (".png", ".jpg", ".jpeg")
_OPTIONS = ("size", "sigma", "weights", "mode", "cval", "reference")


@click.command(cls=Listing, lists=("Kernels", "Enhancement"))
@click.argument("name")
@click.argument("source", metavar="IN")
@click.argument("out")
@click.option("--size", type=click.IntRange(min=1), metavar="K", help="Window of K x K pixels.")
@click.option("--sigma", type=click.FloatRange(min=0), metavar="S", help="Width of the Gaussian.")
@click.option("--weights", metavar="W", help='Rows by semicolons: "1,0,-1;2,0,-2;1,0,-1".')
@click.option("--mode", metavar="M", help="Border: reflect, nearest, mirror, wrap or constant.")
@click.option("--cval", type=float, metavar="V", help="Value beyond the border, for constant.")
@click.option("--reference", metavar="FILE", help="Image to match, for match_histogram.")
@click.option("--mask", metavar="FILE", help="What counts, for steps that measure inside it.")
@click.option("--set", "others", multiple=True, metavar="KEY=VALUE", help="Any other setting.")
@click.option("--force", is_flag=True, help="Replace OUT.")
@_options.common
def command(
    name: str,
    source: str,
    out: str,
    weights: str | None,
    reference: str | None,
    mask: str | None,
    others: Sequence[str],
    force: bool,
    as_json: bool,
    **settings: Any,
) -> None:
    r"""Filter the image IN with the kernel or step NAME and write OUT.

    NAME may be a list of several with their settings, applied in order.
    Kernels keep the pixel type, derivatives of integers are floats; colour images are filtered
    channel by channel. Values from 0 to 1 are written to PNG and JPEG as 0 to 255. A volume (NIfTI,
    NRRD, a folder of DICOM slices) keeps its place in the patient in .nii, .nii.gz and .nrrd.

    \b
    Examples:
      imgpipe filter median scan.png smooth.png --size 5
      imgpipe filter "median:5;window:lung" slice.dcm lungs.png
      imgpipe filter n4 brain.nii.gz even.nii.gz --mask head.nii.gz
    """
    path = _options.check_file(out, _SUFFIXES, "an image", force)

    from imgpipe import images
    from imgpipe.enhance.choosing import apply_to_image, preset_notes

    given = {key: value for key, value in settings.items() if value is not None}
    _add(given, others)
    given |= {"reference": reference} if reference is not None else {}
    given |= {"weights": weights} if weights is not None else {}
    steps = _steps(name, given)
    _check_mask(steps, mask)
    image = images.ImageFile(source, () if mask is None else (mask,)).read()
    for warning in [*image.warnings, *preset_notes(steps, [image.unit or ""])]:
        click.echo(f"Warning: {warning}", err=True)
    if _keeps_dtype(steps):
        _check_depth(out, image.pixels.dtype)
    if reference is not None:
        given["reference"] = images.read(reference)
    if weights is not None:
        given["weights"] = _weights(weights, len(image.spatial_shape))
    made = image
    for step, own in steps:
        try:
            made = apply_to_image(made, step, own)
        except InputError as error:
            raise InputError(f"{source}: {error}") from error
    pixels, note = made.pixels, ""
    if not _keeps_dtype(steps) and path.suffix.lower() in _EIGHT_BITS and pixels.dtype.kind == "f":
        pixels, note = _eight_bits(pixels, out), "0 to 1 written as 0 to 255"
    images.write(out, replace(made, pixels=pixels))
    if as_json:
        shape = list(pixels.shape)
        told = {"out": str(path), "shape": shape, "dtype": str(pixels.dtype)}
        _output.print_json({**told, "note": note} if note else told)
    else:
        click.echo(f"{name} of {Path(source).name}: {path}" + (f" ({note})" if note else ""))


def _steps(name: str, given: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Take one name with its options, or a list that says all; refuse what does not fit."""
    from imgpipe.enhance.choosing import step_named

    if ":" not in name and ";" not in name:
        step_named(name)
        _check_settings(name, given)
        return [(name, given)]
    if given:
        names = ", ".join(given)
        raise InputError(f"a list of steps holds their settings: write {names} there")
    from imgpipe.learn.filter_texts import parse_filters

    pairs = parse_filters(name)
    for step, own in pairs:
        _check_settings(step, own)
    return pairs


def _keeps_dtype(steps: Sequence[tuple[str, Any]]) -> bool:
    """Tell whether all of them are kernels."""
    from imgpipe.enhance.choosing import ENHANCEMENTS

    return not any(name in ENHANCEMENTS for name, _ in steps)


def _check_mask(steps: Sequence[tuple[str, Any]], mask: str | None) -> None:
    """Refuse a mask inside which nothing is measured."""
    from imgpipe.enhance.choosing import enhancement_named

    found = [enhancement_named(name) for name, _ in steps]
    if mask is not None and not any(each is not None and each.uses_mask for each in found):
        names = ", ".join(name for name, _ in steps)
        takes, it = ("takes", "it measures") if len(steps) == 1 else ("take", "they measure")
        raise InputError(f"{names} {takes} no --mask: {it} nothing inside one")


def _add(given: dict[str, Any], others: Sequence[str]) -> None:
    """Take in what --set says."""
    from imgpipe.learn.filter_texts import read_setting

    for text in others:
        try:
            key, value = read_setting(text)
        except InputError as error:
            raise InputError(f"--set: {error}") from error
        if key in ("weights", "reference"):
            raise InputError(f"--set: {key} has an option of its own, --{key}")
        if key in given:
            raise InputError(f"--set: {key} is given twice")
        given[key] = value


def _eight_bits(pixels: Any, out: str) -> Any:
    """Bring shares of white to 0 to 255."""
    import numpy as np

    low, high = pixels.min(), pixels.max()
    if not 0 <= low <= high <= 1:  # NaN neither
        raise InputError(
            f"{out}: values from {low:.4g} to {high:.4g} do not fit into 8 bits; write to .tif or "
            ".npy"
        )
    return np.rint(pixels.astype(np.float64) * 255).astype(np.uint8)


def _check_depth(out: str, dtype: Any) -> None:
    """Refuse, before the work, a JPEG file of anything but 8 bits."""
    if Path(out).suffix.lower() not in (".jpg", ".jpeg") or dtype == "uint8":
        return
    fitting = (".png, " if dtype in ("bool", "uint16") else "") + ".tif or .npy"
    raise InputError(f"{out}: JPEG holds uint8, not {dtype}; write to {fitting}")


def _check_settings(name: str, given: Mapping[str, Any]) -> None:
    """Refuse an option that the filter would not use, and name one that it needs."""
    from imgpipe.enhance.choosing import ENHANCEMENTS, require_settings, settings_of

    settings = settings_of(name)
    known = settings or {}
    spelt = {key: f"--{key}" if key in _OPTIONS else f"--set {key}=" for key in known}
    for key in given:
        if settings is not None and key not in known:
            what = f"--{key}" if key in _OPTIONS else f"--set {key}"
            takes = ", ".join(spelt.values()) or "no setting"
            raise InputError(f"{name} takes no {what}; it takes {takes}{did_you_mean(key, known)}")
    if "cval" in given and not str(given.get("mode", "")).removeprefix("grid-") == "constant":
        raise InputError("--cval is the value beyond the border of --mode constant; add that")
    for key, parameter in known.items():
        if parameter.default is parameter.empty and key not in given:
            raise InputError(f"{name} needs {spelt[key]}")
    if name == "match_histogram" and "reference" not in given:
        raise InputError("match_histogram needs --reference, an image")
    if name in ENHANCEMENTS and "reference" not in given:
        require_settings(name, given)


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
