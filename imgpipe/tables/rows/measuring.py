"""Images read and measured in chunks of moderate size; a bad one is found by going one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.reasons import Reason
from imgpipe._runtime.backends import in_order, must_see
from imgpipe._runtime.journal import Block, Journal
from imgpipe.datasets.naming import reason_of
from imgpipe.features import FAMILIES, extract_many
from imgpipe.features.family import Family
from imgpipe.images import Image, ImageFile, Images, identifiers
from imgpipe.images.item import Item

_CHUNK_IMAGES, _CHUNK_BYTES = 64, 2**21  # sent together; what a kill may cost
_CALL_PIXELS = 2**22  # in memory, and measured, together
_FOLDER_BYTES = _CHUNK_BYTES  # a series is a chunk of its own
_WORTH_WORKERS = 2**19  # bytes: below, starting workers takes longer than the work


class _Loaded(NamedTuple):
    """An image at hand and its place in the chunk."""

    place: int
    image: Image

    @property
    def kind(self) -> tuple[Any, ...]:
        """What images measured in one call have in common."""
        image = self.image
        return image.pixels.ndim, image.channel_axis, image.spacing, image.mask is None


@dataclass
class _Found:
    """What a worker says of a chunk: values by the names of their columns, and places of both."""

    count: int
    values: dict[tuple[str, ...], list[tuple[int, np.ndarray]]] = field(default_factory=dict)
    errors: dict[int, Reason] = field(default_factory=dict)
    identifiers: list[tuple[str, str, str] | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def measure(
    images: Images, journal: Journal, settings: dict[str, Any], n_jobs: int | None
) -> Iterator[tuple[Block, list[str]]]:
    """Give blocks of rows that the journal has not, in order, with the names of their columns."""
    sizes = [_size_of(item) for item in images.items]
    spans = [
        range(max(span.start, journal.count), span.stop)
        for span in _spans(images.items, sizes)
        if span.stop > journal.count
    ]
    must_see(item.path for item in images.items if isinstance(item, ImageFile))
    workers = n_jobs if sum(sizes[journal.count :]) >= _WORTH_WORKERS else 1
    work = partial(_measured, settings=settings, added=FAMILIES.registered())
    chunks = (images[span.start : span.stop] for span in spans)
    names, start = journal.names, journal.count
    for found in in_order(work, chunks, n_jobs=workers, parts=_one_by_one, lost=_lost):
        names = names or _first_names(found)
        yield _block(found, names, images.ids[start : start + found.count]), names
        start += found.count


def _size_of(item: Item) -> int:
    """Bytes in memory or on disk, as far as they are known without reading."""
    if isinstance(item, Image):
        return int(item.pixels.nbytes)
    if not isinstance(item, ImageFile):
        return 0
    path = Path(item.path)
    try:
        return _FOLDER_BYTES if path.is_dir() else path.stat().st_size
    except OSError:
        return 0


def _spans(items: tuple[Item, ...], sizes: list[int]) -> Iterator[range]:
    """Cut the list by what is in it alone, so that any run cuts it in the same places."""
    start = pending = 0
    before = None
    for i, (item, size) in enumerate(zip(items, sizes, strict=True)):
        path = item.path if isinstance(item, ImageFile) else None
        size = 0 if path is not None and path == before else size  # slices of one volume
        before = path
        if i > start and (i - start == _CHUNK_IMAGES or pending + size > _CHUNK_BYTES):
            yield range(start, i)
            start, pending = i, 0
        pending += size
    if items:
        yield range(start, len(items))


def _one_by_one(chunk: Images) -> list[Images]:
    return [chunk[i : i + 1] for i in range(len(chunk))]


def _lost(chunk: Images, reason: str) -> _Found:
    """Say of images that whoever measures them is killed."""
    errors = {i: Reason("LOST", f"{name}: {reason}") for i, name in enumerate(chunk.ids)}
    return _Found(len(chunk), errors=errors)


def _measured(chunk: Images, settings: dict[str, Any], added: Mapping[str, Family]) -> _Found:
    """Read and measure a chunk, in a worker that may not know the `added` families."""
    FAMILIES.update(added)
    found = _Found(len(chunk))
    ready: list[_Loaded] = []
    pixels = 0
    for i in range(len(chunk)):
        try:
            image = chunk[i]
        except (InputError, OSError) as error:
            found.errors[i] = reason_of(chunk.ids[i], error)
            continue
        ready.append(_Loaded(i, image))
        found.notes += image.warnings
        pixels += image.pixels.size
        if pixels >= _CALL_PIXELS:
            _measure_all(ready, found, chunk.ids, settings)
            ready, pixels = [], 0
    _measure_all(ready, found, chunk.ids, settings)
    told = [identifiers(i.path) if isinstance(i, ImageFile) else None for i in chunk.items]
    found.identifiers = told if any(told) else []
    return found


def _measure_all(
    ready: list[_Loaded], found: _Found, ids: tuple[str, ...], settings: dict[str, Any]
) -> None:
    kinds: dict[Any, list[_Loaded]] = {}
    for item in ready:
        kinds.setdefault(item.kind, []).append(item)
    for members in kinds.values():
        _measure_kind(members, found, ids, settings)


def _measure_kind(
    members: list[_Loaded], found: _Found, ids: tuple[str, ...], settings: dict[str, Any]
) -> None:
    """Measure images of one kind together, or one by one where one of them is bad."""
    first = members[0]
    own = {"label": None} if first.image.mask is None else {}  # the whole image has no labels
    try:
        carried = Images([member.image for member in members])
        values, names = extract_many(carried, n_jobs=1, **settings | own)
    except (InputError, TypeError) as error:  # TypeError: a dtype without a meaning here
        if len(members) == 1:
            found.errors[first.place] = reason_of(ids[first.place], error)
            return
        for member in members:
            _measure_kind([member], found, ids, settings)
        return
    rows = found.values.setdefault(tuple(names), [])
    rows += [(member.place, row) for member, row in zip(members, values, strict=True)]


def _first_names(found: _Found) -> list[str]:
    """Columns of the first image that was measured."""
    first = {min(place for place, _ in rows): names for names, rows in found.values.items()}
    return list(first[min(first)]) if first else []


def _block(found: _Found, names: list[str], ids: tuple[str, ...]) -> Block:
    """Put the rows of a chunk in order; refuse those with other columns than the table's."""
    errors = dict(found.errors)
    values = np.full((found.count, len(names)), np.nan)
    for own, rows in found.values.items():
        for place, row in rows:
            if list(own) == names:
                values[place] = row
            else:
                errors[place] = Reason("OTHER-KIND", f"{ids[place]}: {_OTHER}")
    extras = {"identifiers": found.identifiers} if found.identifiers else {}
    note = found.notes[0] if found.notes else ""
    return Block(values, dict(sorted(errors.items())), extras, len(found.notes), note)


_OTHER = (
    "gives other features than the first image; gray and colour images, or images and volumes, "
    "cannot share a table"
)
