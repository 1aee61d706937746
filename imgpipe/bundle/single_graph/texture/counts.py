"""The features that counts by gray level and a second number share, as in `texture.counts`."""

from __future__ import annotations

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.counting import (
    added_up,
    counted,
    filled,
    number,
    row_sum,
)
from imgpipe.bundle.single_graph.strips import END

_LN_2 = float(np.log(2))


def count_features(
    places: list[Term], n: int, top: Term, columns: int, n_pixels: list[int], n_features: int
) -> Term:
    """Append what gives the first features of `n` matrices, float64 (n, n_features).

    Parameters
    ----------
    places : list of Term
        int64 (things,) each: (matrix (top + 1) + gray level) columns + second number. Something is
        counted in each matrix; gray level 0 stands for none.
    n, columns : int
        Number of matrices; one more than the largest second number.
    top : Term
        Highest gray level, int64 scalar.
    n_pixels : list of int
        Pixels of each matrix, once for each direction.
    n_features : int
        16 or 17.
    """
    graph, side = top.graph, top + np.int64(1)
    every = counted(places, side * np.int64(n * columns)).shaped(n, -1, columns)
    counts = every.of("Slice", np.array([1]), np.array([END]), np.array([1])).shaped(-1)
    where = counts.of("NonZero").shaped(-1)
    row = where / np.int64(columns)
    matrix = row / top
    level = row - matrix * top + np.int64(1)
    value = where - row * np.int64(columns)
    count = counts.of("Gather", where).to("int64")
    totals = added_up(matrix, count, filled(np.int64(0), number(graph, np.int64(n))))
    total = totals.to("float64").shaped(n, 1)
    own = number(graph, np.arange(n)[:, None]).equals(matrix).to("float64")
    p = count.to("float64") / totals.of("Gather", matrix).to("float64")
    sums = own.of("MatMul", _terms(p, level.to("float64"), value.to("float64")))
    margins = [
        added_up(matrix * size + each, count, filled(np.int64(0), size * np.int64(n)))
        for each, size in ((level, side), (value, number(graph, np.int64(columns))))
    ]
    rows, values = (_spread(x.shaped(n, -1).to("float64"), total) for x in margins)
    pixels = number(graph, np.array(n_pixels, float)[:, None])
    emphases, entropy, energy = (
        sums.of("Slice", np.array([first]), np.array([last]), np.array([1]))
        for first, last in ((0, 8), (8, 9), (9, 10))
    )
    features = [
        emphases, rows[0], rows[0] / total, values[0], values[0] / total, total / pixels,
        rows[1], values[1], abs(entropy), energy,
    ]  # fmt: skip
    return joined(features[: n_features - 7], axis=1)


def _terms(p: Term, level: Term, value: Term) -> Term:
    """What entries add to the sums of eight emphases, entropy and energy: (entries, 10)."""
    i, j = level * level, value * value
    low, high = p / j, p * j
    terms = [
        low, high, p / i, p * i, low / i, low * i, high / i, high * i,
        p * (p.of("Log") / _LN_2), p * p,
    ]  # fmt: skip
    return joined([term.of("Unsqueeze", np.array([1])) for term in terms], axis=1)


def _spread(margin: Term, total: Term) -> tuple[Term, Term]:
    """Non-uniformity sum n^2 / N and variance of the index under n / N, (n, 1) each."""
    graph = margin.graph
    size = margin.of("Shape").of("Gather", np.int64(1))
    index = number(graph, np.int64(0)).of("Range", size, np.int64(1)).to("float64")
    distance = index - row_sum(margin * index) / total
    return (
        row_sum(margin * margin) / total,
        row_sum(margin * (distance * distance)) / total,
    )
