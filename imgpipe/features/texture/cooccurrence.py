"""The 25 features of a co-occurrence matrix, from one pass over its non-zero half.

The matrix is symmetric, so that all of them follow from its entries, its marginal distribution
p(i) and the distributions of |i - j| and i + j; the formulas are given beside each.
"""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

ROWS = (
    ("joint_maximum", "GYBY", "1", "Share of the most frequent pair of gray levels."),
    ("joint_average", "60VM", "gray level", "Mean gray level of the pairs."),
    ("joint_variance", "UR99", "gray level^2", "Variance of the gray levels of the pairs."),
    ("joint_entropy", "TU9B", "bit", "Information per pair: high where pairs are varied."),
    ("difference_average", "TF7R", "gray level", "Mean difference of neighbours."),
    ("difference_variance", "D3YU", "gray level^2", "Variance of the difference of neighbours."),
    ("difference_entropy", "NTRS", "bit", "Information in the difference of neighbours."),
    ("sum_average", "ZGXS", "gray level", "Mean sum of neighbours."),
    ("sum_variance", "OEEB", "gray level^2", "Variance of the sum of neighbours."),
    ("sum_entropy", "P6QZ", "bit", "Information in the sum of neighbours."),
    ("angular_second_moment", "8ZQL", "1", "Order: high where few pairs dominate."),
    ("contrast", "ACUI", "gray level^2", "Mean squared difference of neighbours."),
    ("dissimilarity", "8S9J", "gray level", "Mean absolute difference of neighbours."),
    ("inverse_difference", "IB1Z", "1", "Homogeneity: 1 where neighbours are equal."),
    ("normalised_inverse_difference", "NDRX", "1",
     "Homogeneity relative to the number of gray levels."),
    ("inverse_difference_moment", "WF0Z", "1", "Homogeneity that falls faster with difference."),
    ("normalised_inverse_difference_moment", "1QCO", "1",
     "Faster falling homogeneity relative to the number of gray levels."),
    ("inverse_variance", "E8JP", "1", "Share of unequal neighbours, weighted by 1/difference^2."),
    ("correlation", "NI2N", "1", "Linear dependence of neighbours, -1 to 1."),
    ("autocorrelation", "QWB0", "gray level^2", "Mean product of neighbours."),
    ("cluster_tendency", "DG8W", "gray level^2", "Spread of the sum of neighbours."),
    ("cluster_shade", "7NFM", "gray level^3", "Asymmetry of the sum of neighbours."),
    ("cluster_prominence", "AE86", "gray level^4", "Weight of the tails of the sum."),
    ("information_correlation_1", "R8DG", "1", "Dependence of neighbours, 0 for none to -1."),
    ("information_correlation_2", "JN9H", "1", "Dependence of neighbours, 0 for none to 1."),
)  # fmt: skip
N_FEATURES = len(ROWS)


@jit
def features(counts: np.ndarray, stride: int, out: np.ndarray) -> None:
    """Fill `out` from one-way `counts` of `stride - 1` gray levels; NaN where no pair was counted.

    `counts` is flat, row and column 0 (outside the mask) are passed over.
    """
    top = stride - 1
    marginal = np.zeros(stride, np.int64)  # of gray level i, in halves of a pair
    differences = np.zeros(stride, np.int64)  # of |i - j|
    sums = np.zeros(2 * stride, np.int64)  # of i + j
    pairs = np.int64(0)  # a bare 0 is a type of its own, for which callees would compile again
    for i in range(1, stride):
        for j in range(1, stride):
            c = counts[i * stride + j]
            if c > 0:
                pairs += c
                marginal[i] += c
                marginal[j] += c
                differences[abs(i - j)] += c
                sums[i + j] += c
    if pairs == 0:
        out[:] = np.nan
        return
    _from_entries(counts, stride, pairs, out)
    _from_marginal(marginal, 2 * pairs, out)
    _from_differences(differences, pairs, top, out)
    _from_sums(sums, pairs, out)
    out[19] = (_second_moment(sums, pairs) - out[11]) / 4  # ij = ((i + j)^2 - (i - j)^2) / 4
    # covariance and variance from those of sum and difference
    spread = out[20] + out[11]
    out[18] = (out[20] - out[11]) / spread if spread > 0 else np.nan
    _information(marginal, 2 * pairs, out)


@jit_helper
def _from_entries(counts: np.ndarray, stride: int, pairs: int, out: np.ndarray) -> None:
    """Joint maximum max p(i, j), joint entropy -sum p log2 p, and energy sum p^2."""
    largest = 0
    squares = 0.0
    entropy = 0.0
    for i in range(1, stride):
        c = 2 * counts[i * stride + i]
        if c > 0:
            p = c / (2 * pairs)
            largest = max(largest, c)
            squares += p * p
            entropy -= p * np.log2(p)
        for j in range(i + 1, stride):
            c = counts[i * stride + j] + counts[j * stride + i]
            if c > 0:
                p = c / (2 * pairs)
                largest = max(largest, c)
                squares += 2 * p * p
                entropy -= 2 * p * np.log2(p)
    out[0] = largest / (2 * pairs)
    out[3] = abs(entropy)  # never a negative zero
    out[10] = squares


@jit_helper
def _mean(counts: np.ndarray, total: int) -> float:
    """Mean of the index under the distribution counts / total."""
    weighted = 0
    for i in range(counts.size):
        weighted += i * counts[i]
    return weighted / total


@jit_helper
def _second_moment(counts: np.ndarray, total: int) -> float:
    """Mean of the squared index."""
    weighted = 0
    for i in range(counts.size):
        weighted += i * i * counts[i]
    return weighted / total


@jit_helper
def _entropy(counts: np.ndarray, total: int) -> float:
    """-sum p log2 p."""
    entropy = 0.0
    for i in range(counts.size):
        if counts[i] > 0:
            p = counts[i] / total
            entropy -= p * np.log2(p)
    return abs(entropy)


@jit_helper
def _from_marginal(marginal: np.ndarray, total: int, out: np.ndarray) -> None:
    """Joint average m = sum i p(i) and joint variance sum (i - m)^2 p(i)."""
    mean = _mean(marginal, total)
    variance = 0.0
    for i in range(marginal.size):
        variance += (i - mean) ** 2 * marginal[i]
    out[1] = mean
    out[2] = variance / total


@jit_helper
def _from_differences(differences: np.ndarray, total: int, top: int, out: np.ndarray) -> None:
    """Features of the distribution p(k) of the difference k = |i - j|."""
    mean = _mean(differences, total)
    variance = 0.0
    inverse = 0.0
    inverse_normalised = 0.0
    moment = 0.0
    moment_normalised = 0.0
    inverse_variance = 0.0
    for k in range(top):
        c = differences[k]
        if c == 0:
            continue
        variance += (k - mean) ** 2 * c
        inverse += c / (1 + k)
        inverse_normalised += c / (1 + k / top)
        moment += c / (1 + k * k)
        moment_normalised += c / (1 + (k / top) ** 2)
        if k > 0:
            inverse_variance += c / (k * k)
    out[4] = mean
    out[5] = variance / total
    out[6] = _entropy(differences, total)
    out[11] = _second_moment(differences, total)
    out[12] = mean
    out[13] = inverse / total
    out[14] = inverse_normalised / total
    out[15] = moment / total
    out[16] = moment_normalised / total
    out[17] = inverse_variance / total


@jit_helper
def _from_sums(sums: np.ndarray, total: int, out: np.ndarray) -> None:
    """Features of the distribution p(s) of the sum s = i + j, whose mean is twice that of i."""
    mean = _mean(sums, total)
    tendency = 0.0
    shade = 0.0
    prominence = 0.0
    for s in range(sums.size):
        if sums[s] > 0:
            d = s - mean
            tendency += d * d * sums[s]
            shade += d * d * d * sums[s]
            prominence += d * d * d * d * sums[s]
    out[7] = mean
    out[8] = tendency / total
    out[9] = _entropy(sums, total)
    out[20] = tendency / total
    out[21] = shade / total
    out[22] = prominence / total


@jit_helper
def _information(marginal: np.ndarray, total: int, out: np.ndarray) -> None:
    """Both information correlations; for a symmetric matrix HXY1 = HXY2 = 2 HX."""
    hx = _entropy(marginal, total)
    shared = max(0.0, 2 * hx - out[3])
    out[23] = -shared / hx if hx > 0 else np.nan
    out[24] = np.sqrt(1 - np.exp(-2 * shared))
