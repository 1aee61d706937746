"""Intensities in ascending order, each once where they are few and whole."""

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.inputs.batch import Batch

_MOST = 2**16  # as many as 16 bits tell apart


def ascending(batch: Batch, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values inside each intensity mask in ascending order, and how often each is there.

    Whole numbers are counted, which takes a tenth of the time to sort them; others are sorted, and
    each is there once, also where some are equal.

    Returns
    -------
    values : ndarray of float64, shape (n, m)
    times : ndarray of float64, shape (n, m), or (1, m) where all are alike
    sizes : ndarray of int64, shape (n,)
        How many of a row's values count.
    """
    rows = values.reshape(len(values), -1)
    inside = batch.inside.reshape(len(values), -1)
    lows, spans = np.empty(len(rows)), np.empty(len(rows), np.int64)
    # more values than pixels would take longer to look through than to sort
    _span(rows, inside, min(_MOST, rows.shape[1]), lows, spans)
    if (spans < 0).any():
        found = batch.sorted(values)
        return found, np.ones((1, found.shape[1])), batch.counts
    shape = (len(rows), int(spans.max(initial=1)))
    distinct, times, sizes = np.empty(shape), np.zeros(shape), np.empty(len(rows), np.int64)
    _count(rows, inside, lows, spans, distinct, times, sizes)
    return distinct, times, sizes


@jit
def _span(
    rows: np.ndarray, inside: np.ndarray, most: int, lows: np.ndarray, spans: np.ndarray
) -> None:
    """Lowest value of each mask, and the whole numbers up to the highest; -1 where too many."""
    for k in range(rows.shape[0]):
        x, take = rows[k], inside[k]
        low, high, whole = np.inf, -np.inf, True
        for i in range(x.size):
            if take[i]:
                low = min(low, x[i])
                high = max(high, x[i])
                whole &= np.floor(x[i]) == x[i]
        lows[k] = low
        spans[k] = 0 if low > high else -1
        # beyond 2^53 neighbours are more than 1 apart
        if whole and high - low < most and abs(low) < 2.0**53 and abs(high) < 2.0**53:
            spans[k] = int(high - low) + 1


@jit
def _count(
    rows: np.ndarray,
    inside: np.ndarray,
    lows: np.ndarray,
    spans: np.ndarray,
    distinct: np.ndarray,
    times: np.ndarray,
    sizes: np.ndarray,
) -> None:
    """Count the values of each mask, and move those that are there to the front."""
    for k in range(rows.shape[0]):
        x, take, low, found = rows[k], inside[k], lows[k], times[k]
        for i in range(x.size):
            if take[i]:
                found[int(x[i] - low)] += 1
        m = 0
        for level in range(spans[k]):
            if found[level] > 0:
                distinct[k, m] = low + level
                found[m] = found[level]
                m += 1
        sizes[k] = m
