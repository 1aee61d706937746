"""The gate of detectors: a file appears only if it finds what the detector finds.

Candidates of the training that the detector still has are scored by both, and both look at images
made up of spots.
"""

from typing import TYPE_CHECKING

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.writing.gate import NETWORK_TOLERANCE, TOLERANCE
from imgpipe.detect.candidates.looking import taken_images
from imgpipe.detect.fitted import FittedDetector

if TYPE_CHECKING:
    from imgpipe.detect import Detector

_SIDES = {2: (96, 96), 3: (24, 40, 40)}


def check(detector: "Detector", opened: FittedDetector) -> None:
    """Compare a detector with what was read back from its file.

    Raises
    ------
    InputError
        If a score differs by more than is allowed, or a box at all.
    """
    tolerance = NETWORK_TOLERANCE if opened.look.families is None else TOLERANCE
    here = detector.fitted()
    rows = detector._compared
    _compare(here.classify(rows)[:, 1], opened.classify(rows)[:, 1], tolerance, "candidates")
    images = made_up(here.n_axes_, here.sigmas_)
    for one, other in zip(_all(here, images), _all(opened, images), strict=True):
        if one.shape != other.shape or not np.array_equal(one[:, :-1], other[:, :-1]):
            raise _differs("it looks at other places in made-up images")
        _compare(one[:, -1], other[:, -1], tolerance, "candidates of made-up images")


def made_up(axes: int, sigmas: tuple[float, float]) -> np.ndarray:
    """Images of spots, bright and dark, of the sizes that are looked for where they fit."""
    rng = np.random.default_rng(0)
    sides = _SIDES[axes]
    grid = np.meshgrid(*map(np.arange, sides), indexing="ij")
    low, high = (min(max(sigma, 1.0), min(sides) / 6) for sigma in sigmas)
    images = np.empty((2, *sides), np.float32)
    for image in images:
        image[...] = rng.normal(0, 0.1, sides)
        for sign in (1, -1, 1, -1):
            middle, sigma = rng.uniform(0, sides), rng.uniform(low, high)
            away = sum((g - m) ** 2 for g, m in zip(grid, middle, strict=True))
            image += sign * np.exp(-away / (2 * sigma**2))
    return images


def _all(detector: FittedDetector, images: np.ndarray) -> list[np.ndarray]:
    """Boxes of all candidates with their scores, in the order of candidates."""
    looked = detector.look.at(taken_images(images), None)
    said = [
        detector.classify(rows)[:, [1]] if len(rows) else np.empty((0, 1)) for _, rows in looked
    ]
    return [
        np.hstack([found.boxes, scores]) for (found, _), scores in zip(looked, said, strict=True)
    ]


def _compare(expected: np.ndarray, found: np.ndarray, tolerance: float, what: str) -> None:
    if not len(expected):
        return
    difference = float(np.abs(found - expected).max())
    if not difference <= tolerance:  # NaN is no agreement
        raise _differs(
            f"on {len(expected)} {what} a score differs by {difference:.1e}; {tolerance:g} is "
            "allowed"
        )


def _differs(how: str) -> InputError:
    return InputError(f"the file does not say what the Detector says: {how}; report this")
