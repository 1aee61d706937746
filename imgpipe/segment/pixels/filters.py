"""The features of pixels: filters of one channel at several scales, in float32.

Each scale is smoothed once; derivatives are differences of the smoothed image. Every number is
made by the same operations in the same order wherever its pixel lies in the array, so that an image
in blocks has the features, to the last bit, that it has in one piece. Hence one axis at a time:
kernels that filter several axes at once choose their order by the shape.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from imgpipe._runtime.threads import side_by_side
from imgpipe.kernels.gaussian import gaussian
from imgpipe.segment.pixels.eigenvalues import eigenvalues
from imgpipe.segment.pixels.settings import TRUNCATE, Settings

Place = tuple[slice, ...]


def measured(
    pixels: np.ndarray,
    settings: Settings,
    spacing: Sequence[float] | None,
    inner: Place,
) -> np.ndarray:
    """Measure the pixels at `inner` of an image.

    Parameters
    ----------
    pixels : ndarray of float32, shape (channels, ...)
        With the pixels around `inner` as far as `Settings.halo` says, or as there are any.
    settings : Settings
    spacing : sequence of float or None
    inner : tuple of slice
        Without the channels.

    Returns
    -------
    ndarray of float32, shape (features, pixels)
        In the order of `Settings.names`.
    """
    axes = pixels.ndim - 1
    sides = settings.steps(axes, spacing)
    sigmas = settings.sigmas(axes, spacing)
    names = settings.names(axes, len(pixels))
    shape = pixels[0][inner].shape
    found = np.empty((len(names), *shape), np.float32)
    own = len(names) // len(pixels)
    tasks: list[Callable[[], None]] = []
    for channel, values in enumerate(pixels):
        place = found[channel * own : (channel + 1) * own]
        if "intensity" in settings.filters:
            place[0] = values[inner]
            place = place[1:]
        if len(place):
            tasks += _by_scale(values, settings.filters, sigmas, sides, inner, place)
    side_by_side(tasks)
    return found.reshape(len(names), -1)


def _by_scale(
    values: np.ndarray,
    filters: Sequence[str],
    sigmas: list[tuple[float, ...]],
    sides: Sequence[float],
    inner: Place,
    found: np.ndarray,
) -> list[Callable[[], None]]:
    """Smooth at each scale; give what is left to do, a task for each."""
    smoothed = side_by_side([partial(smooth, values, own) for own in sigmas])
    finer = [values, *smoothed[:-1]]
    each = len(found) // len(sigmas)

    def task(k: int) -> Callable[[], None]:
        place = found[k * each : (k + 1) * each]
        return lambda: _fill(place, filters, finer[k], smoothed[k], sigmas[k], sides, inner)

    return [task(k) for k in range(len(sigmas))]


def smooth(values: np.ndarray, sigmas: Sequence[float]) -> np.ndarray:
    """Smooth along one axis after the other."""
    for axis, sigma in enumerate(sigmas):
        values = gaussian(values, sigma, truncate=TRUNCATE, axes=axis)
    return values


def _fill(
    found: np.ndarray,
    filters: Sequence[str],
    finer: np.ndarray,
    smoothed: np.ndarray,
    sigmas: Sequence[float],
    sides: Sequence[float],
    inner: Place,
) -> None:
    """Write the features of one scale."""
    at = 0

    def put(values: np.ndarray) -> None:
        nonlocal at
        found[at] = values[inner]
        at += 1

    wanted = set(filters)
    slopes = _slopes(smoothed, sides) if wanted & {"gradient", "structure"} else []
    bends = _bends(smoothed, sides, inner) if wanted & {"laplacian", "hessian"} else {}
    if "gaussian" in wanted:
        put(smoothed)
    if "gradient" in wanted:
        put(np.sqrt(_sum([slope * slope for slope in slopes])))
    axes = range(smoothed.ndim)
    if "laplacian" in wanted:
        found[at] = _sum([bends[axis, axis] for axis in axes])
        at += 1
    if "difference" in wanted:
        put(finer - smoothed)
    pairs = [(i, j) for i in axes for j in axes if i <= j]
    if "structure" in wanted:
        products = [smooth(slopes[i] * slopes[j], sigmas)[inner] for i, j in pairs]
        eigenvalues(products, found[at : at + smoothed.ndim])
        at += smoothed.ndim
    if "hessian" in wanted:
        eigenvalues([bends[pair] for pair in pairs], found[at : at + smoothed.ndim])


def _sum(parts: list[np.ndarray]) -> np.ndarray:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _beside(ndim: int, axis: int, step: int) -> Place:
    """Where the neighbours stand in an array with a pixel more on every side."""
    return tuple(
        slice(1 + step, step - 1 or None) if k == axis else slice(1, -1) for k in range(ndim)
    )


def _slopes(smoothed: np.ndarray, sides: Sequence[float]) -> list[np.ndarray]:
    """First derivatives by central differences; beyond the border the image is mirrored."""
    padded, ndim = np.pad(smoothed, 1, mode="edge"), smoothed.ndim
    return [
        (padded[_beside(ndim, axis, 1)] - padded[_beside(ndim, axis, -1)])
        * np.float32(0.5 / sides[axis])
        for axis in range(ndim)
    ]


def _bends(
    smoothed: np.ndarray, sides: Sequence[float], inner: Place
) -> dict[tuple[int, int], np.ndarray]:
    """Second derivatives of the pixels at `inner`, for each pair of axes."""
    padded, ndim = np.pad(smoothed, 1, mode="edge"), smoothed.ndim
    found = {}

    def moved(steps: dict[int, int]) -> np.ndarray:
        place = []
        for axis, own in enumerate(inner):
            start, stop, _ = own.indices(smoothed.shape[axis])
            step = steps.get(axis, 0) + 1
            place.append(slice(start + step, stop + step))
        return padded[tuple(place)]

    for i in range(ndim):
        straight = (moved({i: 1}) - moved({})) - (moved({}) - moved({i: -1}))
        found[i, i] = straight * np.float32(1 / sides[i] ** 2)
        for j in range(i + 1, ndim):
            one = moved({i: 1, j: 1}) - moved({i: 1, j: -1})
            other = moved({i: -1, j: 1}) - moved({i: -1, j: -1})
            found[i, j] = (one - other) * np.float32(0.25 / (sides[i] * sides[j]))
    return found
