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
        """Take what a bundle holds; an `InputError` where that is of no use."""
        found = [arrays.get(name) for name in ("impute.median", "scale.mean", "scale.scale")]
        given = [each for each in found if each is not None]
        shapes = {each.shape for each in given}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            raise InputError("imputation and scaling of several numbers of features")
        if any(each.dtype != np.float64 or not np.isfinite(each).all() for each in given):
            raise InputError("imputation or scaling that is not in finite float64")
        if found[2] is not None and not (found[2] > 0).all():
            raise InputError("scaling by a deviation that is not positive")
        return cls(*found)

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
