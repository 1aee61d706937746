"""Where a lesion may be: blobs of an image, their boxes, and how they look."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.detect.blobs import blobs
from imgpipe.detect.boxes import clipped
from imgpipe.detect.candidates.patches import RESPONSE, cut_patches, measure

POLARITIES = ("bright", "dark", "both")
_FAINTEST = 0.02  # share of the strongest response
_SCALES = 8


@dataclass(frozen=True)
class Found:
    """Candidates of one image, the strongest first.

    Parameters
    ----------
    boxes : ndarray of float64, shape (n, 2 * axes)
        Within the image.
    middles, radii : ndarray, shape (n, axes)
        In pixels; a middle of 0 is that of the first pixel.
    sigmas : ndarray, shape (n,)
        Scale, in mm where there is a spacing.
    signs : ndarray, shape (n,)
        1 for bright ones, -1 for dark ones.
    measures : ndarray, shape (n, f)
        As `patches.measure` gives them, of what is brighter than it was if dark.
    """

    boxes: np.ndarray
    middles: np.ndarray
    radii: np.ndarray
    sigmas: np.ndarray
    signs: np.ndarray
    measures: np.ndarray

    @property
    def responses(self) -> np.ndarray:
        """How strongly each stands out."""
        return self.measures[:, RESPONSE]


def find_candidates(
    values: np.ndarray,
    spacing: np.ndarray,
    sigmas: tuple[float, float],
    polarity: str,
    most: int,
    side: int,
) -> Found:
    """Look for blobs in an image, measured by the spread of its values.

    Parameters
    ----------
    values : ndarray of float32, 2-D or 3-D
    spacing : ndarray, shape (axes,)
    sigmas : (float, float)
        Smallest and largest scale, in the unit of `spacing`.
    polarity : {"bright", "dark", "both"}
    most : int
        How many are kept.
    side : int
        Of the patches that are measured.

    Returns
    -------
    Found
    """
    even = _even(values)
    signs = {"bright": (1,), "dark": (-1,), "both": (1, -1)}[polarity]
    parts = []
    for sign in signs:
        rows = blobs(
            even, min_sigma=sigmas[0], max_sigma=sigmas[1], num_sigma=_SCALES, log_scale=True,
            threshold=None, threshold_rel=_FAINTEST, overlap=1.0, spacing=tuple(spacing.tolist()),
            dark=sign < 0,
        )  # fmt: skip
        places, scales = rows[:, :-1], rows[:, -1]
        radii = math.sqrt(values.ndim) * scales[:, None] / spacing
        looks = measure(cut_patches(sign * even, places, radii, side))
        parts.append((places, radii, scales, np.full(len(places), sign), looks))
    middles, radii, scales, each_sign, looks = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    order = np.argsort(-looks[:, RESPONSE], kind="stable")[:most]
    middles, radii = middles[order], radii[order]
    corners = np.hstack([middles + 0.5 - radii, middles + 0.5 + radii])
    boxes = clipped(corners, values.shape)
    return Found(boxes, middles, radii, scales[order], each_sign[order], looks[order])


def sigma_range(boxes: list[np.ndarray], spacings: list[np.ndarray]) -> tuple[float, float]:
    """Scales of the blobs that lesions with these boxes are: radius over root of axes.

    From the smallest to the largest, with a tenth to spare.
    """
    found = []
    for rows, spacing in zip(boxes, spacings, strict=True):
        axes = len(spacing)
        sides = (rows[:, axes:] - rows[:, :axes]) * spacing
        found.append(sides.prod(axis=1) ** (1 / axes) / 2 / math.sqrt(axes))
    sizes = np.concatenate(found)
    return 0.9 * float(sizes.min()), 1.1 * float(sizes.max())


def check_polarity(polarity: Any) -> str:
    """Refuse what is none."""
    if polarity not in POLARITIES:
        raise InputError(f"polarity={polarity!r}; lesions are 'bright', 'dark' or 'both'")
    return str(polarity)


def _even(values: np.ndarray) -> np.ndarray:
    """Values less their median, by half the range of their middle 80 %."""
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    spread = (high - low) / 2 or float(values.std()) or 1.0
    return ((values - middle) / spread).astype(np.float32)
