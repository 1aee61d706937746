"""An image at another distance of its pixels, with its mask and its place."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image
from imgpipe.images.place import Place
from imgpipe.images.resampling.spline import (
    check_interpolation,
    finite,
    interpolated,
    lengths_of,
    new_grid,
)
from imgpipe.images.resize import saturated


def resample(
    image: Image,
    spacing: Sequence[float] | float,
    *,
    interpolation: str = "linear",
    rounding: bool = False,
) -> Image:
    """Interpolate an image and its mask at pixels of another size.

    The new grid has the centre of the old one and just covers it, as IBSI has it: ceil(n * old /
    new) pixels along each axis. Beyond the outermost centres the image goes on as it ends.

    Parameters
    ----------
    image : Image
        With a spacing.
    spacing : float or sequence of float
        New size of a pixel, one for all axes or one each, mm.
    interpolation : {"linear", "nearest", "cubic"}, default "linear"
        Order of the spline; ``"cubic"`` may go beyond the range of the image.
    rounding : bool, default False
        Round intensities to the nearest integer, as IBSI does for CT in Hounsfield units.

    Returns
    -------
    Image
        Pixels in float64; in the dtype of the image for ``"nearest"``, and for integers with
        `rounding`. A bool mask is inside where its interpolated share is a half or more; of labels
        the nearest is taken. The place is that of the new grid.

    Raises
    ------
    InputError
        For an image without spacing, sizes that are not positive, another number of them than axes,
        NaN or infinite pixels, an unknown interpolation or a grid of more than 2^31 pixels.

    References
    ----------
    IBSI reference manual, section 2.4, with "align grid centres".

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image, resample
    >>> image = Image(np.array([[0.0, 4.0]]), spacing=(1, 2))
    >>> resample(image, 1).pixels
    array([[0., 1., 3., 4.]])
    """
    check_interpolation(interpolation)
    if not isinstance(image, Image):
        raise InputError(
            f"{type(image).__name__} says no spacing; give an Image with one: "
            "Image(pixels, spacing=...)"
        )
    if image.spacing is None:
        raise InputError("an image without spacing cannot be resampled; give it one")
    shape = image.spatial_shape
    old = lengths_of("the spacing of the image", image.spacing, len(shape))
    new = lengths_of("spacing", spacing, len(shape))
    _, _, first = new_grid(shape, old, new, f"spacing={spacing!r}")
    pixels = image.pixels
    if not np.array_equal(old, new):
        axis = image.channel_axis
        planes = [pixels] if axis is None else list(np.moveaxis(pixels, axis, 0))
        planes = [_interpolated(plane, old, new, interpolation) for plane in planes]
        pixels = planes[0] if axis is None else np.stack(planes, axis)
    return replace(
        image,
        pixels=_finished(pixels, image.pixels.dtype, rounding, interpolation),
        mask=None if image.mask is None else _mask(image.mask, old, new),
        spacing=tuple(new.tolist()),
        place=_moved(image.place, first, image.spacing),
    )


def _moved(place: Place | None, first: np.ndarray, spacing: tuple[float, ...]) -> Place | None:
    """Give a place whose first pixel lies at a (fractional) index of the old grid."""
    return None if place is None else replace(place, origin=place.at(first, spacing))


def _interpolated(
    plane: np.ndarray, old: np.ndarray, new: np.ndarray, interpolation: str
) -> np.ndarray:
    if interpolation == "nearest":
        return _nearest(plane, old, new)
    return interpolated(finite(plane, "the image"), old, new, interpolation, "spacing")


def _finished(
    pixels: np.ndarray, dtype: np.dtype, rounding: bool, interpolation: str
) -> np.ndarray:
    """Values in the type that can hold them."""
    if interpolation == "nearest":
        return pixels
    pixels = pixels.astype(np.float64)
    if not rounding:
        return pixels
    return saturated(pixels, dtype) if dtype.kind in "iu" else np.round(pixels)


def _mask(mask: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Cut a mask by its interpolated share, labels by the nearest."""
    if np.array_equal(old, new):
        return mask
    if mask.dtype != bool:
        return _nearest(mask, old, new)
    share = interpolated(mask.astype(np.float64), old, new, "linear", "spacing")
    # a share of exactly one half must not depend on rounding
    return share >= 0.5 - 1e-9


def _nearest(values: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Values as they are, each that of the nearest pixel."""
    shape, step, first = new_grid(values.shape, old, new, "spacing")
    for axis, n in enumerate(shape):
        at = np.floor(first[axis] + step[axis] * np.arange(n) + 0.5).astype(np.intp)
        values = np.take(values, np.clip(at, 0, values.shape[axis] - 1), axis=axis)
    return values
