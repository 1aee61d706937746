"""A random forest as arrays, walked by a compiled loop over pixels."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe._runtime.threads import run_bands

_CHUNK = 512
_STEPS = 8  # through one tree, for the number of threads


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose inner nodes stand one behind the other, each behind its parent.

    Parameters
    ----------
    roots : ndarray of int32, shape (t,)
        An inner node, or ~leaf, where a tree has nothing to ask.
    feature : ndarray of int32, shape (nodes,)
        Asked for by each inner node.
    threshold : ndarray of float32, shape (nodes,)
        Up to it the way goes left.
    left, right : ndarray of int32, shape (nodes,)
        An inner node, or ~leaf.
    values : ndarray of float64, shape (leaves, k)
        Shares of the classes; trees may share a leaf.
    """

    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    values: np.ndarray

    def arrays(self) -> Mapping[str, np.ndarray]:
        """Give all of it by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def walk(
        self, features: np.ndarray, codes: np.ndarray | None, shares: np.ndarray | None
    ) -> None:
        """Let all trees judge pixels.

        The shares of the trees are added up in float64, tree after tree, as scikit-learn does.

        Parameters
        ----------
        features : ndarray of float32, shape (f, n)
        codes : ndarray of int32, shape (n,), or None
            Takes the place of the most probable class, the first of equals.
        shares : ndarray of float32, shape (n, k), or None
            Takes the probabilities.
        """
        nodes = np.empty((len(self.feature), 4), np.int32)
        nodes[:, 0], nodes[:, 2], nodes[:, 3] = self.feature, self.left, self.right
        nodes[:, 1] = self.threshold.view(np.int32)
        flat = nodes.ravel()
        n, k = features.shape[1], self.values.shape[1]
        codes = np.empty(0, np.int32) if codes is None else codes
        shares = np.empty((0, k), np.float32) if shares is None else shares
        work = 4.0 * n * _STEPS * len(self.roots)
        asked = (self.roots, flat, flat.view(np.float32), self.values)
        run_bands(_walk, n, work, features, *asked, codes, shares)


@jit
def _walk(
    start: int,
    stop: int,
    features: np.ndarray,
    roots: np.ndarray,
    nodes: np.ndarray,
    thresholds: np.ndarray,
    values: np.ndarray,
    codes: np.ndarray,
    shares: np.ndarray,
) -> None:
    """Walk pixels `start` to `stop`, some at a time: a tree stays in the nearest cache for them."""
    m, trees, k = features.shape[0], len(roots), values.shape[1]
    rows = np.empty(_CHUNK * m, np.float32)
    total = np.empty((_CHUNK, k))
    one, two, four = np.uintp(1), np.uintp(2), np.uintp(4)
    for first in range(start, stop, _CHUNK):
        count = min(_CHUNK, stop - first)
        for f in range(m):
            for i in range(count):
                rows[i * m + f] = features[f, first + i]
        total[:count] = 0.0
        for tree in range(trees):
            for i in range(count):
                row = np.uintp(i * m)
                node = roots[tree]
                while node >= 0:
                    at = np.uintp(node) * four
                    way = at + two
                    if rows[row + np.uintp(nodes[at])] > thresholds[at + one]:
                        way += one
                    node = nodes[way]
                for c in range(k):
                    total[i, c] += values[~node, c]
        for i in range(count):
            best = 0
            for c in range(k):
                total[i, c] /= trees
                if total[i, c] > total[i, best]:
                    best = c
            if codes.size:
                codes[first + i] = best
            if shares.size:
                for c in range(k):
                    shares[first + i, c] = total[i, c]
