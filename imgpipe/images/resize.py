"""Antialiased resizing that keeps the dtype."""

from functools import lru_cache

import numpy as np

from imgpipe._common import InputError


def resize(
    pixels: np.ndarray, size: int | tuple[int, ...], channel_axis: int | None = None
) -> np.ndarray:
    """Scale an image to a size with a triangle filter that widens when it shrinks.

    Growing is bilinear interpolation. Shrinking averages over all the pixels that fall into the
    new one, so that fine texture does not alias. Not meant for label images.

    Parameters
    ----------
    pixels : array_like
        ``(y, x)``, or a volume ``(z, y, x)``; with one more axis for colour.
    size : int or tuple of int
        New length of y and x: one number for both (the aspect ratio is then not kept), or one for
        each. For a volume, three numbers scale z as well; otherwise slices are scaled one by one.
    channel_axis : int or None, default None
        Axis of the colour channels.

    Returns
    -------
    ndarray
        The same dtype; integers are rounded to nearest even and bool is a vote of half or more.

    Raises
    ------
    InputError
        If a size is not a positive integer, or there are more sizes than axes.

    Notes
    -----
    The filter and the pixel grid are those of Pillow's ``BILINEAR`` resampling, summed in float64.
    An output is NaN if one of its input pixels is.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import resize
    >>> resize(np.full((8, 6), 700, np.uint16), 4)[0]
    array([700, 700, 700, 700], dtype=uint16)
    """
    pixels = np.asarray(pixels)
    sizes = tuple(size) if isinstance(size, tuple | list) else (size, size)
    axes = list(range(pixels.ndim))
    if channel_axis is not None:
        del axes[channel_axis]
    whole = all(isinstance(n, int | np.integer) and n > 0 for n in sizes)
    if not whole or not 2 <= len(sizes) <= len(axes) or pixels.size == 0:
        raise InputError(f"cannot resize an array of shape {pixels.shape} to size={size!r}")
    out = pixels
    for axis, n in zip(axes[-len(sizes) :], sizes, strict=True):
        if out.shape[axis] != n:
            out = _scale(out, axis, int(n))
    return pixels.copy() if out is pixels else saturated(out, pixels.dtype)


def _scale(pixels: np.ndarray, axis: int, n: int) -> np.ndarray:
    """One axis resampled in float64; tap by tap, so that a NaN stays inside its windows."""
    source = np.moveaxis(pixels, axis, 0)
    index, weights = _taps(len(source), n)
    trailing = (slice(None),) + (None,) * (source.ndim - 1)
    out = np.zeros((n, *source.shape[1:]))
    for k in range(index.shape[1]):
        out += weights[:, k][trailing] * source[index[:, k]]
    return np.moveaxis(out, 0, axis)


@lru_cache(maxsize=64)
def _taps(old: int, new: int) -> tuple[np.ndarray, np.ndarray]:
    """Source pixels of each output pixel and their weights, which sum to one."""
    scale = old / new
    reach = max(scale, 1.0)
    centre = (np.arange(new) + 0.5) * scale - 0.5
    first = np.ceil(centre - reach).astype(np.intp)
    index = first[:, None] + np.arange(int(np.floor(2 * reach)) + 1)
    weights = np.maximum(1 - np.abs(index - centre[:, None]) / reach, 0)
    weights[(index < 0) | (index >= old)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    # a tap without weight reads a pixel that has one: 0 x NaN would be NaN
    heaviest = index[np.arange(new), weights.argmax(axis=1)]
    return np.where(weights > 0, index, heaviest[:, None]), weights


def saturated(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Back to the dtype; weights that sum to one cannot leave its range but by rounding."""
    if dtype.kind == "b":
        return values >= 0.5
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = np.maximum(np.rint(values), limits.min)
        # float64 cannot hold the largest 64-bit integers: they would be rounded out of range
        top = values >= float(limits.max)
        out = np.where(top, 0, values).astype(dtype)
        out[top] = limits.max
        return out
    return np.ascontiguousarray(values.astype(dtype, copy=False))
