"""The 25 features of a co-occurrence matrix, from one pass over its non-zero half.

The matrix is symmetric, so that all of them follow from its entries, its marginal distribution
p(i) and the distributions of |i - j| and i + j; the formulas are given beside each.
"""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.texture.volumes import Matrices


@jit
def pair_formulas(matrices: Matrices, out: np.ndarray) -> None:
    """Fill each row of `out` from pairs counted one way; NaN where there was none.

    Row and column 0 (outside the mask) are passed over.
    """
    size = matrices.counts.shape[1]
    marginal = np.zeros(size, np.int64)  # of gray level i, in halves of a pair
    differences = np.zeros(size, np.int64)  # of |i - j|
    sums = np.zeros(2 * size, np.int64)  # of i + j
    entries = np.zeros(size * (size + 1) // 2, np.int64)
    for m in range(out.shape[0]):
        counts = matrices.counts[m]
        top = matrices.n_levels[m]
        features = out[m]
        pairs, n = _distributions(counts, top, marginal, differences, sums, entries)
        if pairs == 0:
            features[:] = np.nan
            continue
        _from_entries(entries, n, pairs, features)
        mean, variance, _, level_entropy = _summary(marginal, top + 1, 2 * pairs)
        features[1] = mean
        features[2] = variance
        _from_differences(differences, top, pairs, features)
        _from_sums(sums, 2 * top + 1, pairs, features)
        # ij = ((i + j)^2 - (i - j)^2) / 4, and so are covariance and variance
        features[19] = (features[19] - features[11]) / 4
        spread = features[20] + features[11]
        features[18] = (features[20] - features[11]) / spread if spread > 0 else np.nan
        # HXY1 = HXY2 = 2 HX for a symmetric matrix
        shared = max(0.0, 2 * level_entropy - features[3])
        features[23] = -shared / level_entropy if level_entropy > 0 else np.nan
        features[24] = np.sqrt(1 - np.exp(-2 * shared))


@jit_helper
def _distributions(
    counts: np.ndarray,
    top: int,
    marginal: np.ndarray,
    differences: np.ndarray,
    sums: np.ndarray,
    entries: np.ndarray,
) -> tuple[np.int64, np.int64]:
    """Count gray levels, differences and sums; give the numbers of pairs and of entries.

    The entries are those of the symmetric matrix on and above the diagonal that are not zero; those
    on it are negative.
    """
    marginal[:] = 0
    differences[:] = 0
    sums[:] = 0
    # a bare 0 is a type of its own, for which callees would compile again
    pairs = np.int64(0)
    n = np.int64(0)
    for i in range(1, top + 1):
        row = counts[i]
        c = np.int64(row[i])
        if c > 0:
            pairs += c
            marginal[i] += 2 * c
            differences[0] += c
            sums[2 * i] += c
            entries[n] = -2 * c
            n += 1
        for j in range(i + 1, top + 1):
            c = np.int64(row[j]) + counts[j, i]
            if c > 0:
                pairs += c
                marginal[i] += c
                marginal[j] += c
                differences[j - i] += c
                sums[i + j] += c
                entries[n] = c
                n += 1
    return pairs, n


@jit_helper
def _from_entries(entries: np.ndarray, n: int, pairs: int, features: np.ndarray) -> None:
    """Joint maximum max p(i, j), joint entropy -sum p log2 p, and energy sum p^2."""
    largest = np.int64(0)
    squares = 0.0
    entropy = 0.0
    for e in range(n):
        c = abs(entries[e])
        times = 1.0 if entries[e] < 0 else 2.0
        p = c / (2 * pairs)
        largest = max(largest, c)
        squares += times * p * p
        entropy -= times * p * np.log2(p)
    features[0] = largest / (2 * pairs)
    features[3] = abs(entropy)  # never a negative zero
    features[10] = squares


@jit_helper
def _summary(counts: np.ndarray, n: int, total: int) -> tuple[float, float, float, float]:
    """Mean, variance, mean square and entropy of the index under p = counts / total."""
    first = 0
    second = 0
    entropy = 0.0
    for i in range(n):
        c = counts[i]
        first += i * c
        second += i * i * c
        if c > 0:
            p = c / total
            entropy -= p * np.log2(p)
    mean = first / total
    variance = 0.0
    for i in range(n):
        distance = i - mean
        variance += distance * distance * counts[i]
    return mean, variance / total, second / total, abs(entropy)


@jit_helper
def _from_differences(counts: np.ndarray, top: int, total: int, features: np.ndarray) -> None:
    """Features of the distribution p(k) of the difference k = |i - j|."""
    inverse = 0.0
    inverse_normalised = 0.0
    moment = 0.0
    moment_normalised = 0.0
    inverse_variance = 0.0
    for k in range(top):
        c = counts[k]
        if c > 0:
            share = k / top
            inverse += c / (1 + k)
            inverse_normalised += c / (1 + share)
            moment += c / (1 + k * k)
            moment_normalised += c / (1 + share * share)
            if k > 0:
                inverse_variance += c / (k * k)
    features[4], features[5], features[11], features[6] = _summary(counts, top, total)
    features[12] = features[4]
    features[13] = inverse / total
    features[14] = inverse_normalised / total
    features[15] = moment / total
    features[16] = moment_normalised / total
    features[17] = inverse_variance / total


@jit_helper
def _from_sums(counts: np.ndarray, n: int, total: int, features: np.ndarray) -> None:
    """Features of the distribution p(s) of the sum s = i + j, whose mean is twice that of i."""
    mean, variance, square, entropy = _summary(counts, n, total)
    shade = 0.0
    prominence = 0.0
    for s in range(n):
        if counts[s] > 0:
            d = s - mean
            shade += d * d * d * counts[s]
            prominence += d * d * d * d * counts[s]
    features[7] = mean
    features[8] = features[20] = variance
    features[9] = entropy
    features[19] = square
    features[21] = shade / total
    features[22] = prominence / total
