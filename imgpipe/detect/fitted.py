"""A fitted detector at work, whatever its classifier is made of: no scikit-learn is needed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from imgpipe.detect.candidates.looking import Look, check_axes, joined, taken_images
from imgpipe.detect.candidates.search import Found
from imgpipe.detect.judging.hits import HitRule
from imgpipe.detect.suppression import suppress


@dataclass(frozen=True, eq=False)
class FittedDetector:
    """A detector that finds lesions, and cannot be fitted again: what a file gives back.

    Parameters
    ----------
    look : Look
        How it looks at images.
    n_axes_ : int
        2 for images, 3 for volumes.
    nms : float
        A box goes where a chosen one covers more than this share of the smaller of both.
    classify : callable
        Gives shares of none and lesion, (n, 2), for rows or patches of candidates.
    model : str
        Name of its classifier.
    hit : HitRule
        When a box hits a lesion; it was trained with.
    n_jobs : int, optional
        Images at a time; None means 1.
    thresholds : tuple of (float, float)
        Scores at so many false positives an image, as far as cross-validation told.
    data_hash : str
        Of the images and lesions trained on, where a run told.

    Examples
    --------
    >>> from imgpipe import bundle
    >>> detector = bundle.load("lesions.imgpipe")  # doctest: +SKIP
    >>> detector.predict(new_images)  # doctest: +SKIP
    """

    look: Look
    n_axes_: int
    nms: float
    classify: Callable[[np.ndarray], np.ndarray] = field(repr=False)
    model: str
    hit: HitRule
    n_jobs: int | None = None
    thresholds: tuple[tuple[float, float], ...] = ()
    data_hash: str = ""

    @property
    def sigmas_(self) -> tuple[float, float]:
        """Scales of candidates."""
        return self.look.sigmas

    @property
    def feature_names_(self) -> list[str]:
        """What a candidate's row holds; empty for networks."""
        return [] if self.look.families is None else self.look.names(self.n_axes_)

    def threshold_at(self, rate: float) -> float | None:
        """Score that gave at most so many false positives an image in cross-validation.

        None where nothing is known; infinite where every score gave more.
        """
        if not self.thresholds:
            return None
        within = [score for false, score in self.thresholds if false <= rate]
        return min(within, default=float("inf"))

    def predict(self, images: Any) -> list[np.ndarray]:
        """Find lesions.

        Parameters
        ----------
        images : Images, ndarray or sequence
            Masks are not looked at.

        Returns
        -------
        list of ndarray of float64, shapes (n, 2 * axes + 1)
            Boxes of each image, the score as last column, highest first.
        """
        images = taken_images(images)
        check_axes(images, self.n_axes_)
        looked = self.look.at(images, self.n_jobs)
        rows = joined(each for _, each in looked)
        scores = self.classify(rows)[:, 1] if len(rows) else np.empty(0)
        ends = np.cumsum([len(found.boxes) for found, _ in looked])[:-1]
        return [
            _kept(_scored(found, own), self.nms)
            for (found, _), own in zip(looked, np.split(scores, ends), strict=True)
        ]

    def find_candidates(self, images: Any) -> list[np.ndarray]:
        """Give all candidates of each image, as `predict` gives boxes, by their blob's response."""
        images = taken_images(images)
        check_axes(images, self.n_axes_)
        looked = replace(self.look, families=()).at(images, self.n_jobs)
        return [_scored(found, found.responses) for found, _ in looked]


def _scored(found: Found, scores: np.ndarray) -> np.ndarray:
    return np.hstack([found.boxes, scores[:, None]])


def _kept(boxes: np.ndarray, share: float) -> np.ndarray:
    return boxes[suppress(boxes, share, measure="smaller")]
