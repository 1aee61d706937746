"""The features that run length, size zone, distance zone and dependence matrices share.

All four count things (runs, zones, neighbourhoods) by gray level i and by a second number j, a
length, size, distance or count. With n(i, j) the matrix, N its sum, n(i) and n(j) its margins and
p = n / N, the formulas are those in `SHARED`.
"""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

# name with {small}, {large} and {thing}, formula
SHARED = (
    ("{small}_emphasis", "sum n(j) / j^2 / N"),
    ("{large}_emphasis", "sum n(j) j^2 / N"),
    ("low_gray_level_emphasis", "sum n(i) / i^2 / N"),
    ("high_gray_level_emphasis", "sum n(i) i^2 / N"),
    ("{small}_low_gray_level_emphasis", "sum n(i, j) / (i^2 j^2) / N"),
    ("{small}_high_gray_level_emphasis", "sum n(i, j) i^2 / j^2 / N"),
    ("{large}_low_gray_level_emphasis", "sum n(i, j) j^2 / i^2 / N"),
    ("{large}_high_gray_level_emphasis", "sum n(i, j) i^2 j^2 / N"),
    ("gray_level_non_uniformity", "sum n(i)^2 / N"),
    ("normalised_gray_level_non_uniformity", "sum n(i)^2 / N^2"),
    ("{thing}_non_uniformity", "sum n(j)^2 / N"),
    ("normalised_{thing}_non_uniformity", "sum n(j)^2 / N^2"),
    ("percentage", "N / number of pixels"),
    ("gray_level_variance", "sum (i - m)^2 p(i), m = sum i p(i)"),
    ("{thing}_variance", "sum (j - m)^2 p(j), m = sum j p(j)"),
    ("{thing}_entropy", "-sum p(i, j) log2 p(i, j)"),
    ("{thing}_energy", "sum p(i, j)^2"),
)
N_SHARED = len(SHARED)


@jit
def count_features(counts: np.ndarray, columns: np.ndarray, n_pixels: int, out: np.ndarray) -> None:
    """Fill `out` with the `SHARED` features; all NaN where nothing was counted.

    `counts` is int64 with gray level i in row i (row 0 is passed over); `columns` gives j.
    """
    n_rows, n_columns = counts.shape
    by_column = np.zeros(n_columns, np.int64)
    by_row = np.zeros(n_rows, np.int64)
    total = 0
    for i in range(1, n_rows):
        row = counts[i]
        here = 0
        for c in range(n_columns):
            here += row[c]
            by_column[c] += row[c]
        by_row[i] = here
        total += here
    if total == 0:
        out[:] = np.nan
        return
    square = columns.astype(np.float64) ** 2
    out[:] = 0.0
    for i in range(1, n_rows):
        if by_row[i] == 0:
            continue
        row = counts[i]
        small = 0.0
        large = 0.0
        for c in range(n_columns):
            n = row[c]
            if n > 0:
                small += n / square[c]
                large += n * square[c]
                p = n / total
                out[15] -= p * np.log2(p)
                out[16] += p * p
        level = float(i) * i
        out[2] += by_row[i] / level
        out[3] += by_row[i] * level
        out[4] += small / level
        out[5] += small * level
        out[6] += large / level
        out[7] += large * level
    for c in range(n_columns):
        out[0] += by_column[c] / square[c]
        out[1] += by_column[c] * square[c]
    for f in range(8):
        out[f] /= total
    out[12] = total / n_pixels
    out[8], out[13] = _spread(by_row, np.arange(n_rows), total)
    out[10], out[14] = _spread(by_column, columns, total)
    out[9] = out[8] / total
    out[11] = out[10] / total
    out[15] = abs(out[15])  # never a negative zero


@jit_helper
def list_features(rows: np.ndarray, values: np.ndarray, n_pixels: int, out: np.ndarray) -> None:
    """`count_features` of things given one by one: gray levels `rows` and second numbers `values`.

    Only the values that occur become columns: zones may be as large as the image, but there are
    then few.
    """
    if rows.size == 0:
        out[:] = np.nan
        return
    place = np.zeros(values.max() + 1, np.int64)
    for k in range(values.size):
        place[values[k]] = 1
    n_columns = 0
    for value in range(place.size):
        if place[value]:
            place[value] = n_columns
            n_columns += 1
    columns = np.empty(n_columns, np.int64)
    counts = np.zeros((rows.max() + 1, n_columns), np.int64)
    for k in range(values.size):
        c = place[values[k]]
        columns[c] = values[k]
        counts[rows[k], c] += 1
    count_features(counts, columns, n_pixels, out)


@jit_helper
def _spread(margin: np.ndarray, values: np.ndarray, total: int) -> tuple[float, float]:
    """Non-uniformity sum n^2 / N and variance of the values under n / N."""
    squares = 0.0
    weighted = 0
    for k in range(margin.size):
        squares += float(margin[k]) * margin[k]
        weighted += margin[k] * values[k]
    mean = weighted / total
    variance = 0.0
    for k in range(margin.size):
        variance += margin[k] * (values[k] - mean) ** 2
    return squares / total, variance / total
