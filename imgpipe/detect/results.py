"""What was found of detections, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


@dataclass(frozen=True, eq=False)
class HeldOut:
    """An image that was judged by a detector that saw none of its patient.

    Parameters
    ----------
    id : str
    patient : str
        The image itself where nothing says whose it is.
    fold : int
    lesions : ndarray of float64, shape (m, 2 * axes)
        Boxes in pixels.
    detections : ndarray of float64, shape (n, 2 * axes + 1)
        Boxes with a score.
    hits : ndarray of int, shape (n,)
        Which lesion each detection hits, -1 for a false positive.
    best : ndarray of float, shape (m,)
        The highest score among the hits of each lesion; -inf where it was missed.
    """

    id: str
    patient: str
    fold: int
    lesions: np.ndarray
    detections: np.ndarray
    hits: np.ndarray
    best: np.ndarray


@dataclass(frozen=True, eq=False)
class DetectionPicture:
    """A part of an image to look at.

    Parameters
    ----------
    kind : {"image", "miss", "false alarm"}
    image : int
        Its position among those held out.
    box : int
        Of the lesion that was missed, or of the detection that hit none; -1 for an image.
    pixels : ndarray of uint8, shape (h, w) or (h, w, 3)
    corner : tuple of float
        Row and column of the picture's upper left corner in the image, in pixels.
    step : float
        Pixels of the image along a side of one of the picture.
    slice : int or None
        Of a volume.
    """

    kind: str
    image: int
    box: int
    pixels: np.ndarray = field(repr=False)
    corner: tuple[float, float]
    step: float
    slice: int | None = None


@dataclass(frozen=True, eq=False)
class DetectionRun:
    """What a detector found in images of patients that it had not seen.

    Parameters
    ----------
    name : str
        Of the data.
    model : str
        Of the classifier of candidates.
    settings : dict
        Of the detector.
    froc : Froc
    images : tuple of HeldOut
    folds : int
    seed : int
    grouped : bool
        Whether it is known whose images they are.
    rate : float
        False positives an image at which pictures are drawn, and misses and false alarms counted.
    threshold : float
        The lowest score with no more false positives than that.
    pictures : tuple of DetectionPicture
        Misses of the largest lesions, false alarms with the highest scores, and whole images.
    warnings : tuple of str
        What a reader should know.
    data_hash : str
        SHA-256 of the pixels and the boxes.
    wall_seconds, cpu_seconds : float
    """

    name: str
    model: str
    settings: Mapping[str, Any]
    froc: Froc
    images: tuple[HeldOut, ...] = field(repr=False)
    folds: int
    seed: int
    grouped: bool
    rate: float
    threshold: float
    pictures: tuple[DetectionPicture, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()
    data_hash: str = ""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
