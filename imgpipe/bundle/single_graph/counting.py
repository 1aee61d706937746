"""How often numbers occur, inside a graph."""

from typing import Any

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term


def number(graph: Any, value: Any) -> Term:
    """Store a number, or several."""
    return Term(graph, graph.constant(value))


def filled(value: np.generic, size: Term) -> Term:
    """Repeat one number as often as a whole number, int64, says at run time: (size,)."""
    return number(size.graph, value).of("Expand", size.shaped(1))


def sum_of(parts: list[Term]) -> Term:
    """Add tensors up."""
    first, *others = parts
    for other in others:
        first += other
    return first


def counted(numbers: list[Term], size: Term) -> Term:
    """Count each of the numbers 0, 1, ..., int32 (size,), in all of these int64 (n,).

    Parameters
    ----------
    numbers : list of Term
        What is counted.
    size : Term
        int64: one more than the largest number that may occur.
    """
    counts = filled(np.int32(0), size)
    for each in numbers:
        counts = counted_further(each, counts)
    return counts


def counted_further(numbers: Term, counts: Term) -> Term:
    """Count more numbers, int64 (n,), int32 (size,)."""
    ones = number(numbers.graph, np.int32(1)).of("Expand", numbers.of("Shape"))
    return added_up(numbers, ones, counts)


def added_up(places: Term, values: Term, zeros: Term) -> Term:
    """Add each value, (n,), to the place that the number beside it names, one after the other."""
    return zeros.of("ScatterElements", places, values, reduction="add")


def row_sum(x: Term) -> Term:
    """Add up each row: (n, k) to (n, 1)."""
    return x.of("ReduceSum", np.array([1]), keepdims=1)


def row_sum_in_order(x: Term) -> Term:
    """Add up each row from its start, so that the last digit is that of a loop."""
    return x.of("CumSum", np.int64(1)).of("Gather", np.array([-1]), axis=1)
