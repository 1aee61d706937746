"""The worst pairs, to be looked at."""

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image, ImageFile
from imgpipe.images.picture import picture_of
from imgpipe.tables.mask_pairs.grids import OnOneGrid
from imgpipe.tables.mask_pairs.rows import MaskRow
from imgpipe.tables.mask_pairs.scores import WorstPair

_MARGIN = 0.25  # of the longer side of what is inside
_LEAST = 24  # pixels
_LONGEST = 512


def worst_pair(row: MaskRow, pair: OnOneGrid, image: object) -> WorstPair:
    """Cut the part of a pair that is to be looked at out of it, with that of its image."""
    mask, reference = pair.mask, pair.reference
    if row.label is not None:
        mask, reference = (_only(each, row.label) for each in (mask, reference))
    pixels, axis = _pixels(image, reference.shape)
    at = None
    if mask.ndim == 3:
        at = _slice(mask, reference)
        mask, reference = mask[at], reference[at]
        pixels = None if pixels is None else pixels[at]
    spacing = (pair.spacing or (1.0, 1.0))[-2:]
    box = _box((mask != 0) | (reference != 0))
    step = max(1, *(-(-(side.stop - side.start) // _LONGEST) for side in box))
    picture = None
    if pixels is not None:
        # gray levels of the whole image, as a reader of images would set them
        whole = picture_of(pixels, axis, max(pixels.shape))
        picture = np.ascontiguousarray(whole[box][::step, ::step])
    return WorstPair(
        row, mask[box][::step, ::step], reference[box][::step, ::step], picture, at,
        spacing[1] / spacing[0],
    )  # fmt: skip


def _only(labels: np.ndarray, label: int) -> np.ndarray:
    """One label; white alone is label 1, as `segment.measure` takes it."""
    chosen = labels == label
    return chosen if chosen.any() or label != 1 else labels != 0


def _slice(mask: np.ndarray, reference: np.ndarray) -> int:
    """Slice in which two volumes differ most, or in which most is inside."""
    counts = np.count_nonzero((mask != reference).reshape(len(mask), -1), axis=1)
    if not counts.any():
        counts = np.count_nonzero((mask != 0).reshape(len(mask), -1), axis=1)
    return int(counts.argmax())


def _box(inside: np.ndarray) -> tuple[slice, slice]:
    """Part round what is inside, with a margin; all where nothing is."""
    if not inside.any():
        return slice(0, inside.shape[0]), slice(0, inside.shape[1])
    ends = []
    for axis in (0, 1):
        there = np.flatnonzero(inside.any(axis=1 - axis))
        ends.append((int(there[0]), int(there[-1]) + 1))
    longest = max(b - a for a, b in ends)
    side = max(longest + 2 * round(_MARGIN * longest), _LEAST)
    box = []
    for (a, b), n in zip(ends, inside.shape, strict=True):
        middle = (a + b) // 2
        first = max(0, min(middle - side // 2, n - side))
        box.append(slice(first, min(n, first + side)))
    return box[0], box[1]


def _pixels(image: object, shape: tuple[int, ...]) -> tuple[np.ndarray | None, int | None]:
    """Pixels of the image of a pair, where it has them in this shape."""
    try:
        if isinstance(image, ImageFile):
            image = ImageFile(image.path, series=image.series, allow_gaps=image.allow_gaps).read()
    except (InputError, OSError):
        return None, None
    if not isinstance(image, Image) or image.spatial_shape != shape:
        return None, None
    return image.pixels, image.channel_axis
