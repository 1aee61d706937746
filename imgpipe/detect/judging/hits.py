"""When a detection is a hit: the rule, and which lesion each detection hits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.detect.boxes import centres, corners, gaps, overlaps, unit_lengths
from imgpipe.detect.numbers import real

RULES = ("centre", "iou", "distance")


@dataclass(frozen=True)
class HitRule:
    """When a detection hits a lesion. It hits one at most: that which it fits best.

    Parameters
    ----------
    rule : {"centre", "iou", "distance"}
        The middle of its box lies in the lesion's box (of several, the one with the nearest
        middle); or the two overlap enough (the one that it overlaps most); or their middles are
        near enough (the nearest).
    overlap : float
        For ``"iou"``: the least intersection over union, above 0 and up to 1.
    radius : float, optional
        For ``"distance"``: how far middles may be apart, in the unit of `spacing`. By default half
        the longest side of the lesion's box.
    spacing : tuple of float, optional
        Distance of pixels along each axis; 1 each by default.

    Raises
    ------
    InputError
        For another rule, a number out of range, or one that the rule makes no use of.
    """

    rule: str = "centre"
    overlap: float | None = None
    radius: float | None = None
    spacing: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise InputError(f"rule={self.rule!r}; 'centre', 'iou' or 'distance' is a hit rule")
        if self.overlap is not None and self.rule != "iou":
            raise InputError(f"overlap={self.overlap!r} means nothing to rule={self.rule!r}")
        if self.radius is not None and self.rule != "distance":
            raise InputError(f"radius={self.radius!r} means nothing to rule={self.rule!r}")
        if not 0 < self.least_overlap <= 1:
            raise InputError(f"overlap={self.overlap!r}; a number above 0 and up to 1 is needed")
        if self.radius is not None and not 0 <= real(self.radius) < np.inf:
            raise InputError(f"radius={self.radius!r}; a distance is needed")

    @property
    def least_overlap(self) -> float:
        """What `overlap` is: 0.1 by default, as lesions are small."""
        return 0.1 if self.overlap is None else real(self.overlap)

    @property
    def text(self) -> Text:
        """The rule in words."""
        if self.rule == "centre":
            return say("a hit is a box whose middle lies in the box of the lesion")
        if self.rule == "iou":
            return say(
                "a hit is a box with an intersection over union of {least} or more with that of "
                "the lesion",
                least=f"{self.least_overlap:g}",
            )
        if self.radius is None:
            return say(
                "a hit is a box whose middle is no further from that of the lesion than half the "
                "lesion's longest side"
            )
        if self.spacing is None:
            return say(
                "a hit is a box whose middle is no further than {radius} pixels from that of the "
                "lesion",
                radius=f"{self.radius:g}",
            )
        return say(
            "a hit is a box whose middle is no further than {radius} mm from that of the lesion",
            radius=f"{self.radius:g}",
        )

    def hits(self, boxes: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Say which lesion each box hits.

        Parameters
        ----------
        boxes, truth : ndarray, shapes (n, 2 * axes) and (m, 2 * axes)
            As `checked_boxes` gives them, with scores or without.

        Returns
        -------
        ndarray of int, shape (n,)
            Row of `truth`, or -1 for none.
        """
        if not len(boxes) or not len(truth):
            return np.full(len(boxes), -1, np.intp)
        if self.rule == "iou":
            shares = overlaps(boxes, truth)
            fits, badness = shares >= self.least_overlap, -shares
        else:
            unit = unit_lengths(self.spacing, truth.shape[1] // 2)
            badness = gaps(boxes, truth, unit)
            inside = self.rule == "centre"
            fits = _inside(boxes, truth) if inside else badness <= self._reach(truth, unit)
        best = np.where(fits, badness, np.inf).argmin(axis=1)
        return np.where(fits.any(axis=1), best, -1)

    def _reach(self, truth: np.ndarray, unit: np.ndarray) -> Any:
        if self.radius is not None:
            return self.radius
        low, high = corners(truth)
        return ((high - low) * unit).max(axis=1) / 2


def _inside(boxes: np.ndarray, truth: np.ndarray) -> Any:
    """Whether the middle of each box lies in each of the others, (n, m)."""
    middle = centres(boxes)[:, None]
    low, high = corners(truth)
    return ((middle >= low) & (middle < high)).all(axis=2)
