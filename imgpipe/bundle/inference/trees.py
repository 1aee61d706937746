"""Decision trees as arrays, walked by a compiled loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.jit import jit
from imgpipe.bundle.inference.preparation import Preparation, infinite

DTYPES = {
    "roots": np.int32,
    "feature": np.int32,
    "threshold": np.float64,
    "left": np.int32,
    "right": np.int32,
    "missing": np.uint8,
    "values": np.float64,
}
"""Arrays of trees, and their dtypes."""
MOST_CLASSES = 1 << 16


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
        """Take what a bundle holds, and check that each walk comes to an end."""
        given = {name: arrays.get(f"trees.{name}") for name in DTYPES}
        for name, dtype in DTYPES.items():
            array = given[name]
            if array is None or array.dtype != dtype or array.ndim != 1 + (name == "values"):
                raise InputError(f"trees without an array {name} of {np.dtype(dtype)}")
        trees = cls(**{name: np.ascontiguousarray(array) for name, array in given.items()})
        trees._check()
        return trees

    def _check(self) -> None:
        nodes, leaves = len(self.feature), len(self.values)
        per_node = (self.threshold, self.left, self.right, self.missing)
        if {len(each) for each in per_node} != {nodes} or not len(self.roots):
            raise InputError("trees whose arrays are of several lengths, or no tree")
        for to in (self.roots, self.left, self.right):
            if ((to >= nodes) | (to < -leaves)).any():
                raise InputError("trees that lead to a node that is not there")
        own = np.arange(nodes)
        for to in (self.left, self.right):
            if ((to >= 0) & (to <= own)).any():
                raise InputError("trees that lead back")
        if (self.feature < 0).any() or np.isnan(self.threshold).any():
            raise InputError("trees that ask for no feature, or for no number")
        if (self.missing > 1).any() or not np.isfinite(self.values).all():
            raise InputError("trees with leaves or ways that are no numbers")

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
    """A forest (``"mean"``) or boosted trees (``"logistic"``, ``"softmax"``)."""

    def __init__(self, fitted: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        told = {name: value for name, value in fitted.items() if name != "kind"}
        if set(told) != {"precision", "combine", "classes", "missing"}:
            raise InputError(f"trees of which {', '.join(map(str, told)) or 'nothing'} is told")
        classes, self._combine, precision = told["classes"], told["combine"], told["precision"]
        if type(classes) is not int or not 1 <= classes <= MOST_CLASSES:
            raise InputError(f"trees of {classes!r} classes")
        if self._combine not in ("mean", "softmax") and (self._combine, classes) != ("logistic", 2):
            raise InputError(f"trees of {classes} classes that are combined by {self._combine!r}")
        if precision not in ("float32", "float64") or type(told["missing"]) is not bool:
            raise InputError(f"trees of the precision {precision!r}, or missing numbers unclear")
        self._single, self._takes_missing = precision == "float32", told["missing"]
        self._columns = 1 if self._combine == "logistic" else classes
        self._prepare = Preparation.of(arrays)
        self._trees = Trees.of(arrays)
        self._last = int(self._trees.feature.max(initial=-1))
        wide = self._trees.values.shape[1]
        if wide != (classes if self._combine == "mean" else 1):
            raise InputError(f"trees with {wide} numbers a leaf, of {classes} classes")

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
