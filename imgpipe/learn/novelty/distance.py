"""The distance of an image to those of the training; light, since every prediction asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

LEVEL = 0.995
"""Share of images like those of the training that is to stay unmarked."""
FURTHEST = 10.0
"""Standard deviations that one feature may be off: no single one decides."""


@dataclass(frozen=True, eq=False)
class Novelty:
    """How far images lie from those of the training, by their features.

    A Mahalanobis distance by probabilistic PCA: features are standardised, cut at ten standard
    deviations, and weighed, so that each family counts alike; then differences along the main
    directions of the training images are divided by what is usual there, and all others by what is
    usual of the rest.

    Parameters
    ----------
    centre, scale : ndarray, shape (f,)
        Mean and standard deviation in training.
    missing : ndarray, shape (f,)
        What stands for an undefined feature, standardised: the median of the training, or ten
        where none was undefined there.
    mean : ndarray, shape (f,)
        Of the standardised features.
    precision : ndarray, shape (f,)
        What a difference of one in each feature adds to the squared distance; 0 for a feature that
        was constant.
    directions : ndarray of float32, shape (f, k)
        Main directions of the training images, as long as what is taken off again: differences
        along them are usual.
    limit : float
        Distance beyond which an image is marked.
    held_out : int
        Training images whose distance was found without them, and without all images of their
        patients.
    marked : int
        Those of them beyond the limit.
    extraction : dict, optional
        Settings of `imgpipe.features.extract_many`, where the model computes no features itself.

    See Also
    --------
    imgpipe.learn.novelty.fitting.fit_novelty : learns it.
    """

    centre: np.ndarray
    scale: np.ndarray
    missing: np.ndarray
    mean: np.ndarray
    precision: np.ndarray
    directions: np.ndarray
    limit: float
    held_out: int
    marked: int
    extraction: Mapping[str, Any] | None = None

    @property
    def expected(self) -> float:
        """Share of new images like those of the training that is marked, in expectation.

        It is .5 % or less from 199 held-out images on; with n, fewer, 1 in n + 1.
        """
        return 1.0 - rank_of(self.held_out) / (self.held_out + 1)

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Distance of each image in limits: beyond 1 it is unlike those of the training.

        Parameters
        ----------
        features : ndarray, shape (n, f)
            As they were measured, not scaled; NaN where undefined.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        off = self.standardised(features) - self.mean
        usual = off @ self.directions
        squared = (off**2) @ self.precision - np.einsum("ij,ij->i", usual, usual)
        found: np.ndarray = np.sqrt(np.maximum(squared, 0.0)) / self.limit
        return found

    def standardised(self, features: np.ndarray) -> np.ndarray:
        """Standardise features, cut at ten standard deviations.

        Parameters
        ----------
        features : ndarray, shape (n, f)

        Returns
        -------
        ndarray of float64, shape (n, f)
        """
        with np.errstate(over="ignore"):  # infinite is far enough
            ready = np.asarray(features, np.float64) - self.centre
            ready /= self.scale
        np.copyto(ready, self.missing, where=np.isnan(ready))
        return np.clip(ready, -FURTHEST, FURTHEST, out=ready)


def rank_of(n: int) -> int:
    """Rank of the limit among n held-out distances: of n + 1 images alike, `LEVEL` stay below it.

    Examples
    --------
    >>> rank_of(1000), rank_of(199), rank_of(100)
    (996, 199, 100)
    """
    return min(n, int(np.ceil((n + 1) * LEVEL - 1e-9)))
