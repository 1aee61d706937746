"""What stands between features and classifier, as arrays: imputation and scaling."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError


@dataclass(frozen=True, eq=False)
class Preparation:
    """Medians for missing numbers, and the mean and deviation of each column, float64 (f,)."""

    median: np.ndarray | None = None
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Preparation":
        """Take what a bundle holds, and `imgpipe.bundle.archive` has checked."""
        return cls(*map(arrays.get, ("impute.median", "scale.mean", "scale.scale")))

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Prepare rows of features, as scikit-learn's imputer and scaler do, in double."""
        prepared = np.array(features, np.float64, order="C")
        for each in (self.median, self.mean, self.scale):
            if each is not None and prepared.shape[1:] != each.shape:
                found = prepared.shape[-1] if prepared.ndim else 0
                raise InputError(f"{found} features; the model takes {len(each)}")
        if np.isinf(prepared).any():
            raise infinite()
        if self.median is not None:
            np.copyto(prepared, self.median, where=np.isnan(prepared))
        if self.mean is not None:
            prepared -= self.mean
        if self.scale is not None:
            with np.errstate(over="ignore"):
                prepared /= self.scale
        return prepared


def infinite() -> InputError:
    """Make the error for features that no classifier takes."""
    return InputError("a feature is infinite, too large, or missing where none was in training")
