"""What features were like in training, as a model keeps it: nothing of it names an image."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from imgpipe._common import InputError

BACKGROUND = 24
"""Training images that features are taken from; at most, but for more classes than these."""


def block_of(name: str) -> str:
    """Name the block that a feature belongs to: its family for HOG, its radius for LBP, or itself.

    Examples
    --------
    >>> block_of("hog_17"), block_of("lbp_8_1_3"), block_of("intensity_mean")
    ('hog', 'lbp_8_1', 'intensity_mean')
    """
    family = name.partition("_")[0]
    if family == "hog":
        return family
    # what precedes the number of the bin is the number of neighbours and the radius
    return name.rpartition("_")[0] if family == "lbp" else name


@dataclass(frozen=True, eq=False)
class FeatureSummary:
    """Groups of features that go together, what is usual, and a few rows to compare with.

    Parameters
    ----------
    names : tuple of str
        Of the features.
    units : tuple of str
        Of the features, as in `imgpipe.features.catalogue`; blank where not known.
    groups : tuple of str
        Names of the groups: a block such as ``"hog"``, or the feature that leads the others.
    group_of : ndarray of int64, shape (f,)
        Group of each feature.
    rows : ndarray of float32, shape (b, f)
        Features of a few training images, as many of each class; not scaled.
    quartiles : ndarray of float64, shape (k, g, 3)
        Of each group's leading feature in each class; NaN for blocks, and where it has no value.
    span : ndarray of float64, shape (g, 2)
        Its 5th and 95th percentile in all classes together.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: np.ndarray
    rows: np.ndarray
    quartiles: np.ndarray
    span: np.ndarray

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of each feature over `rows`; NaN for one never defined."""
        defined = np.where(np.isfinite(self.rows), self.rows, np.nan).astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a feature that is never defined
            return np.nanmean(defined, axis=0), np.nanstd(defined, axis=0)

    def to_dict(self) -> dict[str, Any]:
        """Give what is kept as plain values, for a file."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of_dict(cls, content: Any) -> "FeatureSummary":
        """Take what a file holds; an `InputError` where it is not what `to_dict` gave."""
        if not isinstance(content, Mapping) or set(content) != {f.name for f in fields(cls)}:
            raise InputError("a summary of features without all its parts")
        summary = cls(**content)
        f, g = len(summary.names), len(summary.groups)
        shapes = (
            summary.group_of.shape == (f,),
            summary.rows.ndim == 2 and summary.rows.shape[1] == f and len(summary.rows) > 0,
            summary.quartiles.ndim == 3 and summary.quartiles.shape[1:] == (g, 3),
            summary.span.shape == (g, 2),
            len(summary.units) == f,
        )
        if not all(shapes):
            raise InputError("a summary of features of several lengths")
        if f and not 0 <= summary.group_of.min() <= summary.group_of.max() < g:
            raise InputError("a summary of features with a group that has no name")
        return summary
