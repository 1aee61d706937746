"""Decision trees as arrays, walked by a compiled loop."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit
from imgpipe.bundle.inference.preparation import Preparation, infinite


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees whose inner nodes stand one behind the other, each behind its parent.

    Parameters
    ----------
    roots : ndarray of int32, shape (t,)
        An inner node, or ~leaf, where a tree has nothing to ask.
    feature : ndarray of int32, shape (nodes,)
        Asked for by each inner node.
    threshold : ndarray of float64, shape (nodes,)
        Up to it the way goes left.
    left, right : ndarray of int32, shape (nodes,)
        An inner node, or ~leaf.
    missing : ndarray of uint8, shape (nodes,)
        1 where a missing number goes left.
    values : ndarray of float64, shape (leaves, m)
        What leaves say; trees may share one.
    """

    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> "Trees":
        """Take what a bundle holds, and `imgpipe.bundle.archive` has checked: each walk ends."""
        names = [each.name for each in fields(cls)]
        return cls(*(np.ascontiguousarray(arrays[f"trees.{name}"]) for name in names))

    def total(self, X: np.ndarray, columns: int) -> np.ndarray:
        """Add up what the trees say of rows, one after the other, float64 (n, columns).

        Where leaves hold fewer numbers than there are columns, trees take turns.
        """
        found = np.zeros((len(X), columns))
        _walk(
            X,
            self.roots,
            self.feature,
            self.threshold,
            self.left,
            self.right,
            self.missing,
            self.values,
            found,
        )
        return found


class TreesFitted:
    """A forest (``"mean"``) or boosted trees (``"logistic"``, ``"softmax"``).

    Parameters
    ----------
    fitted : dict
        What the manifest says of the part; checked, as the arrays are, by `imgpipe.bundle.archive`.
    arrays : dict of str to ndarray
    """

    def __init__(self, fitted: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        self._combine, self._takes_missing = fitted["combine"], fitted["missing"]
        self._single = fitted["precision"] == "float32"
        self._columns = 1 if self._combine == "logistic" else fitted["classes"]
        self._prepare = Preparation.of(arrays)
        self._trees = Trees.of(arrays)
        self._last = int(self._trees.feature.max(initial=-1))

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Walk all trees."""
        prepared = self._prepare(inputs)
        if prepared.shape[1] <= self._last:
            raise InputError(f"{prepared.shape[1]} features; the trees ask for more")
        total = self._trees.total(self._rounded(prepared), self._columns)
        if self._combine == "mean":
            return total / len(self._trees.roots)
        if self._combine == "logistic":
            with np.errstate(over="ignore"):
                second = 1.0 / (1.0 + np.exp(-total[:, 0]))
            return np.column_stack([1 - second, second])
        powers = np.exp(total - total.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def _rounded(self, prepared: np.ndarray) -> np.ndarray:
        """Features in the precision in which they meet thresholds."""
        if self._single:
            with np.errstate(over="ignore"):
                prepared = prepared.astype(np.float32)
        if np.isinf(prepared).any() or (not self._takes_missing and np.isnan(prepared).any()):
            raise infinite()
        return prepared


@jit
def _walk(
    X: np.ndarray,
    roots: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    missing: np.ndarray,
    values: np.ndarray,
    found: np.ndarray,
) -> None:
    """Add the leaf of each tree to each row; trees in order, as their own libraries do."""
    wide = values.shape[1]
    start = 0
    for tree in range(len(roots)):
        for row in range(len(X)):
            node = roots[tree]
            while node >= 0:
                value = X[row, feature[node]]
                goes_left = missing[node] == 1 if np.isnan(value) else value <= threshold[node]
                node = left[node] if goes_left else right[node]
            for column in range(wide):
                found[row, start + column] += values[~node, column]
        start += wide
        if start == found.shape[1]:
            start = 0
