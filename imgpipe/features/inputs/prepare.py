"""From what the caller passes (arrays of any kind, paths, masks) to a `Batch`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Unpack

import numpy as np

from imgpipe._common import ImageError, InputError
from imgpipe.features.inputs.batch import Batch, check_not_empty
from imgpipe.features.inputs.labels import image_error
from imgpipe.features.inputs.lengths import check_lengths
from imgpipe.features.inputs.settings import (
    ExtractionPlan,
    ExtractionSettings,
    Settings,
    settings_from,
)


class Loaded(NamedTuple):
    """Pixels of one image, and what it says of itself: channels, spacing in mm, mask, unit."""

    pixels: np.ndarray
    axis: int | None
    spacing: tuple[float, ...] | None = None
    mask: Any = None
    unit: str | None = None


def read_image(item: Any, label: str, settings: Settings) -> Loaded:
    """Take an array, a file, an `Image` or a `Series` apart; settings overrule what it says."""
    axis, spacing, mask, unit = settings.channel_axis, settings.spacing, None, None
    if isinstance(item, (str, os.PathLike)):
        from imgpipe.images import ImageFile

        item = ImageFile(os.fspath(item)).read()
    item = getattr(item, "image", item)  # of a series
    if hasattr(item, "spatial_shape"):
        axis = item.channel_axis if axis is None else axis
        spacing, mask = spacing or item.spacing, item.mask
        unit = getattr(item, "unit", None)
        item = item.pixels
    return Loaded(check_pixels(item, label), axis, spacing, mask, unit)


def check_pixels(item: Any, label: str) -> np.ndarray:
    """An array of real numbers, not converted yet."""
    if np.ma.isMaskedArray(item):
        raise image_error("{image} is a masked array; pass its data and mask=~array.mask", label)
    try:
        pixels = np.asarray(item)
    except ValueError as error:
        raise image_error(f"{{image}} is not an array of numbers: {error}", label) from None
    if pixels.dtype.kind not in "biuf":
        found = f"{{image}} has dtype {pixels.dtype}"
        raise image_error(f"{found}; bool, integers and floats are images", label)
    if pixels.size == 0:
        raise image_error(f"{{image}} has no pixels (shape {pixels.shape})", label)
    return pixels


def plan_for(
    shape: tuple[int, ...],
    axis: int | None,
    label: str,
    settings: Settings,
    spacing: tuple[float, ...] | None = None,
) -> ExtractionPlan:
    """What `settings` mean for one image of this shape, with the spacing of its file."""
    ndim = len(shape) - (axis is not None)
    if ndim not in (2, 3):
        colour = "" if axis is None else f" with channel_axis={axis}"
        raise image_error(
            f"{{image}} has shape {shape}{colour}; an image is (y, x), a volume (z, y, x), colour "
            "has one more axis, named by channel_axis",
            label,
        )
    if axis is not None and not -len(shape) <= axis < len(shape):
        raise image_error(
            f"channel_axis={axis} is not an axis of {{image}}, of shape {shape}", label
        )
    if settings.spacing is not None and len(settings.spacing) != ndim:
        raise image_error(
            f"spacing has {len(settings.spacing)} values, but {{image}} has {ndim} spatial axes",
            label,
        )
    if settings.spacing is None and spacing is not None:
        try:
            check_lengths("spacing", spacing)
        except InputError as error:
            raise image_error(f"{{image}}: {error}", label) from None
        settings = replace(settings, spacing=tuple(spacing))
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
    inside = boolean_masks(masks, "mask", spatial, chosen, labels)
    if inside is None and chosen is not None:
        raise InputError(f"label={chosen:g} chooses a part of a mask, but there is no mask")
    shape = boolean_masks(morphological_masks, "morphological_mask", spatial, None, labels)
    if shape is not None:
        check_not_empty(shape, "morphological_mask", labels)
    return Batch(channels, inside, shape, plan, labels)


def _stacked(pixels: np.ndarray, ndim: int) -> np.ndarray:
    """Native float64 (n, z, y, x), in memory of its own."""
    # read-only or unaligned arrays, as workers receive them, would be compiled for once more
    values = np.array(pixels, np.float64, order="C", copy=True)
    return values.reshape(len(values), -1, *values.shape[-2:]) if ndim == 2 else values


def boolean_masks(
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
        if mask is None and chosen is not None:
            raise image_error(
                f"label={chosen:g} chooses a part of a mask, but {{image}} has none", labels[k]
            )
        if mask is None:
            out[k] = True
        else:
            out[k] = _mask(mask, argument, labels[k], spatial, chosen).reshape(depth)
    return out


def _mask(
    mask: Any, argument: str, label: str, spatial: tuple[int, ...], chosen: float | None
) -> np.ndarray:
    """One boolean mask: nonzero is inside, or what equals the chosen label."""
    what = f"{argument} of {{image}}"
    if isinstance(mask, (str, os.PathLike)):
        from imgpipe.images import read_mask

        mask = read_mask(mask).labels
    try:
        mask = check_pixels(mask, "{image}")
    except ImageError as error:
        raise image_error(str(error).replace("{image}", what), label) from None
    if mask.shape != spatial:
        raise image_error(f"{what} has shape {mask.shape}, but the image has {spatial}", label)
    if mask.dtype.kind == "f" and not np.isfinite(mask).all():
        found = f"{what} holds NaN or infinite values"
        raise image_error(f"{found}; 0 is outside, all else inside", label)
    if chosen is None:
        return mask != 0
    inside = mask == chosen
    if not inside.any():
        present = ", ".join(f"{value:g}" for value in np.unique(mask)[:10])
        raise image_error(f"label {chosen:g} is not in {what}; found {present}", label)
    return inside


def prepare_one(
    image: Any,
    mask: Any = None,
    morphological_mask: Any = None,
    **settings: Unpack[ExtractionSettings],
) -> tuple[Batch, ExtractionPlan]:
    """Batch of one image, for the public matrices."""
    checked = settings_from(**settings)
    loaded = read_image(image, "the image", checked)
    plan = plan_for(loaded.pixels.shape, loaded.axis, "the image", checked, loaded.spacing)
    mask = loaded.mask if mask is None else mask
    masks = None if mask is None else [mask]
    shapes = None if morphological_mask is None else [morphological_mask]
    return batch_of(loaded.pixels[None], loaded.axis, masks, shapes, plan, ["the image"]), plan
