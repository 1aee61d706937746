"""The readers that changed files are given to, and what a sane answer of each is."""

import math
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fuzz_readers.mutations import Case
from benchmarks.fuzz_readers.seeds_dicom import slices
from imgpipe import InputError
from imgpipe._common import hidden_in
from imgpipe.datasets import load
from imgpipe.datasets.files.table import read_table
from imgpipe.images import (
    ContourWarning,
    Image,
    identifiers,
    list_studies,
    read_contours,
    read_mask,
    read_segmentation,
    read_series,
)
from imgpipe.images.image import pixels_at_most
from imgpipe.images.privacy import find_identifying
from imgpipe.images.read import read_bytes
from imgpipe.images.segmentation import SegmentationWarning

MOST_PIXELS = 2**20
"""That a changed file may declare: more is refused, as `MAX_PIXELS` is elsewhere."""
_DTYPES = {
    "bool",
    "float32",
    "float64",
    *(f"{k}int{n}" for k in ("", "u") for n in (8, 16, 32, 64)),
}


class Doors:
    """Readers, and the folder in which they find what they read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._series = folder / "series"
        self._whole = folder / "whole"
        for place in (self._series, self._whole):
            place.mkdir()
            for name, content in zip("abc", slices(), strict=True):
                (place / f"{name}.dcm").write_bytes(content)
        self._volume = read_series(self._whole)

    def try_case(self, case: Case) -> str:
        """Read a changed file; say by which door, or the reason why it is refused.

        Raises
        ------
        AssertionError
            For an answer that is not sane.
        Exception
            For any error but an `InputError` in one line that names the file.
        """
        name, door = self._chosen(case)
        try:
            with pixels_at_most(MOST_PIXELS):
                door(case)
        except InputError as error:
            _check_error(error)
            return f"{name}: {reason_of(str(error), self._folder)}"
        return f"{name}: read"

    def _chosen(self, case: Case) -> tuple[str, Callable[[Case], None]]:
        kind = case.seed.kind
        if kind in _OWN:
            return kind, getattr(self, _OWN[kind])
        if case.draw < 0.85:
            return "image", self._image
        if case.draw < 0.95:
            return "mask", self._mask
        return "privacy", self._privacy

    def _image(self, case: Case) -> None:
        check_image(read_bytes(case.content, name=case.seed.name))

    def _mask(self, case: Case) -> None:
        found = read_mask(self._written(case))
        assert found.labels.dtype.kind in "biu", found.labels.dtype
        assert 2 <= found.labels.ndim <= 3
        assert found.labels.size <= MOST_PIXELS
        _check_texts(found.warnings)

    def _privacy(self, case: Case) -> None:
        path = self._written(case)
        for found in find_identifying(path, show_values=True):
            _check_texts((found.message, *found.values, *found.ids))
        several = identifiers(path)
        assert several is None or all(isinstance(one, str) for one in several)

    def _of_series(self, case: Case) -> None:
        (self._series / "b.dcm").write_bytes(case.content)
        if case.draw > 0.8:
            list_studies(self._series)
        series = read_series(self._series, allow_gaps=case.draw < 0.3)
        check_image(series.image)
        assert series.image.pixels.ndim == 3
        assert np.isfinite(series.origin).all()
        assert np.allclose(np.linalg.norm(series.directions, axis=1), 1, atol=1e-3)

    def _contours(self, case: Case) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ContourWarning)
            mask = read_contours(self._written(case), self._volume)
        assert mask.dtype == bool
        assert mask.shape == self._volume.image.shape

    def _segments(self, case: Case) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SegmentationWarning)
            mask = read_segmentation(self._written(case), self._volume)
        assert mask.dtype.kind in "ub"
        assert mask.shape == self._volume.image.shape

    def _archive(self, case: Case) -> None:
        found = load(self._written(case))
        for image in found.images:
            check_image(image)
        assert len(found.labels) == len(found.images)

    def _table(self, case: Case) -> None:
        table = read_table(self._written(case), ("path",))
        assert all(row.keys() == table.rows[0].keys() for row in table.rows)
        _check_texts(table.notes)

    def _written(self, case: Case) -> Path:
        path = self._folder / case.seed.name
        path.write_bytes(case.content)
        return path


_OWN = {
    "series": "_of_series",
    "contours": "_contours",
    "segmentation": "_segments",
    "npz": "_archive",
    "table": "_table",
}


def check_image(image: Image) -> None:
    """Refuse an image that no reader may give."""
    pixels = image.pixels
    assert pixels.dtype.name in _DTYPES, pixels.dtype
    assert pixels.dtype.isnative
    assert pixels.flags.c_contiguous
    shape = image.spatial_shape
    assert 2 <= len(shape) <= 3, shape
    assert image.channel_axis in (None, -1)
    assert image.channel_axis is None or pixels.shape[-1] == 3
    assert 1 <= math.prod(shape) <= MOST_PIXELS, shape
    if image.spacing is not None:
        assert len(image.spacing) == len(shape)
        assert all(math.isfinite(length) and length > 0 for length in image.spacing), image.spacing
    if image.place is not None:
        assert np.isfinite(image.place.origin).all()
        assert np.isfinite(image.place.directions).all()
    _check_texts((*image.warnings, image.unit or "x"))


def _check_texts(texts: tuple[str, ...]) -> None:
    for text in texts:
        assert not hidden_in(text), repr(text)
        assert len(text) < 3000, len(text)


def _check_error(error: InputError) -> None:
    """Refuse an error with hidden characters, or one that keeps quiet about the end of memory."""
    text = str(error)
    assert text, "an empty message"
    assert not hidden_in(text), repr(text)
    assert len(text) < 3000, len(text)
    cause: BaseException | None = error
    while cause is not None:
        assert not isinstance(cause, MemoryError), "asked for more memory than a small file needs"
        cause = cause.__cause__ or cause.__context__


def reason_of(text: str, folder: Path) -> str:
    """Leave out of an error what differs from case to case."""
    from benchmarks.fuzz.worker import VARYING

    text = text.replace(str(folder) + os.sep, "")
    return VARYING.sub("*", text.partition(": ")[2] or text)[:90]
