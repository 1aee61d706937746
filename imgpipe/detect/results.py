"""What was found of detections, frozen."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class FrocPoint:
    """Sensitivity at one rate of false positives, with its 95 % interval.

    Parameters
    ----------
    false_positives : float
        An image.
    sensitivity, low, high : float
        Share of lesions that are hit; the interval is NaN with fewer than two patients who have
        lesions.
    threshold : float
        The lowest score with no more false positives than that: to detect with. Infinite where
        even the highest score has more.
    """

    false_positives: float
    sensitivity: float
    low: float
    high: float
    threshold: float


@dataclass(frozen=True, eq=False)
class Froc:
    """Free-response ROC: how many lesions are found, at how many false positives an image.

    Parameters
    ----------
    points : tuple of FrocPoint
        At the rates that were asked for.
    mean, low, high : float
        Mean sensitivity of these points, with its 95 % interval.
    thresholds, false_positives, sensitivity : tuple of float
        The curve, from (0, 0) at an infinite threshold to all detections: false positives an image
        and share of lesions hit by detections with this score or more.
    images, patients, lesions, detections : int
        How many of each there were.
    rule : str
        When a detection is a hit, in words.
    hits : tuple of ndarray of int
        For each image, which of its lesions each detection hits, -1 for a false positive.
    best : tuple of ndarray of float
        For each image, the highest score among the hits of each lesion; -inf where it was missed.
    """

    points: tuple[FrocPoint, ...]
    mean: float
    low: float
    high: float
    thresholds: tuple[float, ...]
    false_positives: tuple[float, ...]
    sensitivity: tuple[float, ...]
    images: int
    patients: int
    lesions: int
    detections: int
    rule: str
    hits: tuple[np.ndarray, ...] = field(repr=False)
    best: tuple[np.ndarray, ...] = field(repr=False)

    def sensitivity_at(self, rate: float) -> float:
        """Sensitivity at a rate of false positives an image, between points by a straight line."""
        return float(np.interp(rate, self.false_positives, self.sensitivity))

    def threshold_at(self, rate: float) -> float:
        """Lowest score with at most this many false positives an image; see `FrocPoint`."""
        known = np.flatnonzero(np.array(self.false_positives) <= rate)
        return self.thresholds[known[-1]] if len(known) else float("inf")
