"""Images measured in chunks of moderate size; a bad one is found by going one by one."""

from typing import Any, NamedTuple

from imgpipe._common import InputError, track
from imgpipe.datasets.naming import told_of, told_together
from imgpipe.features import extract_many
from imgpipe.images import Image, Images
from imgpipe.tables.rows.journal import Row, Rows

_CHUNK_IMAGES, _CHUNK_PIXELS = 256, 2**24  # computed together; what a kill may cost
_WORTH_WORKERS = 2**20  # pixels: below, starting workers takes longer than the work


class _Loaded(NamedTuple):
    """An image at hand and its place in the list."""

    place: int
    image: Image

    @property
    def kind(self) -> tuple[Any, ...]:
        """What images measured in one call have in common."""
        image = self.image
        return image.pixels.ndim, image.channel_axis, image.spacing, image.mask is None


def measure(images: Images, rows: Rows, settings: dict[str, Any], n_jobs: int | None) -> list[str]:
    """Add the rows that are not there yet, a chunk at a time; give notes on their images."""
    pending = [i for i in range(len(images)) if i not in rows.rows]
    ready: list[_Loaded] = []
    failed: list[Row] = []
    notes: list[str] = []
    pixels = 0
    for i in track(pending, "extracting"):
        try:
            image = images[i]
        except (InputError, OSError) as error:
            failed.append(Row(i, None, told_of(images.ids[i], error)))
        else:
            ready.append(_Loaded(i, image))
            notes += image.warnings
            pixels += image.pixels.size
        if len(ready) + len(failed) == _CHUNK_IMAGES or pixels >= _CHUNK_PIXELS:
            _finish(ready, failed, images, rows, settings, n_jobs)
            ready, failed, pixels = [], [], 0
    _finish(ready, failed, images, rows, settings, n_jobs)
    return told_together(notes)


def _finish(
    ready: list[_Loaded],
    failed: list[Row],
    images: Images,
    rows: Rows,
    settings: dict[str, Any],
    n_jobs: int | None,
) -> None:
    """Measure a chunk and keep its rows; the first image measured says what the columns are."""
    chunk = list(failed)
    kinds: dict[Any, list[_Loaded]] = {}
    for item in ready:
        kinds.setdefault(item.kind, []).append(item)
    for members in kinds.values():
        names, measured = _measured(members, images, settings, n_jobs)
        if names and not rows.names:
            rows.add(names, [])
        chunk += [_fitting(row, names, rows.names, images) for row in measured]
    rows.add([], chunk)


def _measured(
    members: list[_Loaded], images: Images, settings: dict[str, Any], n_jobs: int | None
) -> tuple[list[str], list[Row]]:
    """Give names and a row for each image of one kind."""
    first = members[0]
    own = {"label": None} if first.image.mask is None else {}  # the whole image has no labels
    pixels = sum(member.image.pixels.size for member in members)
    workers = n_jobs if pixels >= _WORTH_WORKERS else 1
    try:
        carried = Images([member.image for member in members])
        values, names = extract_many(carried, n_jobs=workers, **settings | own)
    except (InputError, TypeError) as error:  # TypeError: a dtype without a meaning here
        if len(members) == 1:
            return [], [Row(first.place, None, told_of(images.ids[first.place], error))]
    else:
        measured = zip(members, values.tolist(), strict=True)
        return names, [Row(member.place, tuple(row)) for member, row in measured]
    names, rows = [], list[Row]()
    for member in members:
        own_names, row = _measured([member], images, settings, 1)
        names, rows = names or own_names, rows + row
    return names, rows


def _fitting(row: Row, names: list[str], expected: list[str], images: Images) -> Row:
    """Refuse a row with other columns than the table's."""
    if row.values is None or names == expected:
        return row
    reason = (
        "gives other features than the first image; gray and colour images, or images and "
        "volumes, cannot share a table"
    )
    return Row(row.index, None, f"{images.ids[row.index]}: {reason}")
