"""A stack of equally shaped images, prepared once for all families."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.boxes import Extents, extents, slices_of
from imgpipe.features.inputs.labels import image_error
from imgpipe.features.inputs.levels import discretise
from imgpipe.features.inputs.settings import ExtractionPlan, Settings


class Batch:
    """What families compute from. Arrays are C-contiguous and laid out (n, z, y, x).

    A 2-D image has one slice. Rows and columns that no mask of the stack reaches are cut off; only
    `whole` goes beyond, for the one family that looks there.

    Attributes
    ----------
    values : ndarray of float64
        Gray values (luminance of a colour image).
    channels : list of ndarray of float64
        The channels of a colour image; of a gray one, `values` alone.
    mask : ndarray of bool
        The mask as it was given.
    morphological_mask : ndarray of bool
        The mask of the shape; `mask` where none was given.
    inside : ndarray of bool
        The intensity mask: `mask` after re-segmentation.
    labels : sequence of str
        What errors call the images.
    shared : dict
        What several families need and the first of them worked out.
    whole, origin : ndarray of float64, tuple of int
        The gray values before the cut, and the corner (z, y, x) of the cut in them.
    finite : ndarray of bool or None
        Where `whole` was finite; None for everywhere.
    """

    def __init__(
        self,
        channels: list[np.ndarray],
        mask: np.ndarray | None,
        morphological_mask: np.ndarray | None,
        plan: ExtractionPlan,
        labels: Sequence[str],
    ) -> None:
        self._settings = plan.settings
        self.labels = labels
        values = channels[0] if len(channels) == 1 else _luminance(channels)
        masked = mask is not None
        whole = mask is None and morphological_mask is None
        if mask is None:
            mask = np.ones(values.shape, bool)
        shape = mask if morphological_mask is None else morphological_mask
        values, self.finite = _checked(values, mask, labels, masked)
        self.shared: dict[str, Any] = {}
        # families of one image work side by side, and what several need is worked out once
        self.lock = RLock()
        self._levels: tuple[np.ndarray, np.ndarray, int] | None = None
        self._sorted: list[tuple[np.ndarray, np.ndarray]] = []
        self.whole = values
        self.origin: tuple[int, ...] = (0, 0, 0)
        if not whole:
            box = (slice(None), *_common_box(mask | shape))
            self.origin = tuple(part.start for part in box[1:])
            values, mask, shape, *channels = (
                np.ascontiguousarray(array[box]) for array in (values, mask, shape, *channels)
            )
        self.values = values
        self.channels = channels if len(channels) > 1 else [values]
        self.mask = mask
        self.morphological_mask = shape
        self.inside = _resegment(self.values, self.mask, plan.settings, labels)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def extents(self) -> Extents:
        """Box and size of each intensity mask."""
        return extents(self.inside)

    @property
    def counts(self) -> np.ndarray:
        """Number of pixels in each intensity mask, int64 (n,)."""
        return self.extents.n_pixels

    @property
    def _discretised(self) -> tuple[np.ndarray, np.ndarray, int]:
        with self.lock:
            if self._levels is None:
                found = discretise(self.values, self.inside, self._settings, self.labels)
                self._levels = (*found, int(found[1].max()))
        return self._levels

    @property
    def levels(self) -> np.ndarray:
        """Gray levels from 1 up inside the intensity mask and 0 outside, int32."""
        return self._discretised[0]

    @property
    def n_levels(self) -> np.ndarray:
        """Highest gray level of each image, int64 (n,)."""
        return self._discretised[1]

    @property
    def top(self) -> int:
        """Highest gray level of all images."""
        return self._discretised[2]

    def sorted(self, values: np.ndarray) -> np.ndarray:
        """Ascending values inside each intensity mask, (n, longest), padded at the end."""
        with self.lock:
            return self._sorted_once(values)

    def _sorted_once(self, values: np.ndarray) -> np.ndarray:
        for known, gathered in self._sorted:
            if known is values:
                return gathered
        # sorting makes every sum independent of the order of the pixels, to the last bit
        gathered = np.full((len(self), int(self.counts.max())), np.inf)
        _gather(values.reshape(len(self), -1), self.inside.reshape(len(self), -1), gathered)
        gathered.sort(axis=1)
        # the array itself is kept: the id of one that is gone may be another's
        self._sorted.append((values, gathered))
        return gathered


def _luminance(channels: list[np.ndarray]) -> np.ndarray:
    from imgpipe.images.luminance import luminance

    return luminance(np.stack(channels, axis=-1), channel_axis=-1)


def check_not_empty(mask: np.ndarray, argument: str, labels: Sequence[str]) -> None:
    """Refuse a mask without a pixel."""
    empty = ~mask.reshape(len(mask), -1).any(axis=1)
    if empty.any():
        first = labels[int(empty.argmax())]
        raise image_error(f"the {argument} of {{image}} is empty", first, "EMPTY-MASK")


def _checked(
    values: np.ndarray, mask: np.ndarray, labels: Sequence[str], masked: bool
) -> tuple[np.ndarray, np.ndarray | None]:
    """Values that are finite everywhere, and where they were; an error where not inside a mask."""
    n = len(values)
    if masked:
        check_not_empty(mask, "mask", labels)
    finite = np.isfinite(values)
    if not finite.all():
        wrong = np.count_nonzero((mask & ~finite).reshape(n, -1), axis=1)
        if wrong.any():
            k = int(wrong.argmax())
            advice = " inside the mask; leave them out of the mask or replace them"
            if not masked:
                advice = "; replace them, or leave them out by a mask"
            pixels = f"{wrong[k]} NaN or infinite pixels"
            raise image_error(f"{{image}} holds {pixels}{advice}", labels[k])
        # what is outside never counts, and must not spread through arithmetic
        return np.where(finite, values, 0.0), finite
    return values, None


def _common_box(masks: np.ndarray) -> tuple[slice, ...]:
    """Index of the smallest box (z, y, x) around all masks of a stack."""
    first, last = extents(masks).boxes.transpose(2, 0, 1)
    return slices_of(np.stack([first.min(axis=0), last.max(axis=0)], axis=1))


def _resegment(
    values: np.ndarray, mask: np.ndarray, settings: Settings, labels: Sequence[str]
) -> np.ndarray:
    """Keep intensities within the range, then those within `outliers` deviations of their mean."""
    inside = mask
    if settings.range is not None:
        inside = inside & (values >= settings.range[0]) & (values <= settings.range[1])
        _check_left(inside, labels)
    if settings.outliers is not None:
        inside = inside.copy()
        for x, take in zip(values, inside, strict=True):
            kept = x[take]
            if kept.min() < kept.max():  # one intensity has no outliers, whatever its rounding
                take &= np.abs(x - kept.mean()) <= settings.outliers * kept.std()
        _check_left(inside, labels)
    return inside


def _check_left(inside: np.ndarray, labels: Sequence[str]) -> None:
    empty = ~inside.reshape(len(inside), -1).any(axis=1)
    if empty.any():
        first = labels[int(empty.argmax())]
        raise image_error(
            "re-segmentation leaves no pixel in the mask of {image}", first, "EMPTY-MASK"
        )


@jit
def _gather(values: np.ndarray, inside: np.ndarray, out: np.ndarray) -> None:
    """Copy the values inside each mask to the front of its row."""
    for k in range(values.shape[0]):
        x = values[k]
        take = inside[k]
        row = out[k]
        m = 0
        for i in range(x.size):
            if take[i]:
                row[m] = x[i]
                m += 1
