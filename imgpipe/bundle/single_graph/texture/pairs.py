"""The 25 features of co-occurrence matrices, as `imgpipe.features.texture.cooccurrence` has them.

Only entries that are not zero are looked at: matrices of many gray levels are nearly empty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.counting import (
    added_up,
    counted,
    filled,
    number,
    row_sum,
    row_sum_in_order,
)

_LN_2 = float(np.log(2))


class _Entries(NamedTuple):
    """Pairs of levels that occur, lower <= upper, in ascending order, (entries,) each.

    Attributes
    ----------
    matrix, lower, upper : Term
        int64: which matrix, and the gray levels.
    pairs : Term
        int64: how many.
    """

    matrix: Term
    lower: Term
    upper: Term
    pairs: Term


class _Summary(NamedTuple):
    """What `_summary` gives, (n, 1) each."""

    mean: Term
    variance: Term
    square: Term
    entropy: Term


def pair_features(places: list[Term], n: int, top: Term) -> Term:
    """Append what gives the features of `n` matrices, float64 (n, 25).

    Parameters
    ----------
    places : list of Term
        int64 (pairs,) each: (matrix (top + 1) + lower level) (top + 1) + upper level. Each matrix
        has a pair.
    n : int
        Number of matrices.
    top : Term
        Highest gray level, int64 scalar.
    """
    graph, side = top.graph, top + np.int64(1)
    entries = _entries(places, n, side)
    zeros = filled(np.int64(0), number(graph, np.int64(n)))
    pairs = added_up(entries.matrix, entries.pairs, zeros)
    total = pairs.to("float64").shaped(n, 1)
    marginal, differences, sums = _distributions(entries, n, side)
    index = number(graph, np.int64(0)).of("Range", side * np.int64(2), np.int64(1)).to("float64")
    up_to_top = index.of("Slice", np.array([0]), side.shaped(1))
    level = _summary(marginal, up_to_top, total * 2)
    difference = _summary(differences, up_to_top, total)
    both = _summary(sums, index, total)
    largest, entropy, energy = _of_entries(entries, n, pairs * np.int64(2))
    spread = both.variance + difference.square
    correlation = (spread > 0).where((both.variance - difference.square) / spread, np.nan)
    return joined(
        [
            largest, level.mean, level.variance, entropy,
            difference.mean, difference.variance, difference.entropy,
            both.mean, both.variance, both.entropy, energy,
            difference.square, difference.mean,
            _inverse(differences, up_to_top, top.to("float64"), total),
            correlation, (both.square - difference.square) / 4, both.variance,
            *_tails(sums, index, both.mean, total),
            *_information(level.entropy, entropy),
        ],
        axis=1,
    )  # fmt: skip


def _entries(places: list[Term], n: int, side: Term) -> _Entries:
    counts = counted(places, side * side * np.int64(n))
    where = counts.of("NonZero").shaped(-1)
    row = where / side
    matrix = row / side
    count = counts.of("Gather", where).to("int64")
    return _Entries(matrix, row - matrix * side, where - row * side, count)


def _distributions(entries: _Entries, n: int, side: Term) -> list[Term]:
    """Halves of a pair by gray level, pairs by difference and by sum, float64 (n, .) each."""
    matrix, lower, upper, count = entries
    start = matrix * side
    zeros = filled(np.int64(0), side * np.int64(n))
    marginal = added_up(start + upper, count, added_up(start + lower, count, zeros))
    differences = added_up(start + (upper - lower), count, zeros)
    twice = filled(np.int64(0), side * np.int64(2 * n))
    sums = added_up(start * np.int64(2) + (lower + upper), count, twice)
    return [x.shaped(n, -1).to("float64") for x in (marginal, differences, sums)]


def _of_entries(entries: _Entries, n: int, twice: Term) -> tuple[Term, Term, Term]:
    """Joint maximum, entropy and energy of the symmetric matrices, (n, 1) each."""
    graph = twice.graph
    matrix, lower, upper, count = entries
    diagonal = lower.equals(upper)
    entry = diagonal.where(count * np.int64(2), count)
    p = entry.to("float64") / twice.of("Gather", matrix).to("float64")
    times = diagonal.where(1.0, 2.0)
    zeros = filled(np.float64(0), number(graph, np.int64(n)))
    information = added_up(matrix, times * p * (p.of("Log") / _LN_2), zeros)
    energy = added_up(matrix, times * p * p, zeros)
    own = number(graph, np.arange(n)[:, None]).equals(matrix)
    largest = own.where(p, 0.0).of("ReduceMax", axes=[1], keepdims=1)
    return largest, abs(information).shaped(n, 1), energy.shaped(n, 1)


def _summary(counts: Term, index: Term, total: Term) -> _Summary:
    """Mean, variance, mean square and entropy of the index under p = counts / total."""
    mean = row_sum(counts * index) / total
    distance = index - mean
    variance = row_sum_in_order(distance * distance * counts) / total
    square = row_sum(counts * (index * index)) / total
    p = (counts > 0).where(counts / total, 1.0)
    entropy = abs(row_sum_in_order(p * (p.of("Log") / _LN_2)))
    return _Summary(mean, variance, square, entropy)


def _inverse(counts: Term, index: Term, top: Term, total: Term) -> Term:
    """Five features in which large differences count less, (n, 5)."""
    share = index / top
    square = index * index
    divisors = [
        index + 1,
        share + 1,
        square + 1,
        share * share + 1,
        (index > 0).where(square, np.inf),
    ]
    rows = joined([each.of("Unsqueeze", np.array([0])) for each in divisors])
    quotients = counts.of("Unsqueeze", np.array([1])) / rows
    return quotients.of("ReduceSum", np.array([2]), keepdims=0) / total


def _tails(counts: Term, index: Term, mean: Term, total: Term) -> tuple[Term, Term]:
    """Cluster shade and prominence."""
    d = index - mean
    cube = d * d * d
    return row_sum_in_order(cube * counts) / total, row_sum_in_order(cube * d * counts) / total


def _information(level: Term, joint: Term) -> tuple[Term, Term]:
    """Both correlations of information; HXY1 = HXY2 = 2 HX for a symmetric matrix."""
    shared = (level * 2 - joint).of("Max", 0.0)
    first = (level > 0).where(-shared / level, np.nan)
    second = number(level.graph, np.float64(1)) - (shared * -2).of("Exp")
    return first, second.of("Sqrt")
