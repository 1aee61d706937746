"""What goes into the fit of one fold, and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe.evaluate.fits.tuning import Choice
from imgpipe.evaluate.scores.intervals import HeldOut


@dataclass(frozen=True)
class Inputs:
    """What the steps that learn get: features of all samples, or the images themselves.

    Parameters
    ----------
    values : ndarray, DataFrame or Images
    names : sequence of str or None
        Of the features; None for images.
    seconds : float
        CPU seconds that features took.
    """

    values: Any
    names: Sequence[str] | None
    seconds: float


@dataclass(frozen=True)
class Fold:
    """What one fit said and cost; where it is looked at later, also what was `learned`."""

    seconds: float
    learned: Any
    choice: Choice | None
    test: HeldOut
    val: HeldOut | None
    inner: HeldOut | None
    blocks: list[str]
    drops: np.ndarray | None
