"""`imgpipe predict`: classes and probabilities for images without labels."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, atomic_path, track
from imgpipe.cli import _models, _options, _output
from imgpipe.cli._run import SOME_FAILED, one_line

if TYPE_CHECKING:
    import numpy as np

_BATCH = 256


@click.command()
@click.argument("model")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--out", metavar="FILE.csv", help="Table to write [default: print it].")
@click.option("--trust", is_flag=True, help="Open a .joblib file, which may run code of its maker.")
@_options.common
def command(
    model: str, images: tuple[str, ...], out: str | None, trust: bool, as_json: bool
) -> int:
    """Predict the class of each IMAGE (files, or folders of images) with a trained MODEL.

    The table has the columns id, predicted, p_<class>..., error. An image that cannot be used gets
    a row with its error, is named on stderr, and makes the exit code 1; the others go on.

    \b
    Example:
      imgpipe predict lungs.joblib --trust new/*.png --out predictions.csv
    """
    path = None if out is None else _options.check_file(out, (".csv",), "a table")
    trained = _models.load(model, trust)
    files = _listed(images)
    rows = [
        row
        for batch in track(_batches(files), "predicting", total=-(-len(files) // _BATCH))
        for row in _predict(trained, batch)
    ]
    _write(rows, trained.classes, path, as_json)
    failed = [row for row in rows if row["error"]]
    for row in failed:
        click.echo(f"Error: {row['error']}", err=True)
    return SOME_FAILED if failed else 0


def _listed(images: Sequence[str]) -> list[str]:
    """Put the images of a folder in its place, in order of their names."""
    from imgpipe.images import SUFFIXES

    files: list[str] = []
    for given in images:
        path = Path(given)
        if not path.is_dir():
            files.append(given)
            continue
        inside = [str(p) for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES]
        if not inside:
            raise InputError(f"{given}: no images in this folder")
        files += inside
    return files


def _batches(files: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(files), _BATCH):
        yield files[start : start + _BATCH]


def _predict(model: _models.Model, files: list[str]) -> list[dict[str, Any]]:
    """Give one row an image; those that cannot be used get their reason."""
    import numpy as np

    rows: list[dict[str, Any]] = [{"id": file, "error": ""} for file in files]
    usable = []
    for row in rows:
        try:
            usable.append((row, _pixels(model, row["id"])))
        except (InputError, OSError) as error:
            row["error"] = _named(row["id"], error)
    if usable:
        shares = model.pipeline.predict_proba(np.stack([pixels for _, pixels in usable]))
        codes = [int(code) for code in model.pipeline.classes_]
        for (row, _), found in zip(usable, shares, strict=True):
            row["predicted"] = model.classes[codes[int(found.argmax())]]
            full = dict.fromkeys(model.classes, 0.0)
            full |= {model.classes[c]: float(p) for c, p in zip(codes, found, strict=True)}
            row["p"] = full
    return rows


def _pixels(model: _models.Model, file: str) -> "np.ndarray":
    """Read one image as the model takes it."""
    from imgpipe import images

    image = images.read(file)
    pixels = image.pixels
    if model.size is not None:
        pixels = images.resize(pixels, model.size, image.channel_axis)
    model.check(pixels, image.channel_axis)
    return pixels


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
