"""`imgpipe predict`: classes and probabilities for images without labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, atomic_path, track
from imgpipe.cli.files import models as _models
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.exit_codes import SOME_FAILED, one_line

if TYPE_CHECKING:
    import numpy as np

    from imgpipe.datasets import ImageList
    from imgpipe.learn import TrainedModel

_BATCH = 256
_Usable = tuple[dict[str, Any], "np.ndarray"]  # a row and its image's pixels


@click.command()
@click.argument("model")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--out", metavar="FILE.csv", help="Table to write [default: print it].")
@click.option("--trust", is_flag=True, help="Open a .joblib file, which may run code of its maker.")
@_options.common
def command(
    model: str, images: tuple[str, ...], out: str | None, trust: bool, as_json: bool
) -> int:
    r"""Predict the class of each IMAGE with a trained MODEL.

    IMAGE is a file, or a folder of images. The table has the columns id, predicted, p_<class>...,
    error. An image that cannot be used gets a row with its error, is named on stderr, and makes
    the exit code 1; the others go on.

    \b
    Example:
      imgpipe predict lungs.joblib --trust new/*.png --out predictions.csv
    """
    path = None if out is None else _options.check_file(out, (".csv",), "a table")
    if path is not None:
        _options.check_not_input(path, (model, *images))
    trained = _models.load(model, trust)
    from imgpipe.datasets import find_images

    source = find_images(images[0] if len(images) == 1 else images, size=trained.size)
    batches = [range(n, min(n + _BATCH, len(source))) for n in range(0, len(source), _BATCH)]
    rows = [
        row for batch in track(batches, "predicting") for row in _predict(trained, source, batch)
    ]
    _write(rows, trained.classes, path, as_json)
    failed = [row for row in rows if row["error"]]
    for row in failed:
        click.echo(f"Error: {row['error']}", err=True)
    return SOME_FAILED if failed else 0


def _predict(model: "TrainedModel", source: "ImageList", batch: range) -> list[dict[str, Any]]:
    """Give one row an image; those that cannot be used get their reason."""
    rows: list[dict[str, Any]] = []
    usable: list[_Usable] = []
    for i in batch:
        row: dict[str, Any] = {"id": source.ids[i], "error": ""}
        rows.append(row)
        try:
            image = source[i]
            model.check(image.pixels, image.channel_axis)
            usable.append((row, image.pixels))
        except (InputError, OSError) as error:
            row["error"] = _named(row["id"], error)
    if usable:
        _fill(model, usable)
    return rows


def _fill(model: "TrainedModel", usable: "list[_Usable]") -> None:
    """Complete the rows of some images; a bad one is found by going one by one."""
    import numpy as np

    try:
        with np.errstate(over="ignore"):  # what overflows is refused as infinite
            shares = model.pipeline.predict_proba(np.stack([pixels for _, pixels in usable]))
    except ValueError as error:  # pixels that are no numbers, or too large for a feature
        if len(usable) > 1:
            for one in usable:
                _fill(model, [one])
        else:
            row = usable[0][0]
            reason = str(error).removeprefix("image 0").lstrip(": ")
            row["error"] = _named(row["id"], InputError(reason.replace("image 0", "the image")))
        return
    codes = [int(code) for code in model.pipeline.classes_]
    for (row, _), found in zip(usable, shares, strict=True):
        row["predicted"] = model.classes[codes[int(found.argmax())]]
        known = {model.classes[c]: float(p) for c, p in zip(codes, found, strict=True)}
        row["p"] = dict.fromkeys(model.classes, 0.0) | known


def _named(file: str, error: Exception) -> str:
    """Write the reason in one line that names the file."""
    reason = getattr(error, "strerror", None) or str(error)
    return one_line(reason if file in reason else f"{file}: {reason}")


def _write(
    rows: list[dict[str, Any]], classes: Sequence[str], path: Path | None, as_json: bool
) -> None:
    import pandas as pd

    columns = ["id", "predicted", *(f"p_{name}" for name in classes), "error"]
    flat = [
        [row["id"], row.get("predicted"), *(row.get("p", {}).get(c) for c in classes), row["error"]]
        for row in rows
    ]
    table = pd.DataFrame(flat, columns=columns)
    if path is not None:
        with atomic_path(path) as scratch:
            table.to_csv(scratch, index=False)
    if as_json:
        _output.print_json([dict(zip(columns, values, strict=True)) for values in flat])
    elif path is None:
        click.echo(table.to_csv(index=False), nl=False)
    else:
        click.echo(f"{len(rows):,} images: {path}")
