"""Thresholds that divide a histogram into classes whose means are far apart."""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper


@jit
def best_threshold(counts: np.ndarray, low: int) -> int:
    """Bin after which two classes begin that vary most from one another; the first of equals.

    Rounded as scikit-image rounds, which multiplies the counts of the classes in float32: between
    nearly equal choices, as 16-bit images have them, that decides.
    """
    total, total_sum = 0, 0.0
    for k in range(counts.size):
        total += counts[k]
        total_sum += float(counts[k] * (low + k))
    n, below_sum, best, chosen = 0, 0.0, np.float64(-1), 0
    for k in range(counts.size - 1):
        n += counts[k]
        below_sum += float(counts[k] * (low + k))
        below, above = np.float32(n), np.float32(total - n)
        mean_below = below_sum / np.float64(below)
        apart = mean_below - (total_sum - below_sum) / np.float64(above)
        variance = np.float64(below * above) * (apart * apart)
        if variance > best:
            best, chosen = variance, k
    return chosen


@jit
def best_thresholds(counts: np.ndarray, classes: int) -> np.ndarray:
    """Bins after which the second to the last of the classes begin; the first of equals.

    Where the best first class ends moves up with the level at which it begins (as in Wu, Journal
    of Algorithms 12, 1991): what is known of some beginnings bounds the search for those between.
    """
    levels = np.flatnonzero(counts)
    m = levels.size
    n, s = np.zeros(m + 1), np.zeros(m + 1)
    for i in range(m):
        n[i + 1] = n[i] + counts[levels[i]]
        s[i + 1] = s[i] + float(counts[levels[i]]) * levels[i]
    # best[i]: what the classes so far reach from level i on; ends[c, i]: where the first one ends
    best, ends = np.full(m + 1, -np.inf), np.zeros((classes, m + 1), np.int32)
    for i in range(m):
        best[i] = _reached(n, s, i, m)
    for c in range(1, classes):
        more = np.full(m + 1, -np.inf)
        _add_class(n, s, best, more, ends[c], m - c - 1)
        best = more
    found, first = np.empty(classes - 1, np.int64), 0
    for c in range(1, classes):
        first = ends[classes - c, first]
        found[c - 1] = levels[first - 1]
    return found


@jit_helper
def _add_class(
    n: np.ndarray, s: np.ndarray, fewer: np.ndarray, best: np.ndarray, ends: np.ndarray, last: int
) -> None:
    """Put a class in front of the best ones, for each level up to `last` that it may begin with."""
    step = 1
    while step <= last:
        step *= 2
    while step:
        for i in range(step - 1, last + 1, 2 * step):
            lowest = max(i + 1, ends[i - step] if i >= step else 0)
            highest = ends[i + step] if i + step <= last else last + 1
            for end in range(lowest, highest + 1):
                reached = _reached(n, s, i, end) + fewer[end]
                if reached > best[i]:
                    best[i], ends[i] = reached, end
        step //= 2


@jit_helper
def _reached(n: np.ndarray, s: np.ndarray, first: int, end: int) -> float:
    """What a class of these levels adds to the variance between classes."""
    total = s[end] - s[first]
    return total * total / (n[end] - n[first])
