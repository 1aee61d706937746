"""Find the images of a set that are copies of one another, though no pixel may be equal.

Copies that were shifted by up to 3 pixels or cropped by 5 %, mirrored, turned by quarters, made
brighter, darker or of other contrast, scaled or recompressed are found; see
``benchmarks/results/lookalikes.md`` for how many, and for false alarms. In short: the magnitudes of
low frequencies, whitened, choose the pairs; phases tell turn and shift; the two images are laid
over one another to a fraction of a pixel (Lucas and Kanade, 1981; Evangelidis and Psarakis, 2008),
and their correlation decides, at the scales of the whole, of structures and of detail.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.data.lookalikes.alignment import align
from imgpipe.evaluate.data.lookalikes.candidates import candidates
from imgpipe.evaluate.data.lookalikes.detail import detail, smooth
from imgpipe.evaluate.data.lookalikes.spectra import spectra
from imgpipe.evaluate.data.lookalikes.thumbnails import reduced, squares

_GRID = 32  # side at which pairs are looked for
_NATURAL = 28  # side for which the scales below are given
_SHIFT = 3.0  # pixels of the image
_CROP = 0.05  # of the side
_BATCH = 2048
# learned from planted copies of every second image of PneumoniaMNIST and from pairs of others
# of the whole, of structures, of detail, and of detail with blur matched: a copy is told by its
# detail as it is, or, where it was scaled, with its blur undone
_WEIGHTS = np.array([[8.785, 13.052], [-2.192, 0.0], [13.897, -8.45], [0.0, 13.34]])
_BIAS = (-37.425, -42.023)
_LEAST = -1.0
_SURE = 4.0  # different chest X-rays of 28 pixels reach less
_LEAST_LARGE = 0.5  # of images that show more, from 40 pixels on
_LEAST_TURNED = 3.0  # there are seven ways to resemble one another by chance
_LARGE = 40
_LOWEST, _HIGHEST = -0.99, 0.9995

_WAYS = {0: "", 2: say("turned by 180°"), 4: say("mirrored"), 6: say("mirrored")}


@dataclass(frozen=True)
class Likeness:
    """Images `a` < `b` are nearly the same; `similarity` is the correlation of their detail.

    One that is not `sure` may be two images that are much alike: it is worth keeping together, and
    not worth an alarm.
    """

    a: int
    b: int
    similarity: float
    way: str
    sure: bool = True


def near_copies(
    thumbnails: Sequence[np.ndarray],
    shortest: Sequence[int] | None = None,
    n_jobs: int = 1,
) -> list[Likeness]:
    """Find all pairs of look-alikes.

    Parameters
    ----------
    thumbnails : sequence of ndarray
        From `thumbnails.thumbnail`.
    shortest : sequence of int, optional
        Longer side of each image before it was reduced, which says what three pixels are.
    n_jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    list of Likeness
        Ordered by `a`, then `b`. Constant images resemble nothing.
    """
    kept = np.array([i for i, small in enumerate(thumbnails) if small.any()], np.intp)
    if len(kept) < 2:
        return []
    whole = squares([thumbnails[i] for i in kept])
    side = whole.shape[1]
    grid = min(side, _GRID)
    small = reduced(whole, grid)
    scale = grid / _NATURAL
    sizes = [side] * len(kept) if shortest is None else [shortest[i] for i in kept]
    most_shift = min(_SHIFT / min(sizes), _SHIFT / _NATURAL) * grid + 0.5 * _CROP * grid
    found = candidates(spectra(detail(small, 0.5, 3.0)), most_shift, side >= _LARGE)
    if not len(found.pairs):
        return []
    layers = (
        smooth(small, 0.5 * scale),
        detail(small, 1.0 * scale, 4.0 * scale),
        detail(whole, 0.5 * side / _NATURAL, 2.0 * side / _NATURAL),
    )
    limit = most_shift + 0.05 * grid

    def part(start: int) -> np.ndarray:
        at = slice(start, start + _BATCH)
        return align(*layers, found.pairs[at], found.turns[at], found.shifts[at], limit)

    with ThreadPoolExecutor(max(1, n_jobs)) as pool:
        fits = np.concatenate(list(pool.map(part, range(0, len(found.pairs), _BATCH))))
    least = np.where(found.turns > 0, _LEAST_TURNED, _LEAST if side < _LARGE else _LEAST_LARGE)
    odds = (np.arctanh(fits.clip(_LOWEST, _HIGHEST)) @ _WEIGHTS + _BIAS).max(axis=1)
    return [
        Likeness(
            int(kept[found.pairs[k, 0]]),
            int(kept[found.pairs[k, 1]]),
            min(float(fits[k, 2]), 1.0),
            _WAYS.get(int(found.turns[k]), say("turned by 90°")),
            bool(odds[k] >= _SURE),
        )
        for k in np.flatnonzero(odds >= least)
    ]
