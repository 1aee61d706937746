"""`imgpipe segment`: the mask of every image, as a file."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, shown
from imgpipe._common.texts import counted
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.exit_codes import SOME_FAILED
from imgpipe.cli.program.listing import Listing

if TYPE_CHECKING:
    from imgpipe.segment.pixels.labeller import PixelLabeller
    from imgpipe.tables import WrittenMasks


@click.command(cls=Listing, lists=("Recipes", "Segmenters"))
@click.argument("data")
@click.option("--recipe", metavar="NAME", help="Of a recipe, as they are listed below.")
@click.option("--method", metavar="NAME", help="Of a segmenter, in place of a recipe.")
@click.option("--model", metavar="FILE", help="File of a pixel classifier, in their place.")
@click.option("--set", "others", multiple=True, metavar="KEY=VALUE", help="A setting of it.")
@click.option("--out", required=True, metavar="DIR", help="Folder of the masks, and a table.")
@click.option("--overlay", metavar="DIR", help="Folder of pictures: outlines over the images.")
@click.option(
    "--format", type=click.Choice(["png", "nii.gz", "nrrd", "seg"]),
    help="Of masks [default: png; nii.gz of volumes, seg of DICOM series].",
)  # fmt: skip
@_reading.volumes
@_options.force
@_options.jobs
@_options.common
def command(
    data: str,
    recipe: str | None,
    method: str | None,
    model: str | None,
    others: Sequence[str],
    out: str,
    overlay: str | None,
    format: str | None,
    force: bool,
    jobs: int | None,
    as_json: bool,
    **reading: Any,
) -> int:
    r"""Find what a recipe is for in DATA, and write masks.

    DATA is a file, a folder of images, a manifest (.csv) with a column path, a stack (.npz, .npy)
    or the name of a registered data set; --volumes puts the DICOM files of one series together.
    Masks are called as their images are, objects keep their numbers (PNG of 16 bits), and DICOM
    segmentations name patient and study. Beside them stands masks.csv, with what was counted: a
    manifest that extract, compare and measure take.

    --model labels pixels as scribbles taught it (`imgpipe.segment.PixelClassifier`, kept by
    `imgpipe.bundle.save`): masks hold the numbers of its classes, and --set background=N makes
    class N their 0.

    Where images have masks, only these are looked at. An image that cannot be used is named, gets a
    row with its reason, and makes the exit code 1; the others go on.

    \b
    Examples:
      imgpipe segment scans/ --recipe cells --out masks --overlay pictures
      imgpipe segment study/ --volumes --recipe lungs --out masks --format nii.gz
      imgpipe segment scans/ --method local --set block=31 --out masks
      imgpipe segment scans/ --model cells.imgpipe --set background=1 --out masks
    """
    chosen = _chosen(recipe, method, model)
    settings = _settings(others)
    for option, folder in (("--out", out), ("--overlay", overlay)):
        if folder is not None:
            _check_folder(folder, option)
    by = _checked(chosen, method, settings) if model is None else _opened(model, settings)
    from imgpipe.tables import segment_images

    done = segment_images(
        data, out, by, overlays=overlay, format=format, force=force,
        n_jobs=_options.worker_count(jobs), **_reading.how(reading),
    )  # fmt: skip
    return _announce(done, out, overlay, as_json)


def _chosen(recipe: str | None, method: str | None, model: str | None) -> str:
    """Refuse, before any work, a name that there is not."""
    from imgpipe._common import unknown_name
    from imgpipe.segment.registry import RECIPES, SEGMENTERS

    if [recipe, method, model].count(None) != 2:
        raise InputError(
            "give --recipe NAME, or --method NAME of a segmenter, or --model FILE, and not both"
        )
    if model is not None:
        return model
    if recipe is not None:
        if recipe in RECIPES:
            return recipe
        if recipe in SEGMENTERS:
            raise InputError(f"--recipe: {recipe} is a segmenter; give --method {recipe}")
        raise unknown_name("recipe", recipe, RECIPES)
    assert method is not None
    if method not in SEGMENTERS:
        raise unknown_name("segmenter", method, SEGMENTERS)
    return method


def _checked(
    chosen: str, method: str | None, settings: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Refuse, before any work, settings that a recipe or a segmenter does not take."""
    from imgpipe.segment.choosing import check_settings

    try:
        check_settings(chosen, settings)
    except InputError as error:
        raise InputError(f"{'--recipe' if method is None else '--method'}: {error}") from error
    return chosen, settings


def _opened(model: str, settings: dict[str, Any]) -> "PixelLabeller":
    """Read a pixel classifier."""
    from imgpipe import bundle
    from imgpipe.detect import FittedDetector
    from imgpipe.segment import PixelClassifier
    from imgpipe.segment.pixels.labeller import PixelLabeller

    if unknown := sorted(set(settings) - {"background"}):
        raise InputError(f"--set: --model takes no setting {unknown[0]!r}; it takes background")
    if not model.lower().endswith(".imgpipe"):
        raise InputError(f"--model: {shown(model)} is no .imgpipe file, as bundle.save writes")
    found = bundle.load(model)
    if isinstance(found, FittedDetector):
        raise InputError(
            f"--model: {shown(model)} is a detector, and labels no pixels: imgpipe detect DATA "
            "--model FILE --out DIR"
        )
    if not isinstance(found, PixelClassifier):
        raise InputError(
            f"--model: {shown(model)} gives an image a class, and labels no pixels; "
            "imgpipe predict applies it"
        )
    background = settings.get("background")
    if background is not None and type(background) is not int:
        raise InputError(f"--set: background={background!r}; the number of a class is needed")
    return PixelLabeller(Path(model).stem, found, background)


def _settings(others: Sequence[str]) -> dict[str, Any]:
    """Read --set."""
    from imgpipe.learn.filter_texts import read_setting

    given: dict[str, Any] = {}
    for text in others:
        try:
            key, value = read_setting(text)
        except InputError as error:
            raise InputError(f"--set: {error}") from error
        if key in given:
            raise InputError(f"--set: {key} is given twice")
        given[key] = value
    return given


def _check_folder(folder: str, option: str) -> None:
    """Refuse, before any work, a folder that could not be written."""
    _options.check_given(folder, option)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise InputError(f"{folder} is a file; {option} needs a folder")
    _options.check_writable(Path(os.path.abspath(folder)) / "masks.csv", folder)


def _announce(done: "WrittenMasks", out: str, overlay: str | None, as_json: bool) -> int:
    """Say what was written and name what failed."""
    for text in done.warnings:
        click.echo(f"Warning: {text}", err=True)
    for each in done.failed:
        click.echo(f"Error: {each.reason.message}", err=True)
    if as_json:
        failed = [
            {"id": each.id, "error_code": each.reason.code, "error": each.reason.message}
            for each in done.failed
        ]
        rows = [
            {"id": each.id, "mask": str(each.mask), **each.counts}
            for each in done.masks
            if each.mask is not None
        ]
        facts = {"out": out, "table": str(done.table), "images": len(done.masks)}
        _output.print_json({**facts, "masks": rows, "failed": failed})
    else:
        note = f", {len(done.failed):,} failed" if done.failed else ""
        click.echo(f"{counted(len(done.masks), '{n} image', '{n} images')}{note}: {out}")
        click.echo(f"Table: {done.table}")
        if overlay is not None:
            click.echo(f"Overlays: {overlay}")
    return SOME_FAILED if done.failed else 0
