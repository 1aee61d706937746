"""The distance of an image to those of the training; light, since every prediction asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from imgpipe._common import InputError

LEVEL = 0.995
"""Share of images like those of the training that is to stay without the flag."""
FURTHEST = 5.0
"""Standard deviations that one feature may be off: no single one decides."""


@dataclass(frozen=True, eq=False)
class Novelty:
    """How far images lie from those of the training, by their features.

    A Mahalanobis distance by probabilistic PCA: features are standardised, cut at five standard
    deviations, and weighed, so that each family counts alike; then differences along the main
    directions of the training images are divided by what is usual there, and all others by what is
    usual of the rest.

    Parameters
    ----------
    centre, scale : ndarray, shape (f,)
        Mean and standard deviation in training.
    missing : ndarray, shape (f,)
        What stands for an undefined feature, standardised: the median of the training, or five
        where none was undefined there.
    mean : ndarray, shape (f,)
        Of the standardised features.
    precision : ndarray, shape (f,)
        What a difference of one in each feature adds to the squared distance; 0 for a feature that
        was constant.
    directions : ndarray, shape (f, k)
        Main directions of the training images, as long as what is taken off again: differences
        along them are usual. Numbers that float32 holds.
    limit : float
        Distance beyond which an image is flagged as out of distribution.
    held_out : int
        Training images whose distance was found without them, and without all images of their
        patients.
    groups : int
        Patients that these are of; as many as there are images where patients are not known.
    marked : int
        Held-out images beyond the limit.
    expected : float
        Share of new images like those of the training that is flagged all the same: .005, or more
        where there are few of them.
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
    groups: int
    marked: int
    expected: float
    extraction: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give its parts as plain values, for a file."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of_dict(cls, content: Any) -> "Novelty":
        """Take what a file holds; an `InputError` where it is not what `to_dict` gave."""
        if not isinstance(content, Mapping) or set(content) != {f.name for f in fields(cls)}:
            raise InputError("a novelty part without all its parts")
        found = cls(**content)
        each = (found.centre, found.scale, found.missing, found.mean, found.precision)
        lengths = {len(found.directions), *map(len, each)}
        if len(lengths) != 1 or found.directions.ndim != 2 or not found.limit > 0.0:
            raise InputError("a novelty part of several lengths, or without a limit")
        return found

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Distance of each image in limits: beyond 1 it is out of distribution.

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
        """Standardise features, cut at five standard deviations.

        Parameters
        ----------
        features : ndarray, shape (n, f)

        Returns
        -------
        ndarray of float64, shape (n, f)
        """
        with np.errstate(over="ignore"):  # infinite is far enough
            ready = (np.asarray(features, np.float64) - self.centre) / self.scale
        undefined = np.isnan(ready)
        if undefined.any():
            ready = np.where(undefined, self.missing, ready)
        np.minimum(ready, FURTHEST, out=ready)
        return np.maximum(ready, -FURTHEST, out=ready)
