"""The features that run length, size zone, distance zone and dependence matrices share.

All four count things (runs, zones, neighbourhoods) by gray level i and by a second number j, a
length, size, distance or count. With n(i, j) the matrix, N its sum, n(i) and n(j) its margins and
p = n / N, the formulas are those in `FORMULAS`.
"""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Definition
from imgpipe.features.texture.volumes import Matrices

FORMULAS = (
    "sum n(j) / j^2 / N",
    "sum n(j) j^2 / N",
    "sum n(i) / i^2 / N",
    "sum n(i) i^2 / N",
    "sum n(i, j) / (i^2 j^2) / N",
    "sum n(i, j) i^2 / j^2 / N",
    "sum n(i, j) j^2 / i^2 / N",
    "sum n(i, j) i^2 j^2 / N",
    "sum n(i)^2 / N",
    "sum n(i)^2 / N^2",
    "sum n(j)^2 / N",
    "sum n(j)^2 / N^2",
    "N / number of pixels",
    "sum (i - m)^2 p(i), m = sum i p(i)",
    "sum (j - m)^2 p(j), m = sum j p(j)",
    "-sum p(i, j) log2 p(i, j)",
    "sum p(i, j)^2",
)


def counting(*rows: tuple[str, str, str, str, str | None, str | None]) -> tuple[Definition, ...]:
    """Definitions of a family whose features are the first of `FORMULAS`."""
    return tuple(Definition(*row, formula) for row, formula in zip(rows, FORMULAS, strict=False))


@jit
def count_formulas(matrices: Matrices, out: np.ndarray) -> None:
    """Fill each row of `out` with the first of `FORMULAS`; NaN where nothing was counted."""
    levels = np.arange(matrices.counts.shape[1])
    by_row = np.zeros_like(levels)
    by_column = np.zeros(matrices.counts.shape[2], np.int64)
    for m in range(out.shape[0]):
        counts = matrices.counts[m]
        columns = matrices.columns[m]
        n_rows = matrices.n_levels[m] + 1
        n_columns = matrices.n_columns[m]
        features = out[m]
        total = _margins(counts, n_rows, n_columns, by_row, by_column)
        if total == 0:
            features[:] = np.nan
            continue
        features[:8] = 0.0
        entropy = 0.0
        energy = 0.0
        for i in range(1, n_rows):
            if by_row[i] == 0:
                continue
            row = counts[i]
            small = 0.0
            large = 0.0
            for c in range(n_columns):
                n = row[c]
                if n > 0:
                    square = float(columns[c]) * columns[c]
                    small += n / square
                    large += n * square
                    p = n / total
                    entropy -= p * np.log2(p)
                    energy += p * p
            level = float(i) * i
            features[2] += by_row[i] / level
            features[3] += by_row[i] * level
            features[4] += small / level
            features[5] += small * level
            features[6] += large / level
            features[7] += large * level
        for c in range(n_columns):
            square = float(columns[c]) * columns[c]
            features[0] += by_column[c] / square
            features[1] += by_column[c] * square
        for f in range(8):
            features[f] /= total
        features[8], features[13] = _spread(by_row, levels, n_rows, total)
        features[10], features[14] = _spread(by_column, columns, n_columns, total)
        features[9] = features[8] / total
        features[11] = features[10] / total
        features[12] = total / matrices.n_pixels[m]
        features[15] = abs(entropy)  # never a negative zero
        if features.size > 16:
            features[16] = energy


@jit_helper
def _margins(
    counts: np.ndarray, n_rows: int, n_columns: int, by_row: np.ndarray, by_column: np.ndarray
) -> np.int64:
    """Sum up the rows and the columns, and everything."""
    by_column[:] = 0
    total = np.int64(0)
    for i in range(1, n_rows):
        row = counts[i]
        here = np.int64(0)
        for c in range(n_columns):
            here += row[c]
            by_column[c] += row[c]
        by_row[i] = here
        total += here
    return total


@jit_helper
def _spread(margin: np.ndarray, values: np.ndarray, n: int, total: int) -> tuple[float, float]:
    """Non-uniformity sum n^2 / N and variance of the values under n / N."""
    squares = 0.0
    weighted = 0
    for k in range(n):
        squares += float(margin[k]) * margin[k]
        weighted += margin[k] * values[k]
    mean = weighted / total
    variance = 0.0
    for k in range(n):
        distance = values[k] - mean
        variance += margin[k] * (distance * distance)
    return squares / total, variance / total
