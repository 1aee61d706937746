"""Nearest samples as arrays, and the sigmoids of their odds."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.preparation import Preparation, infinite
from imgpipe.learn.nearest import Nearest


class NeighboursFitted:
    """Shares of the classes among the nearest samples, calibrated.

    Parameters
    ----------
    fitted : dict
        What the manifest says of the part; checked, as the arrays are, by `imgpipe.bundle.archive`.
    arrays : dict of str to ndarray
    """

    def __init__(self, fitted: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        names = ("samples", "codes", "slopes", "offsets")
        samples, codes, self._slopes, self._offsets = (arrays[f"neighbours.{n}"] for n in names)
        self._prepare = Preparation.of(arrays)
        self._nearest = Nearest(
            samples, codes, fitted["asked"], fitted["weights"] == "distance", fitted["classes"]
        )

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Ask the neighbours."""
        prepared = self._prepare(inputs)
        if prepared.shape[1] != self._nearest.samples.shape[1]:
            raise InputError(f"{prepared.shape[1]} features; the neighbours have another number")
        if not np.isfinite(prepared).all():
            raise infinite()
        odds = self._nearest.odds(prepared)
        if not np.isfinite(odds).all():
            raise infinite()
        with np.errstate(over="ignore"):
            said = 1.0 / (1.0 + np.exp(self._slopes * odds + self._offsets))
        if said.shape[1] == 1:
            return np.column_stack([1 - said, said])
        total = said.sum(axis=1, keepdims=True)
        even = np.full_like(said, 1 / said.shape[1])
        return np.divide(said, total, out=even, where=total != 0)
