"""`imgpipe extract`: a table of features, one row an image."""

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from imgpipe._common import InputError, atomic_path, track
from imgpipe.cli.files.journal import PartFile, Row
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.exit_codes import INTERRUPTED, SOME_FAILED, Failure, one_line

if TYPE_CHECKING:
    from imgpipe.datasets import ImageList
    from imgpipe.images import Image

_CHUNK_IMAGES, _CHUNK_PIXELS = 256, 2**24  # computed together; what a kill may cost
_WORTH_WORKERS = 2**20  # pixels: below, starting workers takes longer than the work


_Settings = dict[str, Any]


@click.command()
@click.argument("data")
@click.option("--out", required=True, metavar="FEATURES", help="Table to write: .csv or .parquet.")
@click.option("--families", default="default", show_default=True, help="Features, by commas.")
@click.option("--aggregation", default="default", show_default=True, help="IBSI codes, by commas.")
@click.option("--bins", default="32", show_default=True, help="Gray levels, or none.")
@click.option("--bin-width", type=float, help="Gray levels of this size instead.")
@click.option("--label", type=float, help="Only where the mask has this value.")
@click.option("--groups", metavar="COL", help="Column of a manifest to copy as group.")
@click.option(
    "--hash-ids", is_flag=True,
    help="Replace DICOM identifiers by salted hashes; the column id still shows the path, and "
    "group what the manifest says, which may name the patient.",
)  # fmt: skip
@click.option("--salt", help="Salt of --hash-ids, for equal hashes in several runs.")
@click.option("--resume", is_flag=True, help="Go on where a killed run ended.")
@_options.jobs
@_options.common
def command(
    data: str,
    out: str,
    families: str,
    aggregation: str,
    bins: str,
    bin_width: float | None,
    label: float | None,
    groups: str | None,
    hash_ids: bool,
    salt: str | None,
    resume: bool,
    jobs: int | None,
    as_json: bool,
) -> int:
    r"""Compute features of every image of DATA.

    The images may be labelled or not, and of any sizes. An image that cannot be used becomes a row
    with its reason in the column error, is named on stderr, and makes the exit code 1; the others
    go on. Until the table is whole, finished rows are kept in FEATURES.part, from which --resume
    goes on. Labels, patients and splits that DATA names stand beside the features.

    A manifest may have a column mask (image file, NPY, or RTSTRUCT with a column region where it
    holds several), and a path in it may be the folder of a DICOM series. Rows of DICOM images carry
    PatientID, StudyInstanceUID and SeriesInstanceUID.

    \b
    Example:
      imgpipe extract scans/ --out features.csv --families intensity,glcm
      imgpipe extract lesions.csv --out features.parquet --families ibsi
    """
    path = _options.check_file(out, (".csv", ".parquet"), "a table")
    _options.check_not_input(path, (data,))
    _check_parquet(path)
    settings: _Settings = {
        "families": _options.names(families, "--families"),
        "aggregation": _options.names(aggregation, "--aggregation"),
        "bins": _bins(bins),
        "bin_width": bin_width,
    }
    if salt is not None and not hash_ids:
        raise InputError("--salt goes with --hash-ids")

    import imgpipe
    from imgpipe.cli.files.columns import identifier_columns, label_columns
    from imgpipe.datasets import find_images
    from imgpipe.features import catalogue

    catalogue(**settings, label=label, ndim=3)  # a misspelt name fails before any image is read
    settings["label"] = label
    source = find_images(data)
    if label is not None and not source.masks:
        raise InputError(f"--label goes with masks, and {data} names none")
    labels = label_columns(data, source.ids, groups)
    header = {"version": imgpipe.__version__, **settings, "images": _fingerprint(source)}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = PartFile(path.with_name(path.name + ".part"), header, resume=resume)
    try:
        _compute(source, part, settings, _options.worker_count(jobs))
        who = identifier_columns(source, (salt or secrets.token_hex(16)) if hash_ids else None)
        _write(source, labels | who, part, path)
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
            "a parquet file needs the package pyarrow (pip install pyarrow; part of the extra "
            "parquet); or write .csv"
        )


def _bins(text: str) -> int | None:
    """Read --bins."""
    if text.lower() == "none":
        return None
    if not text.isdigit():
        raise InputError(f"--bins must be a number of gray levels or none, not {text!r}")
    return int(text)


def _fingerprint(source: "ImageList") -> str:
    """Tell whether a part file belongs to these images."""
    digest = hashlib.sha256()
    for name, item in zip(source.ids, source.items, strict=True):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        if isinstance(item, Path):
            files = sorted(item.iterdir()) if item.is_dir() else [item]
            digest.update(_states(files))
        elif not isinstance(item, InputError):
            digest.update(str((item.pixels.shape, item.pixels.dtype)).encode())
            digest.update(item.pixels.tobytes())
    for place in source.masks:
        digest.update(repr(place and place[1]).encode() + _states([place[0]] if place else []))
    return digest.hexdigest()


def _states(files: Iterable[Path]) -> bytes:
    """Name, size and time of each file that is there."""
    found = [(file, file.stat()) for file in files if file.exists()]
    return "".join(f"{f.name} {s.st_size} {s.st_mtime_ns}," for f, s in found).encode()


class _Loaded(NamedTuple):
    """An image at hand, its mask and its place in the list."""

    place: int
    image: "Image"
    mask: Any


def _compute(source: "ImageList", part: PartFile, settings: _Settings, jobs: int) -> None:
    """Fill the part file, a chunk at a time."""
    pending = [i for i in range(len(source)) if i not in part.rows]
    ready: list[_Loaded] = []
    failed: list[Row] = []
    pixels = 0
    for i in track(pending, "extracting"):
        try:
            image, mask = source.masked(i)
        except (InputError, OSError) as error:
            failed.append(Row(i, None, _named(source.ids[i], error)))
        else:
            ready.append(_Loaded(i, image, mask))
            pixels += image.pixels.size
        if len(ready) + len(failed) == _CHUNK_IMAGES or pixels >= _CHUNK_PIXELS:
            _finish(ready, failed, source, part, settings, jobs)
            ready, failed, pixels = [], [], 0
    _finish(ready, failed, source, part, settings, jobs)


def _finish(
    ready: list[_Loaded],
    failed: list[Row],
    source: "ImageList",
    part: PartFile,
    settings: _Settings,
    jobs: int,
) -> None:
    """Compute a chunk and keep its rows."""
    rows = list(failed)
    kinds: dict[Any, list[_Loaded]] = {}
    for item in ready:
        image = item.image
        kind = (image.pixels.ndim, image.channel_axis, image.spacing, item.mask is None)
        kinds.setdefault(kind, []).append(item)
    for members in kinds.values():
        names, found = _values(members, source, settings, jobs)
        if names and not part.names:
            part.add(names, [])
        rows += [_fitting(row, names, part.names, source) for row in found]
    part.add([], rows)


def _values(
    members: list[_Loaded], source: "ImageList", settings: _Settings, jobs: int
) -> tuple[list[str], list[Row]]:
    """Give names and a row for each image of one kind; a bad one is found by going one by one."""
    from imgpipe.features import extract_many

    first = members[0]
    pixels = [member.image.pixels for member in members]
    masks = None if first.mask is None else [member.mask for member in members]
    kind = {"channel_axis": first.image.channel_axis, "spacing": first.image.spacing}
    if masks is None:
        kind["label"] = None  # the whole image, where a manifest names no mask
    workers = jobs if sum(p.size for p in pixels) >= _WORTH_WORKERS else 1
    try:
        values, names = extract_many(pixels, masks, n_jobs=workers, **settings | kind)
    except (InputError, TypeError) as error:  # TypeError: a dtype without a meaning here
        if len(members) == 1:
            reason = str(error).removeprefix("image 0").lstrip(": ").replace("image 0", "the image")
            i = first.place
            return [], [Row(i, None, f"{source.ids[i]}: {one_line(reason)}")]
    else:
        found = zip(members, values.tolist(), strict=True)
        return names, [Row(member.place, tuple(row)) for member, row in found]
    names, rows = [], list[Row]()
    for member in members:
        some, row = _values([member], source, settings, 1)
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
