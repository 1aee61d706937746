"""Images and masks brought to pixels of another size, as IBSI does before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.features.inputs.labels import image_error
from imgpipe.features.inputs.new_grid import Resampling
from imgpipe.features.inputs.prepare import boolean_masks
from imgpipe.features.inputs.resampling import resample, resample_mask
from imgpipe.features.inputs.settings import ExtractionPlan, Settings

_MOST_TIMES, _FREE = 100, 2**22


class Resampled(NamedTuple):
    """A stack on its new grid, its masks, and settings that have the new spacing."""

    stack: np.ndarray
    masks: list[np.ndarray] | None
    shapes: list[np.ndarray] | None
    settings: Settings


def resampled(
    stack: np.ndarray, axis: int | None, masks: Any, shapes: Any, plan: ExtractionPlan,
    labels: Sequence[str], unit: str | None,
) -> Resampled:  # fmt: skip
    """Interpolate each image of a stack (n, ...), channel by channel, and its masks."""
    how, old = plan.settings.resampling, plan.settings.spacing
    assert how is not None
    if old is None:
        raise image_error(
            "resampling needs the size of the pixels of {image}, which it does not say; give "
            "spacing",
            labels[0],
        )
    if len(how.spacing) not in (1, plan.ndim):
        raise image_error(
            f"resampling has {len(how.spacing)} sizes, but {{image}} has {plan.ndim} axes",
            labels[0],
        )
    new, settings = how.along(old), plan.settings
    _check_size(stack.shape[1:], old, new, labels[0])
    if masks is not None:
        settings = replace(settings, label=None)  # chosen here, before labels are mixed
    spatial = list(stack.shape[1:])
    if axis is not None:
        del spatial[axis]
    given = (("mask", masks, plan.settings.label), ("morphological_mask", shapes, None))
    inside, outline = (
        boolean_masks(some, what, tuple(spatial), label, labels) for what, some, label in given
    )
    flat = None if inside is None else inside.reshape(len(stack), *spatial)
    new_masks = _masks(flat, "mask", old, new, how, labels)
    if outline is not None:
        outline = outline.reshape(len(stack), *spatial)
    out = []
    for k, label in enumerate(labels):
        one = _Grids(None if flat is None else flat[k], None if new_masks is None else new_masks[k],
                     old, new, how)  # fmt: skip
        channels = [stack[k]] if axis is None else list(np.moveaxis(stack[k], axis, 0))
        with _naming(label):
            found = [_interpolated(channel, one, how.rounds(unit)) for channel in channels]
        out.append(found[0] if axis is None else np.stack(found, axis=axis))
    return Resampled(
        np.stack(out),
        new_masks,
        _masks(outline, "morphological_mask", old, new, how, labels),
        replace(settings, spacing=new, resampling=None),
    )


def _check_size(shape: tuple[int, ...], old: Any, new: Any, label: str) -> None:
    """Refuse pixels so small that memory would be filled with what interpolation makes up."""
    times = float(np.prod(np.divide(old, new)))
    made = times * float(np.prod(shape))
    if times > _MOST_TIMES and made > _FREE:
        raise image_error(
            f"resampling {{image}} from {_sizes(old)} to {_sizes(new)} mm would make {times:.3g} "
            f"pixels of each; choose larger pixels, for {_MOST_TIMES} of each at most",
            label,
        )


@contextmanager
def _naming(label: str) -> Iterator[None]:
    """Say which image an error is about."""
    try:
        yield
    except InputError as error:
        raise image_error(f"{{image}}: resampling: {error}", label) from None


class _Grids(NamedTuple):
    """The mask of one image, before and after, and the sizes of pixels."""

    mask: np.ndarray | None
    new_mask: np.ndarray | None
    old: tuple[float, ...]
    new: tuple[float, ...]
    how: Resampling


def _masks(
    inside: np.ndarray | None, argument: str, old: Any, new: Any, how: Resampling,
    labels: Sequence[str],
) -> list[np.ndarray] | None:  # fmt: skip
    """Bring masks to the new grid; one that loses all its pixels is refused."""
    if inside is None:
        return None
    out = []
    for mask, label in zip(inside, labels, strict=True):
        settings = {"interpolation": how.mask_interpolation, "threshold": how.mask_threshold}
        with _naming(label):
            found = resample_mask(mask, old, new, **settings)  # type: ignore[arg-type]
        if mask.any() and not found.any():
            raise image_error(
                f"resampling to {_sizes(new)} mm leaves nothing of the {argument} of {{image}}, "
                f"{mask.sum()} pixels of {_sizes(old)} mm; choose smaller pixels or a lower "
                "mask_threshold",
                label,
            )
        out.append(found)
    return out


def _interpolated(pixels: np.ndarray, grids: _Grids, rounding: bool) -> np.ndarray:
    """One channel on the new grid; NaN where it was not finite, which only lies outside a mask."""
    bad = ~np.isfinite(pixels)
    unknown = None
    if grids.mask is not None and grids.new_mask is not None and bad.any():
        if (bad & grids.mask).any():
            raise InputError(
                f"{np.count_nonzero(bad & grids.mask)} pixels inside the mask are NaN or infinite; "
                "leave them out of the mask or replace them"
            )
        unknown = resample_mask(bad, grids.old, grids.new) & ~grids.new_mask
        pixels = _filled(pixels, bad)
    out = resample(
        pixels, grids.old, grids.new, interpolation=grids.how.interpolation, rounding=rounding
    )
    if unknown is not None:
        out[unknown] = np.nan
    return out


def _filled(pixels: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Replace what is not finite by the nearest pixel that is, as beyond the border."""
    from scipy import ndimage

    nearest = ndimage.distance_transform_edt(bad, return_distances=False, return_indices=True)
    return np.asarray(pixels[tuple(nearest)])


def _sizes(lengths: Sequence[float]) -> str:
    return " x ".join(f"{length:g}" for length in lengths)
