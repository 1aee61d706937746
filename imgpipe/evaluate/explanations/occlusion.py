"""Occlusion maps: what a model's probability loses when a patch of the image is hidden.

They need nothing but ``predict_proba``, so a forest on features and a network on pixels are
explained by the same protocol (Zeiler and Fergus, 2014).
"""

from typing import Any

import numpy as np

from imgpipe._common import InputError, by_position
from imgpipe.images import Image, Images

_PATCHES = 7  # patches along the shorter side, unless told otherwise


def occlusion_maps(
    model: Any,
    images: Any,
    targets: Any = None,
    *,
    patch: int | None = None,
    stride: int | None = None,
    channel_axis: int | None = None,
) -> list[np.ndarray]:
    """Slide a patch over each image and note how far the probability of a class falls.

    The patch is filled with the image's own mean, channel by channel, so that no model is favoured
    by its own idea of "nothing".

    Parameters
    ----------
    model : fitted classifier or pipeline
        With ``classes_`` and ``predict_proba`` that take images.
    images : Images, ndarray (n, h, w), (n, h, w, c), or sequence of arrays
        They may differ in size where the model allows it. Masks go with every copy.
    targets : array-like of labels, shape (n,), optional
        The class to explain in each image; None for the predicted one.
    patch : int, optional
        Side of the square, in pixels; None for a seventh of the shorter side.
    stride : int, optional
        Pixels from one patch to the next; None for half a patch.
    channel_axis : int, optional
        Axis of the colour channels in one image; None for gray.

    Returns
    -------
    list of ndarray of float64, each (h, w)
        Mean loss of probability over the patches that covered a pixel: positive where the image
        speaks for the class, negative where it speaks against it.

    Raises
    ------
    InputError
        If `patch` or `stride` does not fit the images, or a target is no class.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.evaluate import occlusion_maps
    >>> class Corner:
    ...     classes_ = np.array(["dark", "bright"])
    ...     def predict_proba(self, images):
    ...         p = np.asarray(images)[:, 0, 0] / 255
    ...         return np.stack([1 - p, p], axis=1)
    >>> image = np.zeros((4, 4), np.uint8)
    >>> image[0, 0] = 255
    >>> np.argwhere(occlusion_maps(Corner(), [image], patch=1, stride=1)[0] > 0).tolist()
    [[0, 0]]
    """
    images = by_position(images, "images")
    classes = np.asarray(model.classes_)
    codes = [None] * len(images) if targets is None else _codes(classes, targets, len(images))
    return [
        _map(model, images[i], codes[i], patch, stride, channel_axis) for i in range(len(images))
    ]


def patch_side(h: int, w: int) -> int:
    """Side of the patch, unless told otherwise: a seventh of the shorter side of the image."""
    return max(1, round(min(h, w) / _PATCHES))


def _map(
    model: Any,
    given: Any,
    code: int | None,
    patch: int | None,
    stride: int | None,
    channel_axis: int | None,
) -> np.ndarray:
    """Explain one image."""
    image = np.asarray(given)
    if channel_axis is None and isinstance(given, Image):
        channel_axis = given.channel_axis
    spatial = list(range(image.ndim))
    if channel_axis is not None:
        del spatial[channel_axis]
    if len(spatial) != 2:
        raise InputError(
            f"an image has shape {image.shape}; give 2-D images, colour by channel_axis"
        )
    h, w = (image.shape[axis] for axis in spatial)
    side = patch_side(h, w) if patch is None else patch
    step = max(1, side // 2) if stride is None else stride
    _check_patch(side, step, min(h, w))
    corners = [(y, x) for y in _starts(h, side, step) for x in _starts(w, side, step)]
    copies: Any = _hidden(image, corners, side, tuple(spatial))
    if isinstance(given, Image):
        masks = None if given.mask is None else np.repeat(given.mask[None], len(copies), axis=0)
        copies = Images(copies, masks, spacing=given.spacing, channel_axis=given.channel_axis)
    p = np.asarray(model.predict_proba(copies))
    if code is None:
        code = int(p[0].argmax())
    drops = p[0, code] - p[1:, code]
    total, times = np.zeros((h, w)), np.zeros((h, w))
    for drop, (y, x) in zip(drops, corners, strict=True):
        total[y : y + side, x : x + side] += drop
        times[y : y + side, x : x + side] += 1
    return total / times


def _check_patch(side: int, step: int, shorter: int) -> None:
    """Refuse patches that do not fit the image, or leave gaps."""
    if not 1 <= side <= shorter:
        raise InputError(
            f"patch is {side}; it must be from 1 to the image's shorter side ({shorter})"
        )
    if not 1 <= step <= side:
        raise InputError(
            f"stride is {step}; it must be from 1 to the patch ({side}), or gaps are left"
        )


def _hidden(
    image: np.ndarray, corners: list[tuple[int, int]], side: int, spatial: tuple[int, ...]
) -> np.ndarray:
    """The image as it is, then one copy for each patch that hides a part of it."""
    copies = np.repeat(image[None], len(corners) + 1, axis=0)
    fill = _fill(image, spatial)
    for copy, (y, x) in zip(copies[1:], corners, strict=True):
        # a view with rows and columns first, whatever the channels' axis
        view = np.moveaxis(copy, spatial, (0, 1))
        view[y : y + side, x : x + side] = fill
    return copies


def _starts(length: int, side: int, step: int) -> list[int]:
    """First pixel of each patch along an axis; the last patch ends at the border."""
    starts = list(range(0, length - side, step))
    return [*starts, length - side]


def _fill(image: np.ndarray, spatial: tuple[int, ...]) -> np.ndarray:
    """Take the image's mean per channel, in its own type."""
    mean = image.mean(axis=spatial, dtype=np.float64)
    if image.dtype.kind in "iu":
        mean = np.round(mean)
    return mean.astype(image.dtype) if image.dtype.kind != "b" else mean >= 0.5


def _codes(classes: np.ndarray, targets: Any, n: int) -> list[int]:
    targets = np.asarray(targets)
    if targets.shape != (n,):
        raise InputError(f"targets has shape {targets.shape} for {n} images; one label each")
    place = {label: code for code, label in enumerate(classes.tolist())}
    for target in targets.tolist():
        if target not in place:
            raise InputError(
                f"target {target} is no class; choose from {', '.join(map(str, place))}"
            )
    return [place[target] for target in targets.tolist()]
