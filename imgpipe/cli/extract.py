"""`imgpipe extract`: a table of features, one row an image."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, atomic_path, track
from imgpipe.cli import _options, _output
from imgpipe.cli._part import PartFile, Row
from imgpipe.cli._run import INTERRUPTED, SOME_FAILED, Failure, one_line

if TYPE_CHECKING:
    from imgpipe.datasets import ImageList
    from imgpipe.images import Image

_CHUNK_IMAGES, _CHUNK_PIXELS = 256, 2**24  # computed together; what a kill may cost
_WORTH_WORKERS = 2**20  # pixels: below, starting workers takes longer than the work

_Extract = Callable[..., Any]


@click.command()
@click.argument("data")
@click.option("--out", required=True, metavar="FEATURES", help="Table to write: .csv or .parquet.")
@click.option("--families", default="default", show_default=True, help="Features, by commas.")
@click.option("--resume", is_flag=True, help="Go on where a killed run ended.")
@_options.jobs
@_options.common
def command(
    data: str, out: str, families: str, resume: bool, jobs: int | None, as_json: bool
) -> int:
    r"""Compute features of every image of DATA, labelled or not, of any sizes.

    An image that cannot be used becomes a row with its reason in the column error, is named on
    stderr, and makes the exit code 1; the others go on. Until the table is whole, finished rows
    are kept in FEATURES.part, from which --resume goes on.

    \b
    Example:
      imgpipe extract scans/ --out features.csv --families intensity,glcm
    """
    path = _options.check_file(out, (".csv", ".parquet"), "a table")
    _check_parquet(path)
    chosen = _options.names(families, "--families")

    import imgpipe
    from imgpipe.cli._labels import label_columns
    from imgpipe.datasets import find_images
    from imgpipe.features import catalogue

    catalogue(families=chosen)  # a misspelt family fails before any image is read
    source = find_images(data)
    labels = label_columns(data, source.ids)
    header = {"version": imgpipe.__version__, "families": chosen, "images": _fingerprint(source)}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = PartFile(path.with_name(path.name + ".part"), header, resume=resume)
    try:
        _compute(source, part, chosen, _options.worker_count(jobs))
        _write(source, labels, part, path)
    except KeyboardInterrupt:
        raise Failure(
            f"interrupted; {len(part.rows)} of {len(source)} images are kept in {part.path}, and "
            "--resume goes on from there",
            INTERRUPTED,
        ) from None
    finally:
        part.close()
    part.remove()
    return _announce(path, source, part, as_json)


def _check_parquet(path: Path) -> None:
    """Say before the work that a parquet file needs one more package."""
    from importlib.util import find_spec

    if path.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise InputError(
            "a parquet file needs the package pyarrow (pip install 'imgpipe[parquet]'); "
            "or write .csv"
        )


def _fingerprint(source: "ImageList") -> str:
    """Tell whether a part file belongs to these images."""
    digest = hashlib.sha256()
    for name, item in zip(source.ids, source.items, strict=True):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        if isinstance(item, Path):
            if item.exists():
                state = item.stat()
                digest.update(f"{state.st_size} {state.st_mtime_ns}".encode())
        elif not isinstance(item, InputError):
            digest.update(str((item.pixels.shape, item.pixels.dtype)).encode())
            digest.update(item.pixels.tobytes())
    return digest.hexdigest()


def _compute(source: "ImageList", part: PartFile, families: list[str], jobs: int) -> None:
    """Fill the part file, a chunk at a time."""
    from imgpipe.features import extract_many

    pending = [i for i in range(len(source)) if i not in part.rows]
    ready: list[tuple[int, Image]] = []
    failed: list[Row] = []
    pixels = 0
    for i in track(pending, "extracting"):
        try:
            image = source[i]
        except (InputError, OSError) as error:
            failed.append(Row(i, None, _named(source.ids[i], error)))
        else:
            ready.append((i, image))
            pixels += image.pixels.size
        if len(ready) + len(failed) == _CHUNK_IMAGES or pixels >= _CHUNK_PIXELS:
            _finish(ready, failed, source, part, families, jobs, extract_many)
            ready, failed, pixels = [], [], 0
    _finish(ready, failed, source, part, families, jobs, extract_many)


def _finish(
    ready: list[tuple[int, "Image"]],
    failed: list[Row],
    source: "ImageList",
    part: PartFile,
    families: list[str],
    jobs: int,
    extract: _Extract,
) -> None:
    """Compute a chunk and keep its rows."""
    rows = list(failed)
    kinds: dict[tuple[int, int | None], list[tuple[int, Image]]] = {}
    for i, image in ready:
        kinds.setdefault((image.pixels.ndim, image.channel_axis), []).append((i, image))
    for (_, axis), members in kinds.items():
        names, found = _values(members, source, axis, families, jobs, extract)
        if names and not part.names:
            part.add(names, [])
        rows += [_fitting(row, names, part.names, source) for row in found]
    part.add([], rows)


def _values(
    members: list[tuple[int, "Image"]],
    source: "ImageList",
    axis: int | None,
    families: list[str],
    jobs: int,
    extract: _Extract,
) -> tuple[list[str], list[Row]]:
    """Give names and a row for each image of one kind; a bad one is found by going one by one."""
    pixels = [image.pixels for _, image in members]
    workers = jobs if sum(p.size for p in pixels) >= _WORTH_WORKERS else 1
    try:
        values, names = extract(pixels, families=families, channel_axis=axis, n_jobs=workers)
    except (InputError, TypeError) as error:  # TypeError: a dtype without a meaning here
        if len(members) == 1:
            i = members[0][0]
            reason = str(error).removeprefix("image 0").lstrip(": ")
            return [], [Row(i, None, f"{source.ids[i]}: {one_line(reason)}")]
    else:
        found = zip(members, values.tolist(), strict=True)
        return names, [Row(i, tuple(row)) for (i, _), row in found]
    names, rows = [], list[Row]()
    for member in members:
        some, row = _values([member], source, axis, families, 1, extract)
        names, rows = names or some, rows + row
    return names, rows


def _fitting(row: Row, names: list[str], wanted: list[str], source: "ImageList") -> Row:
    """Refuse a row with other columns than the table's."""
    if row.values is None or names == wanted:
        return row
    reason = (
        "gives other features than the first image; gray and colour images, or images and "
        "volumes, cannot share a table"
    )
    return Row(row.index, None, f"{source.ids[row.index]}: {reason}")


def _named(name: str, error: Exception) -> str:
    """Write the reason in one line that names the file."""
    reason = getattr(error, "strerror", None) or str(error)
    return one_line(reason if name in reason else f"{name}: {reason}")


def _write(source: "ImageList", labels: dict[str, list[str]], part: PartFile, path: Path) -> None:
    """Write the table in the order of the images; the same rows give the same bytes."""
    import pandas as pd

    empty = (float("nan"),) * len(part.names)
    rows = [part.rows[i] for i in range(len(source))]
    columns: dict[str, Iterable[Any]] = {"id": source.ids, **labels}
    table = pd.DataFrame(columns)
    values = pd.DataFrame([row.values or empty for row in rows], columns=part.names)
    errors = pd.DataFrame({"error": [row.error for row in rows]})
    table = pd.concat([table, values, errors], axis=1)
    with atomic_path(path) as scratch:
        if path.suffix.lower() == ".csv":
            table.to_csv(scratch, index=False)
        else:
            table.to_parquet(scratch, index=False)


def _announce(path: Path, source: "ImageList", part: PartFile, as_json: bool) -> int:
    """Say what was written and name what failed."""
    failed = sorted((row for row in part.rows.values() if row.error), key=lambda row: row.index)
    for text in source.warnings:
        click.echo(f"Warning: {text}", err=True)
    for row in failed:
        click.echo(f"Error: {row.error}", err=True)
    if as_json:
        named = [{"id": source.ids[row.index], "error": row.error} for row in failed]
        facts = {"out": str(path), "images": len(source), "features": len(part.names)}
        _output.print_json(facts | {"failed": named})
    else:
        note = f", {len(failed):,} failed" if failed else ""
        click.echo(f"{len(source):,} images, {len(part.names):,} features{note}: {path}")
    return SOME_FAILED if failed else 0
