"""Formulas over tensors of a graph, written as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe.learn.graphs.graph import Graph

_TYPES = {"float64": 11, "float32": 1, "int64": 7, "int32": 6, "uint8": 2, "bool": 9}


@dataclass(frozen=True)
class Term:
    """A tensor of a graph; operators append nodes, as ``(x - low) / size``.

    A plain number beside it is a double; ``np.int64(1)`` stands beside whole numbers.

    Parameters
    ----------
    graph : Graph
    name : str
        Of the tensor.

    Examples
    --------
    >>> from imgpipe.learn.graphs.graph import Graph
    >>> graph = Graph()
    >>> mean = Term(graph, "x").total() / 12
    >>> [node.op_type for node in graph.nodes]
    ['ReduceSum', 'Div']
    """

    graph: Graph
    name: str

    def of(self, kind: str, *others: Any, **attributes: Any) -> Term:
        """Append a node whose first input this is."""
        names = [self.name, *(self._name(other) for other in others)]
        return Term(self.graph, self.graph.add(kind, names, **attributes))

    def _name(self, other: Any) -> str:
        if isinstance(other, Term):
            return other.name
        plain = isinstance(other, (int, float)) and not isinstance(other, np.generic)
        return self.graph.constant(np.float64(other) if plain else other)

    def __add__(self, other: Any) -> Term:
        return self.of("Add", other)

    def __sub__(self, other: Any) -> Term:
        return self.of("Sub", other)

    def __mul__(self, other: Any) -> Term:
        return self.of("Mul", other)

    def __truediv__(self, other: Any) -> Term:
        return self.of("Div", other)

    def __neg__(self) -> Term:
        return self.of("Neg")

    def __abs__(self) -> Term:
        return self.of("Abs")

    def __pow__(self, exponent: float) -> Term:
        return self.of("Pow", exponent)

    def __and__(self, other: Any) -> Term:
        return self.of("And", other)

    def __invert__(self) -> Term:
        return self.of("Not")

    def __gt__(self, other: Any) -> Term:
        return self.of("Greater", other)

    def __ge__(self, other: Any) -> Term:
        return self.of("GreaterOrEqual", other)

    def __lt__(self, other: Any) -> Term:
        return self.of("Less", other)

    def __le__(self, other: Any) -> Term:
        return self.of("LessOrEqual", other)

    def equals(self, other: Any) -> Term:
        """Say where both are equal."""
        return self.of("Equal", other)

    def sqrt(self) -> Term:
        """Take roots."""
        return self.of("Sqrt")

    def to(self, dtype: str) -> Term:
        """Cast to a dtype, by its name."""
        return self.of("Cast", to=_TYPES[dtype])

    def shaped(self, *shape: int) -> Term:
        """Give the same numbers in another shape."""
        return self.of("Reshape", np.array(shape, np.int64))

    def total(self, keep: bool = False) -> Term:
        """Add up all elements: a scalar, or as many axes of one element."""
        return self.of("ReduceSum", keepdims=int(keep))

    def lowest(self, keep: bool = False) -> Term:
        """Find the least element, likewise."""
        return self.of("ReduceMin", keepdims=int(keep))

    def highest(self, keep: bool = False) -> Term:
        """Find the greatest element, likewise."""
        return self.of("ReduceMax", keepdims=int(keep))

    def where(self, then: Any, other: Any) -> Term:
        """Choose between two, element by element, by truth values."""
        return self.of("Where", then, other)


def joined(terms: Sequence[Term], axis: int = 0) -> Term:
    """Put tensors behind one another along an axis."""
    first, *others = terms
    return first.of("Concat", *others, axis=axis)


def ratio(above: Term, below: Term) -> Term:
    """Divide, and give NaN where the denominator is zero."""
    return below.equals(0).where(np.nan, above / below)
