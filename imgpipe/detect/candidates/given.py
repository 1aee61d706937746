"""What a detector is given: settings, and the lesions of each image."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.detect.boxes import boxes_of, boxes_within, checked_boxes
from imgpipe.detect.candidates.search import check_polarity
from imgpipe.detect.judging.hits import HitRule
from imgpipe.detect.numbers import check_seed, real, whole
from imgpipe.images import Images

_LEAST = {"candidates": 1, "hard_negatives": 0, "patch_size": 5}


def truth_of(images: Images, boxes: Any = None) -> list[np.ndarray]:
    """Give the boxes of the lesions of each image, checked.

    Parameters
    ----------
    images : Images
    boxes : sequence of array_like, shapes (n, 2 * axes), optional
        By default a box round each lesion in the masks; an image without one has none.

    Returns
    -------
    list of ndarray of float64, shapes (n, 2 * axes)
    """
    if boxes is None:
        if not images.masked_any:
            raise InputError("no boxes, and no masks that have lesions: give boxes, one an image")
        boxes = [_in_mask(image) for image in images]
    if not hasattr(boxes, "__len__") or len(boxes) != len(images):
        given = len(boxes) if hasattr(boxes, "__len__") else type(boxes).__name__
        raise InputError(f"boxes: {given} for {len(images)} images; give a list, one an image")
    found = []
    for image, rows in zip(images, boxes, strict=True):
        name, shape = f"boxes of image {image.id}", image.spatial_shape
        found.append(boxes_within(checked_boxes(rows, name, axes=len(shape)), shape, name))
    return found


def check_settings(detector: Any, on_patches: bool) -> None:
    """Refuse settings of a detector that are out of range, or would mean nothing."""
    check_polarity(detector.polarity)
    HitRule(detector.rule, detector.overlap, detector.radius)
    for name, least in _LEAST.items():
        value = getattr(detector, name)
        if value is None and name == "patch_size":
            continue
        if whole(value) < least:
            raise InputError(f"{name}={value!r}; an integer of {least} or more is needed")
    for name in ("min_sigma", "max_sigma"):
        value = getattr(detector, name)
        if value is not None and not 0 < real(value) < np.inf:
            raise InputError(f"{name}={value!r}; {name} must lie above 0")
    negatives = detector.negatives
    if negatives is not None and not 0 < real(negatives) < np.inf:
        raise InputError(f"negatives={negatives!r}; a number above 0, or None, is needed")
    if not 0 <= real(detector.nms) <= 1:
        raise InputError(f"nms={detector.nms!r}; a share from 0 to 1 is needed")
    families = detector.families
    named = isinstance(families, str) or all(isinstance(each, str) for each in _listed(families))
    if not named:
        raise InputError(f"families={families!r}; names of features, or () for none, are needed")
    if not isinstance(detector.model, str) and not hasattr(detector.model, "predict_proba"):
        raise InputError(
            f"model is of type {type(detector.model).__name__}; a name, or a classifier with "
            "predict_proba, is needed"
        )
    drawn = detector.random_state
    if not isinstance(drawn, np.random.RandomState):
        check_seed("random_state", drawn)
    if on_patches and detector.polarity == "both":
        raise InputError("polarity='both' is for features: a network is not told what is dark")


def _listed(families: Any) -> Sequence[Any]:
    return families if isinstance(families, list | tuple) else (None,)


def _in_mask(image: Any) -> Any:
    if image.mask is None:
        return ()
    try:
        return boxes_of(image.mask)
    except InputError as error:
        raise InputError(f"image {image.id}: {error}") from None
