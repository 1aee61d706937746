"""How often each gray level occurs, one bin a level."""

from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit

MOST_LEVELS = 2**16


class Histogram(NamedTuple):
    """Counts of gray levels, from the lowest that occurs to the highest.

    Parameters
    ----------
    counts : ndarray of int64
    low : int
        Level of the first count.
    """

    counts: np.ndarray
    low: int


def histogram_of(values: np.ndarray) -> Histogram | None:
    """Count whole numbers of any dtype; None for others, and where they span too many levels."""
    values = np.ascontiguousarray(values, values.dtype.newbyteorder("=")).reshape(-1)
    if values.dtype.itemsize == 1:
        return _trimmed(_signed(_count_bytes(values.view(np.uint8)), values), _lowest(values))
    low = 0
    if values.dtype.itemsize > 2:
        if not _are_whole(values):
            return None
        low, high = int(values.min()), int(values.max())
        if high - low >= MOST_LEVELS:
            return None
        values = (values - values.dtype.type(low)).astype(np.uint16)
    counts = np.zeros(MOST_LEVELS, np.int64)
    _count_words(values.view(np.uint16), counts)
    return _trimmed(_signed(counts, values), low + _lowest(values))


def _are_whole(values: np.ndarray) -> bool:
    """Whether there are no fractions; most floats show one at once."""
    if values.dtype.kind != "f":
        return True
    return all(np.array_equal(part, np.rint(part)) for part in (values[:64], values))


def _lowest(values: np.ndarray) -> int:
    return 0 if values.dtype.kind == "b" else int(np.iinfo(values.dtype).min)


def _signed(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Put the lowest level first: by their bytes, negative ones come last."""
    return np.roll(counts, counts.size // 2) if values.dtype.kind == "i" else counts


def _trimmed(counts: np.ndarray, low: int) -> Histogram:
    """Leave out what is empty at both ends."""
    there = np.flatnonzero(counts)
    return Histogram(counts[there[0] : there[-1] + 1], low + int(there[0]))


def _count_bytes(values: np.ndarray) -> np.ndarray:
    """Count bytes, eight at a time."""
    counts = np.zeros((4, 256), np.int64)
    whole = values.size // 8 * 8
    _count_eights(values[:whole].view(np.uint64), counts)
    found: np.ndarray = counts.sum(axis=0)
    return found + np.bincount(values[whole:], minlength=256)


@jit
def _count_eights(eights: np.ndarray, counts: np.ndarray) -> None:
    """Neighbours are often equal: in four rows of counts they do not wait for one another."""
    low = np.uint64(255)
    for k in range(eights.size):
        each = eights[k]
        counts[0, each & low] += 1
        counts[1, (each >> np.uint64(8)) & low] += 1
        counts[2, (each >> np.uint64(16)) & low] += 1
        counts[3, (each >> np.uint64(24)) & low] += 1
        counts[0, (each >> np.uint64(32)) & low] += 1
        counts[1, (each >> np.uint64(40)) & low] += 1
        counts[2, (each >> np.uint64(48)) & low] += 1
        counts[3, each >> np.uint64(56)] += 1


@jit
def _count_words(values: np.ndarray, counts: np.ndarray) -> None:
    for k in range(values.size):
        counts[values[k]] += 1
