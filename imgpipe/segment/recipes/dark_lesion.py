"""The dark mass in ultrasound of the breast."""

from typing import Any

import numpy as np

from imgpipe.kernels import gaussian
from imgpipe.segment.method.given import refuse_extremes, taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.recipes.dark.candidates import Candidate, candidates
from imgpipe.segment.recipes.dark.coarse import coarse, fine, refuse_volumes
from imgpipe.segment.recipes.planes.numbers import number, sizes_between
from imgpipe.segment.recipes.planes.plane import shares_of

_MOST = 256  # pixels of the longer side of the grid on which is looked
_ROWS = 0.06  # of the height: over so much the brightness of rows is averaged
_BLACK = 0.02  # of the range: keeps rows without echoes from being stretched to noise
_SHARES = np.linspace(0.02, 0.55, 16).tolist()
_OPENINGS = (0.0, 0.024, 0.047)
_HIGH, _WIDE = (0.27, 0.18), (0.5, 0.22)  # where masses lie, and how far from there


def dark_lesion(
    image: Any,
    spacing: Any = None,
    *,
    smoothing: float = 0.012,
    min_size: float = 0.003,
    max_size: float = 0.45,
) -> np.ndarray:
    """Find the dark mass in ultrasound of the breast.

    Brightness is made even over depth, dark parts are found at 16 thresholds and freed from their
    surroundings by discs of three sizes, and one of all these is chosen: that which is dark, has a
    steep border, is large, lies in the upper middle, where masses are shown, and does not touch
    the border, as shadows do.

    Parameters
    ----------
    image : Image or array_like, shape (y, x)
        Skin above. Of an `Image` with a mask, masses inside are looked for; what surrounds them may
        lie outside.
    spacing : tuple of float, optional
        The image's own by default. Only the ratio of its two lengths counts: all sizes are shares
        of the longer side.
    smoothing : float
        Standard deviation of the Gaussian against speckle, a share of the longer side.
    min_size, max_size : float
        Area of a mass, as shares of the image's.

    Returns
    -------
    ndarray of bool
        One part, holes filled; all False where there is no candidate, as in a constant image and
        in a single row. It finds the best candidate where there is no mass, too.

    Raises
    ------
    InputError
        For colour, volumes, NaN and infinite pixels, and settings out of range.

    Notes
    -----
    Images of more than 256 pixels are looked at on a coarser grid. The weights of the score were
    chosen on 200 images of BUSI, the first 100 of each class; how well it does on the others stands
    in ``benchmarks/results/segment.md``.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import recipe
    >>> y, x = np.ogrid[:120, :160]
    >>> mass = (y - 40) ** 2 + (x - 70) ** 2 < 300
    >>> speckle = np.random.default_rng(0).rayleigh(size=(120, 160))
    >>> found = recipe("dark-lesion")(speckle * np.where(mass, 10, 80))
    >>> (found & mass).sum() / (found | mass).sum() > 0.8
    np.True_
    """
    given = taken(image, "dark-lesion", spacing)
    refuse_volumes(given, "dark-lesion")
    refuse_extremes(given, "dark-lesion")
    smoothing = number("smoothing", smoothing, 0, 0.5)
    sizes = sizes_between(min_size, max_size)
    small, inside, factor = coarse(given, _MOST)
    plane = shares_of(small.shape, given.spacing)
    even = _without_attenuation(small, smoothing, plane)
    best, found = -np.inf, None
    for each in candidates(even, inside, plane, _SHARES, _OPENINGS, sizes):
        score = _score(each)
        if score > best:
            best, found = score, each
    if found is None:
        return np.zeros(given.values.shape, bool)
    whole = fine(found.drawn(small.shape), factor, given.values.shape)
    return whole if given.inside is None else whole & given.inside


def _without_attenuation(values: np.ndarray, smoothing: float, plane: Any) -> np.ndarray:
    """Smoothed, and divided by the brightness of each depth."""
    low, high = float(values.min()), float(values.max())
    smooth = gaussian(values - low, [smoothing / step for step in plane.pixel])
    depth = gaussian(np.median(smooth, axis=1), _ROWS * len(values))
    return smooth / (depth[:, None] + max(_BLACK * (high - low), 1e-12))


def _score(it: Candidate) -> float:
    """Dark, with a steep border, large, where masses are, and away from the image's border."""
    high = (it.centre[0] - _HIGH[0]) / _HIGH[1]
    wide = (it.centre[1] - _WIDE[0]) / _WIDE[1]
    top, bottom, left, right = it.touches
    return float(
        1.6 * np.log(max(it.contrast, 0.05))
        + np.log(max(it.edge, 0.3))
        + 0.55 * np.log(it.area)
        - (high**2 + wide**2) / 2
        - 0.6 * top
        - 0.3 * bottom
        - 0.3 * (left or right)
    )


SEGMENTER = Segmenter(
    dark_lesion, "the dark mass", axes=(2,), expects="ultrasound of the breast, skin above"
)
