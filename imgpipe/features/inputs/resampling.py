"""Bring an image and its mask to pixels of a given size before features are extracted.

Texture compares neighbours, so that images are comparable only where neighbours are equally far
apart. IBSI's steps of image processing: interpolation on a grid that shares its centre with the
image, rounding of intensities, and interpolation of the mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.features.inputs.lengths import check_lengths, number_of
from imgpipe.features.inputs.prepare import check_pixels
from imgpipe.images.resampling.spline import check_interpolation, finite, interpolated, lengths_of


def resample(
    image: Any,
    spacing: Sequence[float],
    to: Sequence[float] | float,
    *,
    interpolation: str = "linear",
    rounding: bool = False,
) -> np.ndarray:
    """Interpolate an image at pixels of another size.

    The new grid has the centre of the old one and just covers it: ceil(n * old / new) pixels along
    each axis. Beyond the outermost centres the image goes on as it ends.

    Parameters
    ----------
    image : array_like
        ``(y, x)`` or ``(z, y, x)``, real numbers.
    spacing : sequence of float
        Size of a pixel along each axis, mm.
    to : float or sequence of float
        New size of a pixel, one for all axes or one each, mm.
    interpolation : {"linear", "nearest", "cubic"}, default "linear"
        Order of the spline: ``"cubic"`` may go beyond the range of the image.
    rounding : bool, default False
        Round intensities to the nearest integer, as IBSI does for CT in Hounsfield units.

    Returns
    -------
    ndarray of float64
        The image on the new grid.

    Raises
    ------
    InputError
        For sizes that are not positive or that no pixel has, another number of them than axes,
        NaN or infinite pixels, an unknown interpolation, a grid of more than 2^31 pixels, or a
        spline that goes beyond the largest float.

    References
    ----------
    IBSI reference manual, section 2.4, with "align grid centres".

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import resample
    >>> resample(np.array([[0.0, 4.0]]), spacing=(1, 2), to=1)
    array([[0., 1., 3., 4.]])
    """
    pixels = finite(check_pixels(image, "the image"), "the image")
    out = _interpolate(pixels, spacing, to, interpolation)
    return np.round(out) if rounding else out


def resample_mask(
    mask: Any,
    spacing: Sequence[float],
    to: Sequence[float] | float,
    *,
    interpolation: str = "linear",
    threshold: float = 0.5,
) -> np.ndarray:
    """Interpolate a mask at pixels of another size, on the grid of `resample`.

    Parameters
    ----------
    mask : array_like
        Nonzero is inside. Choose a label first: ``mask == k``.
    spacing, to
        As in `resample`.
    interpolation : {"linear", "nearest", "cubic"}, default "linear"
        Order of the spline.
    threshold : float, default 0.5
        Least interpolated share of the mask that counts as inside; above 0 and at most 1.

    Returns
    -------
    ndarray of bool
        The mask on the new grid.

    Raises
    ------
    InputError
        As in `resample`, and for another threshold.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import resample_mask
    >>> resample_mask(np.array([[0, 1]]), spacing=(1, 2), to=1)
    array([[False, False,  True,  True]])
    """
    least = number_of("threshold", threshold)
    if not 0 < least <= 1:
        raise InputError(f"threshold must be a share above 0 and at most 1, not {threshold!r}")
    inside = (finite(check_pixels(mask, "the mask"), "the mask") != 0).astype(np.float64)
    share = _interpolate(inside, spacing, to, interpolation)
    # a share of exactly one half must not depend on rounding
    return share >= least - 1e-9


def _interpolate(pixels: np.ndarray, spacing: Any, to: Any, interpolation: str) -> np.ndarray:
    """Evaluate the spline of `pixels` on the new grid."""
    check_interpolation(interpolation)
    if pixels.ndim not in (2, 3):
        raise InputError(f"an image of shape {pixels.shape} is neither (y, x) nor (z, y, x)")
    if np.ndim(spacing) == 0:
        spacing = [spacing]
    old, new = lengths_of("spacing", spacing, pixels.ndim), lengths_of("to", to, pixels.ndim)
    check_lengths("spacing", old.tolist())
    check_lengths("to", new.tolist())
    if np.array_equal(old, new):
        return pixels
    return interpolated(pixels, old, new, interpolation, f"to={to!r}")
