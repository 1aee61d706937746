"""Images of one size with their aspect ratio kept, or not."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.resize import resize

FITS = ("stretch", "pad", "crop")
"""Squeeze the image into the size; keep its aspect ratio and add a border, or cut one off."""


def check_fit(fit: str) -> str:
    """Refuse what is no way to fit."""
    if fit not in FITS:
        raise InputError(f"fit={fit!r}; choose from {', '.join(FITS)}")
    return fit


def scaled_sides(sides: tuple[int, ...], size: tuple[int, int], fit: str) -> tuple[int, int]:
    """Rows and columns before a border is added or cut off.

    Examples
    --------
    >>> from imgpipe.images.fit import scaled_sides
    >>> scaled_sides((100, 50), (64, 64), "pad"), scaled_sides((100, 50), (64, 64), "crop")
    ((64, 32), (128, 64))
    """
    if fit == "stretch":
        return size
    ratios = [n / side for n, side in zip(size, sides, strict=True)]
    ratio = min(ratios) if fit == "pad" else max(ratios)
    least, most = ((1, 1), size) if fit == "pad" else (size, (2**31, 2**31))
    rows, columns = (
        min(max(round(side * ratio), low), high)
        for side, low, high in zip(sides, least, most, strict=True)
    )
    return rows, columns


def framed(pixels: np.ndarray, size: tuple[int, int], axes: tuple[int, int], fill: Any) -> Any:
    """Add a border of one value, or cut one off, on two axes; what was in the middle stays there.

    Parameters
    ----------
    pixels : ndarray
    size : (int, int)
        Length of the two axes.
    axes : (int, int)
    fill : scalar
        Of the border.
    """
    place: list[Any] = [slice(None)] * pixels.ndim
    border = [(0, 0)] * pixels.ndim
    for axis, n in zip(axes, size, strict=True):
        first = first_kept(pixels.shape[axis], n)
        if first > 0:
            place[axis] = slice(first, first + n)
        else:
            border[axis] = (-first, max(n - pixels.shape[axis] + first, 0))
            place[axis] = slice(0, n)
    cut = pixels[tuple(place)]
    return np.ascontiguousarray(np.pad(cut, border, constant_values=fill))


def fitted(
    pixels: np.ndarray, size: Any, channel_axis: int | None, fit: str, fill: Any = None
) -> np.ndarray:
    """Scale an image or volume to a size; a border has the image's lowest value, or `fill`."""
    if fit == "stretch":
        return resize(pixels, size, channel_axis)
    pair = sides_of(size)
    axes = [
        a for a in range(pixels.ndim) if channel_axis is None or a != channel_axis % pixels.ndim
    ]
    rows, columns = axes[-2:]
    sides = pixels.shape[rows], pixels.shape[columns]
    scaled = resize(pixels, scaled_sides(sides, pair, fit), channel_axis)
    if fill is None:
        fill = lowest(pixels)
    return np.asarray(framed(scaled, pair, (rows, columns), fill))


def first_kept(side: int, n: int) -> int:
    """Index that the first of `n` pixels has among those of a side; negative for a border."""
    return -((n - side) // 2) if n >= side else (side - n) // 2


def sides_of(size: Any) -> tuple[int, int]:
    """Rows and columns of one number, or of two."""
    sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(sides) != 2:
        raise InputError(f"size={size!r}; rows and columns are fitted")
    return sides[0], sides[1]


def lowest(pixels: np.ndarray) -> Any:
    """Lowest value; NaN is passed over where there are others."""
    return np.fmin.reduce(pixels, axis=None)


def distortion(sides: tuple[int, ...], size: Any) -> float:
    """Tell how far stretching changes the aspect ratio: 0 not at all, 1 to the double."""
    rows, columns = sides_of(size)
    ratio = (rows * sides[1]) / (columns * sides[0])
    return max(ratio, 1 / ratio) - 1
