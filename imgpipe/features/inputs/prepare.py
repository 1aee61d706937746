"""From what the caller passes (arrays of any kind, paths, masks) to a `Batch`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np

from imgpipe._common import InputError
from imgpipe.features.inputs.batch import Batch, check_not_empty
from imgpipe.features.inputs.settings import (
    ExtractionPlan,
    ExtractionSettings,
    Settings,
    settings_from,
)


def read_image(item: Any, label: str, settings: Settings) -> tuple[np.ndarray, int | None]:
    """Pixels and channel axis of one array or file."""
    axis = settings.channel_axis
    if isinstance(item, (str, os.PathLike)):
        from imgpipe.images import read

        image = read(item)
        item, axis = image.pixels, image.channel_axis if axis is None else axis
    return check_pixels(item, label), axis


def check_pixels(item: Any, label: str) -> np.ndarray:
    """An array of real numbers, not converted yet."""
    if np.ma.isMaskedArray(item):
        raise InputError(f"{label} is a masked array; pass its data and mask=~array.mask")
    try:
        pixels = np.asarray(item)
    except ValueError as error:
        raise InputError(f"{label} is not an array of numbers: {error}") from None
    if pixels.dtype.kind not in "biuf":
        raise InputError(f"{label} has dtype {pixels.dtype}; bool, integers and floats are images")
    if pixels.size == 0:
        raise InputError(f"{label} has no pixels (shape {pixels.shape})")
    return pixels


def plan_for(
    shape: tuple[int, ...], axis: int | None, label: str, settings: Settings
) -> ExtractionPlan:
    """What `settings` mean for one image of this shape."""
    ndim = len(shape) - (axis is not None)
    if ndim not in (2, 3):
        colour = "" if axis is None else f" with channel_axis={axis}"
        raise InputError(
            f"{label} has shape {shape}{colour}; an image is (y, x), a volume (z, y, x), colour "
            "has one more axis, named by channel_axis"
        )
    if axis is not None and not -len(shape) <= axis < len(shape):
        raise InputError(f"channel_axis={axis} is not an axis of {label}, of shape {shape}")
    if settings.spacing is not None and len(settings.spacing) != ndim:
        raise InputError(
            f"spacing has {len(settings.spacing)} values, but {label} has {ndim} spatial axes"
        )
    return ExtractionPlan(settings, ndim, None if axis is None else shape[axis])


def batch_of(
    pixels: np.ndarray,
    axis: int | None,
    masks: Sequence[Any] | np.ndarray | None,
    morphological_masks: Sequence[Any] | np.ndarray | None,
    plan: ExtractionPlan,
    labels: Sequence[str],
) -> Batch:
    """Prepare a stack (n, ...) of images; `axis` is that of the channels within one image."""
    spatial = pixels.shape[1:]
    if axis is None:
        channels = [_stacked(pixels, plan.ndim)]
    else:
        place = axis + 1 if axis >= 0 else axis
        channels = [_stacked(c, plan.ndim) for c in np.moveaxis(pixels, place, 0)]
        spatial = tuple(np.delete(spatial, axis).tolist())
    chosen = plan.settings.label
    inside = _masks(masks, "mask", spatial, chosen, labels)
    if inside is None and chosen is not None:
        raise InputError(f"label={chosen:g} chooses a part of a mask, but there is no mask")
    shape = _masks(morphological_masks, "morphological_mask", spatial, None, labels)
    if shape is not None:
        check_not_empty(shape, "morphological_mask", labels)
    return Batch(channels, inside, shape, plan, labels)


def _stacked(pixels: np.ndarray, ndim: int) -> np.ndarray:
    """Native float64 (n, z, y, x), in memory of its own."""
    # read-only or unaligned arrays, as workers receive them, would be compiled for once more
    values = np.array(pixels, np.float64, order="C", copy=True)
    return values.reshape(len(values), -1, *values.shape[-2:]) if ndim == 2 else values


def _masks(
    masks: Sequence[Any] | np.ndarray | None,
    argument: str,
    spatial: tuple[int, ...],
    chosen: float | None,
    labels: Sequence[str],
) -> np.ndarray | None:
    """Boolean masks (n, z, y, x), or None for none."""
    if masks is None:
        return None
    depth = spatial if len(spatial) == 3 else (1, *spatial)
    out = np.empty((len(masks), *depth), bool)
    for k, mask in enumerate(masks):
        out[k] = _mask(mask, f"{argument} of {labels[k]}", spatial, chosen).reshape(depth)
    return out


def _mask(mask: Any, what: str, spatial: tuple[int, ...], chosen: float | None) -> np.ndarray:
    """One boolean mask: nonzero is inside, or what equals the chosen label."""
    if isinstance(mask, (str, os.PathLike)):
        from imgpipe.images import read

        mask = read(mask).pixels
    mask = check_pixels(mask, what)
    if mask.shape != spatial:
        raise InputError(f"{what} has shape {mask.shape}, but the image has {spatial}")
    if mask.dtype.kind == "f" and not np.isfinite(mask).all():
        raise InputError(f"{what} holds NaN or infinite values; 0 is outside, all else inside")
    if chosen is None:
        return mask != 0
    inside = mask == chosen
    if not inside.any():
        present = ", ".join(f"{value:g}" for value in np.unique(mask)[:10])
        raise InputError(f"label {chosen:g} is not in {what}; found {present}")
    return inside


def prepare_one(
    image: Any,
    mask: Any = None,
    morphological_mask: Any = None,
    **settings: Unpack[ExtractionSettings],
) -> tuple[Batch, ExtractionPlan]:
    """Batch of one image, for the public matrices."""
    checked = settings_from(**settings)
    pixels, axis = read_image(image, "the image", checked)
    plan = plan_for(pixels.shape, axis, "the image", checked)
    masks = None if mask is None else [mask]
    shapes = None if morphological_mask is None else [morphological_mask]
    return batch_of(pixels[None], axis, masks, shapes, plan, ["the image"]), plan
