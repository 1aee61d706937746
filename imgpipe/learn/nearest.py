"""Shares of the classes among the nearest samples; nothing here needs scikit-learn."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from imgpipe._runtime.jit import jit

LEAST = 1e-6
"""Of a share, and of what is missing to 1: neither 0 nor 1 has finite log odds."""
_ROWS = 256  # whose distances are in memory at a time
_ROUNDING = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Nearest:
    """Samples with their codes, and how many of them are asked.

    Distances come from differences of the features. Those from matrix products, which
    scikit-learn takes, make noise of a distance near zero, by which neighbours would be weighted;
    here they only say which samples can be among the nearest. Of samples at the same distance the
    first ones count.

    Parameters
    ----------
    samples : ndarray of float64, shape (n, f)
    codes : ndarray of int64, shape (n,)
        From 0 to `n_classes` - 1.
    n_neighbors : int
        At most n.
    by_distance : bool
        Weight neighbours by the inverse of their distances; those at no distance rule out others.
    n_classes : int

    Examples
    --------
    >>> import numpy as np
    >>> samples = np.array([[0.0], [1.0], [3.0]])
    >>> near = Nearest(samples, np.array([0, 0, 1]), 2, by_distance=True, n_classes=2)
    >>> near.shares(np.array([[2.5], [3.0]])).round(2).tolist()
    [[0.25, 0.75], [0.0, 1.0]]
    """

    samples: np.ndarray
    codes: np.ndarray
    n_neighbors: int
    by_distance: bool
    n_classes: int

    def shares(self, X: np.ndarray) -> np.ndarray:
        """Weight of each class among the neighbours of rows, float64 (n, k); they sum to 1."""
        found = np.zeros((len(X), self.n_classes))
        for start in range(0, len(X), _ROWS):
            self._count(X[start : start + _ROWS], found[start : start + _ROWS])
        return found

    def odds(self, X: np.ndarray) -> np.ndarray:
        """Log odds of each class, of two classes those of the second, shape (n, 1) or (n, k)."""
        shares = self.shares(X)
        if self.n_classes == 2:
            shares = shares[:, 1:]
        shares = shares.clip(LEAST, 1 - LEAST)
        found: np.ndarray = np.log(shares) - np.log1p(-shares)
        return found

    @cached_property
    def _norms(self) -> np.ndarray:
        squared: np.ndarray = np.einsum("ij,ij->i", self.samples, self.samples)
        return squared

    def _count(self, X: np.ndarray, found: np.ndarray) -> None:
        """Fill in the shares of a few rows."""
        own = np.einsum("ij,ij->i", X, X)
        about = X @ self.samples.T
        about *= -2.0
        about += own[:, None]
        about += self._norms
        last = self.n_neighbors - 1
        # none beyond this is nearer than the farthest neighbour, whatever rounding did
        doubt = 8 * (X.shape[1] + 4) * _ROUNDING * (own + self._norms.max())
        limits = np.partition(about, last, axis=1)[:, last] + doubt
        _share(
            np.ascontiguousarray(X),
            self.samples,
            self.codes,
            about,
            limits,
            self.n_neighbors,
            self.by_distance,
            found,
        )


@jit
def _share(
    X: np.ndarray,
    samples: np.ndarray,
    codes: np.ndarray,
    about: np.ndarray,
    limits: np.ndarray,
    n_neighbors: int,
    by_distance: bool,
    found: np.ndarray,
) -> None:
    """Add up the weights of the nearest samples of each row, and divide them by their sum."""
    nearest = np.empty(n_neighbors)
    which = np.empty(n_neighbors, np.int64)
    for row in range(len(X)):
        count = 0
        for sample in range(len(samples)):
            if about[row, sample] > limits[row]:
                continue
            squared = 0.0
            for column in range(X.shape[1]):
                difference = X[row, column] - samples[sample, column]
                squared += difference * difference
            if count == n_neighbors:
                if squared >= nearest[count - 1]:
                    continue
                place = count - 1
            else:
                place = count
                count += 1
            while place > 0 and nearest[place - 1] > squared:
                nearest[place] = nearest[place - 1]
                which[place] = which[place - 1]
                place -= 1
            nearest[place] = squared
            which[place] = codes[sample]
        touching = by_distance and nearest[0] == 0.0
        total = 0.0
        for place in range(count):
            weight = 1.0
            if touching:
                weight = 1.0 if nearest[place] == 0.0 else 0.0
            elif by_distance:
                weight = 1.0 / np.sqrt(nearest[place])
            found[row, which[place]] += weight
            total += weight
        for code in range(found.shape[1]):
            found[row, code] /= total
