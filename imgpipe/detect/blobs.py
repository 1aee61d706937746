"""Blobs: bright or dark round spots of any size, as candidates for lesions."""

from typing import Any, Literal

import numpy as np

from imgpipe._common import InputError
from imgpipe.detect.scale_space.overlaps import without_overlaps
from imgpipe.detect.scale_space.peaks import peaks
from imgpipe.detect.scale_space.refining import offsets
from imgpipe.detect.scale_space.responses import differences, laplacians
from imgpipe.detect.scale_space.scales import evenly, multiplied
from imgpipe.detect.scale_space.settings import border, number, of_method, widths
from imgpipe.images.image import Image, check_unmasked, lengths, real_image


def blobs(
    image: Any,
    *,
    min_sigma: float = 1,
    max_sigma: float = 30,
    method: Literal["log", "dog"] = "log",
    threshold: float | None = 0.2,
    spacing: Any = None,
    num_sigma: int | None = None,
    sigma_ratio: float | None = None,
    overlap: float = 0.5,
    log_scale: bool = False,
    threshold_rel: float | None = None,
    exclude_border: Any = False,
    dark: bool = False,
    refine: bool = True,
) -> np.ndarray:
    """Find blobs as maxima of the Laplacian of Gaussians, in place and scale.

    With ``refine=False`` they are those of scikit-image's `blob_log` and `blob_dog`, row by row:
    responses are equal to the last bit where SciPy was compiled without fused multiply-add, as its
    wheels for x86 are. With more than five million pairs of neighbours, which of three overlapping
    blobs are left may differ.

    Parameters
    ----------
    image : Image or array_like, shape (y, x) or (z, y, x)
        Gray. Integers are divided by the largest value of their dtype; floats stay as they are.
        Blobs lie inside the mask of an `Image`.
    min_sigma, max_sigma : float
        Standard deviations of the narrowest and the widest Gaussian, in mm where there is a
        spacing, else in pixels. The radius of a blob is about sigma times the root of the number
        of axes.
    method : {"log", "dog"}
        The Laplacian, or differences of Gaussians, which are near it and faster.
    threshold : float or None
        Responses up to it are no blobs; None for all above the lowest response.
    spacing : tuple of float, optional
        Of pixels along each axis, in mm; the image's own by default.
    num_sigma : int, optional
        Number of scales of ``"log"``, 10 by default.
    sigma_ratio : float, optional
        Ratio of one scale of ``"dog"`` to the one before, 1.6 by default.
    overlap : float
        Of two blobs the smaller one goes where more than this share of it lies in the other; 1
        keeps all.
    log_scale : bool
        Whether the scales of ``"log"`` have a constant ratio, not a constant difference.
    threshold_rel : float, optional
        Share of the highest response that a blob must exceed, too.
    exclude_border : int, tuple of int or False
        Pixels at the border, along all axes or each, in which no blob is found.
    dark : bool
        Whether blobs are darker than what is around them.
    refine : bool
        Whether place and sigma are those of the top of a parabola through the neighbouring pixels
        and scales, at most half a step away.

    Returns
    -------
    ndarray of float64, shape (n, axes + 1)
        A blob a row: y, x and sigma, or z, y, x and sigma; the place in pixels, sigma in the unit
        of `min_sigma`. The strongest comes first. A constant image has none.

    Raises
    ------
    InputError
        For colour, NaN, and settings out of range.

    References
    ----------
    Lindeberg, "Feature detection with automatic scale selection", Int. J. Comput. Vis. 30 (1998).

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.detect import blobs
    >>> y, x = np.mgrid[:64, :64]
    >>> image = np.exp(-((y - 20.3) ** 2 + (x - 40.6) ** 2) / (2 * 5**2))
    >>> blobs(image, min_sigma=2, max_sigma=10).round(1).tolist()
    [[20.3, 40.6, 5.0]]
    """
    given = _given(image, spacing)
    values = _as_float(given.pixels)
    axes = values.ndim
    low, high = widths(min_sigma, max_sigma, given.spacing, axes)
    low, high = low.astype(values.dtype), high.astype(values.dtype)
    count, ratio = of_method(method, num_sigma, sigma_ratio, log_scale)
    floor = None if threshold is None else number("threshold", threshold)
    share = None if threshold_rel is None else number("threshold_rel", threshold_rel, 0, 1)
    lying = number("overlap", overlap, 0, 1)
    margin = border(exclude_border, axes)
    if values.min() == values.max():
        return np.empty((0, axes + 1))
    if dark:
        values = -values
    if method == "log":
        scales = evenly(low, high, count, log_scale)
        responses = laplacians(values, scales.sigmas)
    else:
        scales = multiplied(low, high, ratio)
        responses = differences(values, scales.sigmas, ratio)
    found = peaks(responses, floor, share)
    found = found.taken(_allowed(found.places[:, :-1], given, margin))
    places, sigmas = found.places[:, :-1].astype(np.float64), scales.sigmas[found.places[:, -1]]
    kept = without_overlaps(places, sigmas, lying)
    moved = np.zeros((np.count_nonzero(kept), axes + 1))
    if refine:
        moved = offsets(found.taken(kept), given.spatial_shape, scales.responses)
    pixel = 1.0 if given.spacing is None else given.spacing[-1]
    sigma = scales.between(found.places[kept, -1] + moved[:, -1], -1) * pixel
    return np.column_stack([places[kept] + moved[:, :-1], sigma])


def _given(image: Any, spacing: Any) -> Image:
    check_unmasked(image, "blobs")
    given = real_image(image, "searched for blobs")
    if given.channel_axis is not None:
        raise InputError(
            "blobs takes gray images, not colour; imgpipe.images.luminance makes them gray"
        )
    pixels = given.pixels
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise InputError(
            f"blobs: {np.count_nonzero(~np.isfinite(pixels))} of {pixels.size} pixels are NaN or "
            "infinite; give finite values"
        )
    return given.described(lengths(spacing), None)


def _as_float(pixels: np.ndarray) -> np.ndarray:
    """Scale integers by the largest of their dtype, as scikit-image does."""
    if pixels.dtype.kind == "f":
        return pixels.astype(np.float32 if pixels.dtype.itemsize <= 4 else np.float64)
    if pixels.dtype.kind == "b":
        return pixels.astype(np.float64)
    scaled = np.multiply(pixels, 1.0 / np.iinfo(pixels.dtype).max, dtype=np.float64)
    return np.maximum(scaled, -1.0) if pixels.dtype.kind == "i" else scaled


def _allowed(places: np.ndarray, given: Image, margin: tuple[int, ...]) -> np.ndarray:
    shape = np.array(given.spatial_shape)
    inside = np.all((places >= margin) & (places < shape - margin), axis=1)
    if given.mask is not None:
        inside &= given.mask[tuple(places.T)] != 0
    return inside
