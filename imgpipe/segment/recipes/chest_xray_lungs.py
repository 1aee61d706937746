"""Both lung fields in a frontal X-ray of the chest."""

from typing import Any

import numpy as np

from imgpipe.kernels import gaussian
from imgpipe.segment.method.given import refuse_extremes, taken
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.recipes.dark.candidates import Candidate, candidates
from imgpipe.segment.recipes.dark.coarse import coarse, fine, refuse_volumes
from imgpipe.segment.recipes.planes.numbers import number, sizes_between
from imgpipe.segment.recipes.planes.plane import Plane, shares_of

_MOST = 256  # pixels of the longer side of the grid on which is looked
_SHARES = np.linspace(0.15, 0.75, 13).tolist()
_OPENINGS = (0.015, 0.035)
_SLOW = 0.25  # of the longer side: slower changes of brightness do not count


def chest_xray_lungs(
    image: Any,
    spacing: Any = None,
    *,
    smoothing: float = 0.012,
    closing: float = 0.04,
    min_size: float = 0.02,
    max_size: float = 0.25,
) -> np.ndarray:
    """Find both lung fields in a frontal X-ray of the chest.

    Slow changes of brightness are taken out and the image is divided at the spine. On either side
    dark parts are found at 13 thresholds and freed from their surroundings by discs of two sizes;
    that one is chosen which is dark, has a steep border, is large, lies half-way up beside the
    spine and does not touch the image's border, as the air outside does.

    Parameters
    ----------
    image : Image or array_like, shape (y, x)
        Bone is bright and air dark; head above. Of an `Image` with a mask, fields inside are looked
        for; what surrounds them may lie outside.
    spacing : tuple of float, optional
        The image's own by default. Only the ratio of its two lengths counts: all sizes are shares
        of the longer side.
    smoothing : float
        Standard deviation of a Gaussian against noise and ribs, a share of the longer side.
    closing : float
        Radius of a disc that closes ribs and vessels at the border, a share of the longer side.
    min_size, max_size : float
        Area of one field, as shares of the image's.

    Returns
    -------
    ndarray of bool
        The two fields; a side without a candidate has none. All False for a constant image.

    Raises
    ------
    InputError
        For colour, volumes, NaN and infinite pixels, and settings out of range.

    Notes
    -----
    What lies behind heart and diaphragm is not found, nor is a field that pneumonia or an effusion
    makes bright. It was tried on films of adults in beds and on their feet, and looked at: most
    clear fields are found, and dense ones in part. Check overlays before you rely on it. Images of
    more than 256 pixels are looked at on a coarser grid.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import recipe
    >>> y, x = np.ogrid[:120, :140]
    >>> fields = ((y - 55) / 40) ** 2 + ((abs(x - 70) - 32) / 20) ** 2 < 1
    >>> noise = np.random.default_rng(0).normal(0, 5, fields.shape)
    >>> found = recipe("chest-xray-lungs")(np.where(fields, 90, 180) + noise)
    >>> (found & fields).sum() / (found | fields).sum() > 0.9
    np.True_
    """
    given = taken(image, "chest-xray-lungs", spacing)
    refuse_volumes(given, "chest-xray-lungs")
    refuse_extremes(given, "chest-xray-lungs")
    smoothing, closing = (
        number(n, v, 0, 0.5) for n, v in (("smoothing", smoothing), ("closing", closing))
    )
    sizes = sizes_between(min_size, max_size)
    small, inside, factor = coarse(given, _MOST)
    plane = shares_of(small.shape, given.spacing)
    smooth = gaussian(small, [smoothing / step for step in plane.pixel])
    even = smooth - gaussian(small, [_SLOW / step for step in plane.pixel])
    middle = _middle(smooth)
    found = np.zeros(small.shape, bool)
    columns = np.arange(small.shape[1])[None]
    for side in (columns < middle, columns > middle):
        where = np.broadcast_to(side, small.shape) if inside is None else side & inside
        field = _field(even, where, middle / small.shape[1], plane, sizes)
        if field is not None:
            found |= plane.closed(field.drawn(small.shape), closing) & where
    whole = fine(found, factor, given.values.shape)
    return whole if given.inside is None else whole & given.inside


def _middle(smooth: np.ndarray) -> int:
    """Column of the spine: the brightest of those near the middle."""
    height, width = smooth.shape
    profile = smooth[height // 5 : max(4 * height // 5, 1)].mean(axis=0)
    profile = gaussian(profile, 0.03 * width)
    first = int(0.35 * width)
    return first + int(np.argmax(profile[first : int(0.65 * width) + 1]))


def _field(
    even: np.ndarray, where: np.ndarray, middle: float, plane: Plane, sizes: tuple[float, float]
) -> Candidate | None:
    """The best of the dark parts on one side."""
    best, found = -np.inf, None
    for each in candidates(even, where, plane, _SHARES, _OPENINGS, sizes):
        score = _score(each, middle)
        if score > best:
            best, found = score, each
    return found


def _score(it: Candidate, middle: float) -> float:
    """Dark, with a steep border, large, half-way up and beside the spine."""
    high = (it.centre[0] - 0.45) / 0.15
    wide = (abs(it.centre[1] - middle) - 0.22) / 0.08
    return float(
        np.log(max(it.contrast, 0.05))
        + np.log(max(it.edge, 0.3))
        + np.log(it.area)
        - (high**2 + wide**2) / 2
        - 0.7 * sum(it.touches)
        - 0.8 * it.touches[0]
    )


SEGMENTER = Segmenter(
    chest_xray_lungs, "both lung fields", axes=(2,), expects="frontal X-ray of the chest, air dark"
)
