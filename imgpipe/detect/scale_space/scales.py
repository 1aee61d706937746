"""The widths of Gaussians that blobs are looked for with."""

from typing import NamedTuple

import numpy as np


class Scales(NamedTuple):
    """Widths in pixels, and how many responses are made of them.

    Parameters
    ----------
    sigmas : ndarray, shape (scales, axes)
        Differences of Gaussians need one more than there are responses.
    geometric : bool
        Whether neighbours have a constant ratio, else a constant difference.
    responses : int
    """

    sigmas: np.ndarray
    geometric: bool
    responses: int

    def between(self, number: np.ndarray, axis: int) -> np.ndarray:
        """Widths along an axis at scales that need not be whole numbers."""
        widths = self.sigmas[:, axis].astype(np.float64)
        at = np.arange(len(widths))
        if not self.geometric:
            return np.interp(number, at, widths)
        whole = np.rint(number).astype(int)
        # a whole number gives the width itself, not what is left of it by logarithms
        return widths[whole] * np.exp(np.interp(number, at, np.log(widths)) - np.log(widths[whole]))


def evenly(low: np.ndarray, high: np.ndarray, count: int, log_scale: bool) -> Scales:
    """Space widths evenly, or their logarithms."""
    if log_scale:
        return Scales(np.logspace(np.log10(low), np.log10(high), count), True, count)
    return Scales(np.linspace(low, high, count), False, count)


def multiplied(low: np.ndarray, high: np.ndarray, ratio: float) -> Scales:
    """Multiply widths by a ratio until the highest is passed."""
    count = int(np.mean(np.log(high / low) / np.log(ratio) + 1))
    return Scales(np.array([low * (ratio**i) for i in range(count + 1)]), True, count)
