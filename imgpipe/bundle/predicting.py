"""Predictions of many images, part by part, in little memory; a kill loses little of them."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, Unpack

import numpy as np

import imgpipe
from imgpipe._common import InputError, atomic_path, track
from imgpipe._common.pseudonyms import Pseudonyms, check_salt, drawn_salt, salt_header
from imgpipe._common.reasons import NO_REASON, Reason
from imgpipe._runtime.backends import active, in_order, must_see
from imgpipe._runtime.journal import Journal
from imgpipe._runtime.resumable import resumable
from imgpipe._runtime.workers import worker_count
from imgpipe.bundle.files import load_predictor
from imgpipe.bundle.inference.batches import Batch, Judged, batches, judge
from imgpipe.bundle.inference.reading import How
from imgpipe.bundle.inference.regions import whole_notes
from imgpipe.bundle.predictions import Predictions, as_threshold
from imgpipe.bundle.predictor import Predictor, ids_of
from imgpipe.datasets.files.fingerprint import fingerprint
from imgpipe.images import ImageFile, Images
from imgpipe.images.item import paths_of


def predict_in_parts(
    model: str | os.PathLike[str],
    images: Any,
    out: str | os.PathLike[str] | None = None,
    *,
    threshold: float | None = None,
    hash_ids: bool = False,
    salt: str | None = None,
    resume: bool = False,
    trust: bool = False,
    n_jobs: int | None = None,
    **how: Unpack[How],
) -> Iterator[Predictions]:
    """Predict images with a model's file, and give what it says of some hundred at a time.

    With `out`, what was predicted is kept in ``<out>.part``, which survives a kill of the process;
    the table appears, whole, once the last part was taken.

    Parameters
    ----------
    model : path-like
        As in `load`.
    images : path, list of paths or sequence
        As in `Predictor.predict`; with `out` and with several workers, paths.
    out : path-like, optional
        A ``.csv`` file to write.
    threshold : float, optional
        As in `Predictor.predict`.
    hash_ids, salt
        As in `imgpipe.tables.extract_table`: ids are salted hashes, and errors and warnings name
        no file.
    resume : bool
        Go on from ``<out>.part``, where there is one; the parts that are kept there come first.
    trust : bool
        As in `load`.
    n_jobs : int, optional
        Workers; None means 1.
    slices, series, allow_gaps
        As in `Predictor.predict`.

    Yields
    ------
    Predictions
        Those of images that follow one another; the first has the warnings of the source.

    Raises
    ------
    InputError
        As `Predictor.predict`; for a ``.part`` of another model, other images or another
        threshold.
    KeyboardInterrupt
        One that says what is kept, where there is an `out`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe import bundle, datasets, learn
    >>> trained = learn.fit(datasets.load("synthetic-nodules"), "forest", families="intensity")
    >>> with TemporaryDirectory() as folder:
    ...     model, out = Path(folder, "nodules.imgpipe"), Path(folder, "predictions.csv")
    ...     bundle.save(trained, model)
    ...     sizes = [len(p) for p in bundle.predict_in_parts(model, "synthetic-nodules", out)]
    ...     sizes, len(out.read_text().splitlines())
    ([256, 2], 259)
    """
    check_salt(hash_ids, salt)
    drawn = drawn_salt() if hash_ids and salt is None else None
    predictor = load_predictor(model, trust=trust)
    threshold = as_threshold(threshold, predictor.classes)
    source = predictor.listed(images, **how)
    if isinstance(source, Images):
        must_see(item.path for item in source.items if isinstance(item, ImageFile))
    must_see([os.fspath(model)])
    ids = ids_of(source)
    digest = _digest(Path(model))
    local = worker_count(n_jobs) == 1 and active() is None
    work: Any = partial(judge, model=predictor.model)
    if not local:
        work = partial(_judge, path=os.fspath(model), trust=trust, digest=digest)

    lost = partial(_lost, classes=len(predictor.classes))

    def computed(start: int, names: Pseudonyms | None) -> Iterator[Judged]:
        todo = batches(predictor.model, source, ids, start)
        found = in_order(work, todo, n_jobs=n_jobs, parts=_one_by_one, lost=lost)
        if names is not None:
            found = _hidden(found, source, ids, start, names)
        return track(found, "predicting", len(ids), size=_size, done=start, lines=True)

    if out is None:
        names = Pseudonyms(salt or drawn or "") if hash_ids else None
        yield from _told(predictor, source, ids, computed(0, names), threshold, names)
        return
    if not isinstance(source, Images):
        raise InputError("images in memory have no names to go on by; leave out `out`")
    header = {
        "version": imgpipe.__version__,
        "model": digest,
        "threshold": threshold,
        "salt": salt_header(hash_ids, salt),
        "images": fingerprint(source),
    }
    with resumable(Path(out), header, len(ids), resume=resume, secret=drawn) as journal:
        names = Pseudonyms(salt or journal.secret or "") if hash_ids else None
        found = chain(
            Judged.of(journal.blocks()), _keeping(journal, computed(journal.count, names))
        )
        yield from _told(predictor, source, ids, found, threshold, names)
        parts = _told(predictor, source, ids, Judged.of(journal.blocks()), threshold, names)
        with atomic_path(out) as scratch, scratch.open("w", encoding="utf-8", newline="") as file:
            for number, part in enumerate(parts):
                part.write_csv(file, header=number == 0)


def _keeping(journal: Journal, found: Iterable[Judged]) -> Iterator[Judged]:
    for judged in found:
        journal.add(judged.block())
        yield judged


def _told(
    predictor: Predictor,
    source: Any,
    ids: tuple[str, ...],
    found: Iterable[Judged],
    threshold: float | None,
    names: Pseudonyms | None,
) -> Iterator[Predictions]:
    """Put parts into words, one by one; those of hashes where there are pseudonyms."""
    start = 0
    for shares, distances, errors, whole in found:
        reasons = [errors.get(i, NO_REASON) for i in range(len(shares))]
        stop = start + len(shares)
        shown = ids[start:stop]
        notes = () if start else tuple(getattr(source, "warnings", ()))
        if names is not None:
            shown = tuple(map(names.of, shown))
            notes = tuple(map(names.in_note, notes))
        notes = (*notes, *whole_notes(predictor.model, whole, len(shares)))
        told = predictor.told(shown, shares, distances, reasons, threshold)
        yield replace(told, warnings=notes)
        start = stop


def _hidden(
    found: Iterable[Judged], source: Any, ids: tuple[str, ...], start: int, names: Pseudonyms
) -> Iterator[Judged]:
    """Take names out of reasons before any of them is kept."""
    for judged in found:
        rows = range(start, start + len(judged.shares))
        beside = [_beside(source, row) for row in rows]
        yield judged._replace(
            errors=names.in_reasons(judged.errors, ids[rows.start : rows.stop], beside)
        )
        start = rows.stop


def _beside(source: Any, index: int) -> list[str]:
    """Names of the files that errors on an image may speak of."""
    return paths_of(source.items[index]) if isinstance(source, Images) else []


def _judge(batch: Batch, path: str, trust: bool, digest: str) -> Judged:
    """Predict a batch in a worker, which opens the model itself, once."""
    return judge(batch, _opened(path, trust, digest).model)


@lru_cache(maxsize=1)
def _opened(path: str, trust: bool, digest: str) -> Predictor:
    if _digest(Path(path)) != digest:
        raise InputError(f"{path} is another model than where this was started")
    return load_predictor(path, trust=trust)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _one_by_one(batch: Batch) -> list[Batch]:
    return [Batch(batch.images[i : i + 1], (name,)) for i, name in enumerate(batch.ids)]


def _lost(batch: Batch, reason: str, classes: int) -> Judged:
    """Say of images that whoever predicts them is killed."""
    n = len(batch.ids)
    errors = {i: Reason("LOST", f"{name}: {reason}") for i, name in enumerate(batch.ids)}
    return Judged(np.full((n, classes), np.nan), np.full(n, np.nan), errors)


def _size(judged: Judged) -> int:
    return len(judged.shares)
