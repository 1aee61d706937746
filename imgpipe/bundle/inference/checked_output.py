"""A stranger's fitted part at work: some rows at a time, and probabilities or an error."""

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.fitted import Fitted

_ROUNDING = 1e-4  # of a network in single precision, over ten thousand classes


class CheckedOutput:
    """A fitted part whose answers are checked.

    Parameters
    ----------
    fitted : Fitted
    columns : int
        Classes that it knows.
    rows : int
        That it is given at a time, at most.
    """

    def __init__(self, fitted: Fitted, columns: int, rows: int) -> None:
        self._fitted, self._columns, self._rows = fitted, columns, rows

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Probabilities, or an `InputError` for anything else."""
        starts = range(0, max(1, len(inputs)), self._rows)
        said = [self._checked(inputs[start : start + self._rows]) for start in starts]
        return said[0] if len(said) == 1 else np.concatenate(said)

    def _checked(self, inputs: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):  # what that gives is refused below
            said = self._fitted(inputs)
        if said.shape != (len(inputs), self._columns):
            raise InputError(
                f"the model gives {said.shape} numbers for {len(inputs)} images of "
                f"{self._columns} classes; train it again"
            )
        # NaN is in no range
        within = (said >= 0) & (said <= 1 + _ROUNDING)
        if not within.all() or (np.abs(said.sum(axis=1) - 1) > _ROUNDING).any():
            raise InputError("the model gives numbers that are no probabilities; train it again")
        return said
