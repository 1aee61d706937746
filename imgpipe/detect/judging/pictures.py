"""Parts of images to look at: lesions that were missed, false alarms, and whole images."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.detect.boxes import corners
from imgpipe.detect.results import DetectionPicture, HeldOut
from imgpipe.images.picture import picture_of

_ERRORS, _WHOLE = 12, 8  # pictures of each kind of error, and of whole images
_AROUND = 3.0  # times the longest side of a box
_LEAST, _LONGEST = 40, 256  # pixels along a side of what is shown
_ALL = 1 << 20


def pictures_of(
    images: Any, held: Sequence[HeldOut], threshold: float
) -> tuple[DetectionPicture, ...]:
    """Show the largest lesions that were missed, the surest false alarms, and whole images.

    Whole images are from that with the most errors to one with the fewest.
    """
    chosen = [
        *(("miss", *place) for place in _misses(held, threshold)[:_ERRORS]),
        *(("false alarm", *place) for place in _alarms(held, threshold)[:_ERRORS]),
        *(("image", image, -1) for image in _spread(held, threshold)),
    ]
    shown: dict[int, list[tuple[int, DetectionPicture]]] = {}
    for image in sorted({image for _, image, _ in chosen}):
        pixels = images[image]  # read once
        shown[image] = [
            (number, _picture(pixels, held[image], *what))
            for number, what in enumerate(chosen)
            if what[1] == image
        ]
    every = dict(pair for pairs in shown.values() for pair in pairs)
    return tuple(every[number] for number in range(len(chosen)))


def _misses(held: Sequence[HeldOut], threshold: float) -> list[tuple[int, int]]:
    found = []
    for i, image in enumerate(held):
        low, high = corners(image.lesions)
        sizes = (high - low).prod(axis=1)
        found += [(-sizes[k], i, int(k)) for k in np.flatnonzero(image.best < threshold)]
    return [(i, k) for _, i, k in sorted(found)]


def _alarms(held: Sequence[HeldOut], threshold: float) -> list[tuple[int, int]]:
    found = []
    for i, image in enumerate(held):
        scores = image.detections[:, -1]
        wrong = np.flatnonzero((image.hits < 0) & (scores >= threshold))
        found += [(-scores[k], i, int(k)) for k in wrong]
    return [(i, k) for _, i, k in sorted(found)]


def _spread(held: Sequence[HeldOut], threshold: float) -> list[int]:
    errors = [
        np.count_nonzero(image.best < threshold)
        + np.count_nonzero((image.hits < 0) & (image.detections[:, -1] >= threshold))
        for image in held
    ]
    order = np.argsort(-np.array(errors), kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, _WHOLE).round().astype(int))
    return [int(i) for i in order[places]]


def _picture(image: Any, held: HeldOut, kind: str, number: int, box: int) -> DetectionPicture:
    boxes = {"miss": held.lesions, "false alarm": held.detections}.get(kind)
    one = None if boxes is None else boxes[box]
    pixels, axis = image.pixels, image.channel_axis
    depth = len(image.spatial_shape) == 3
    at = _slice(image.spatial_shape[0], held, one) if depth else None
    if at is not None:
        pixels = pixels[at]
    plane = picture_of(pixels, axis, _ALL)
    if one is None:
        top, left, side = 0, 0, max(plane.shape[:2])
    else:
        axes = len(image.spatial_shape)
        low, high = one[axes - 2 : axes], one[2 * axes - 2 : 2 * axes]
        side = int(max(np.ceil(_AROUND * (high - low).max()), _LEAST))
        middle = (low + high) / 2
        starts = [
            int(np.clip(round(m - side / 2), 0, max(n - side, 0)))
            for m, n in zip(middle, plane.shape, strict=False)
        ]
        top, left = starts
    part = plane[top : top + side, left : left + side]
    step = -(-max(part.shape[:2]) // _LONGEST)
    shown = picture_of(part, -1 if part.ndim == 3 else None, _LONGEST)
    return DetectionPicture(kind, number, box, shown, (float(top), float(left)), float(step), at)


def _slice(depth: int, held: HeldOut, box: np.ndarray | None) -> int:
    """The slice through the middle of a box, of the largest lesion, or of the volume."""
    if box is None and len(held.lesions):
        low, high = corners(held.lesions)
        box = held.lesions[int((high - low).prod(axis=1).argmax())]
    if box is None:
        return depth // 2
    return int(np.clip((box[0] + box[len(box) // 2 if len(box) % 2 == 0 else 3]) / 2, 0, depth - 1))
