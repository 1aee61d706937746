"""Support vector machines with sigmoids, in double."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.learn.classifiers.radial import TIE, RadialMachine, weights_of
from imgpipe.learn.graphs.calibration import parameters, sigmoids
from imgpipe.learn.graphs.graph import DOUBLE, Graph

_LARGE = 6 << 20  # bytes of support vectors, above which half of them are worth a little rounding
_ROUNDING = 5e-8  # of a probability, at most
_ASKED = 500  # support vectors that say what rounding changes


@dataclass(frozen=True)
class _Kernel:
    name: str
    gamma: float
    coef0: float = 0.0
    degree: float = 3.0


def machine(graph: Graph, svm: Any, x: str) -> str:
    """Probabilities of a `CalibratedSVM`."""
    if not hasattr(svm, "machine_"):
        raise InputError(
            "a CalibratedSVM fitted by an earlier version of imgpipe cannot be written as "
            ".imgpipe; train it anew, or keep it in a .joblib file"
        )
    fitted = svm.machine_
    kernel = _kernel_of(fitted)
    weights = weights_of(fitted.dual_coef_, fitted.n_support_)
    if kernel.name == "linear":
        values = graph.add("MatMul", [x, graph.constant(fitted.support_vectors_.T @ weights)])
    else:
        steepest = np.abs(parameters(svm.calibration_)[0]).max()
        vectors = _rounded(fitted.support_vectors_, weights * steepest, kernel)
        columns = graph.add("Transpose", [x], perm=[1, 0])
        values = _KERNELS[kernel.name](graph, kernel, vectors, columns)
        values = graph.add("MatMul", [graph.constant(weights.T), values])
        values = graph.add("Transpose", [values], perm=[1, 0])
    between = graph.add("Add", [values, graph.constant(fitted.intercept_[None])])
    n_classes = len(fitted.classes_)
    decisions = between if n_classes == 2 else _one_against_rest(graph, between, n_classes)
    return sigmoids(graph, svm.calibration_, decisions)


def _kernel_of(fitted: Any) -> _Kernel:
    if isinstance(fitted, RadialMachine):
        return _Kernel("rbf", fitted.gamma_)
    name = fitted.kernel
    if name != "linear" and name not in _KERNELS:
        shown = name if isinstance(name, str) else getattr(name, "__name__", repr(name))
        raise InputError(
            f"a support vector machine with the kernel {shown} cannot be written as .imgpipe "
            f"(linear, {', '.join(_KERNELS)} can); keep it in a .joblib file"
        )
    return _Kernel(name, float(fitted._gamma), float(fitted.coef0), float(fitted.degree))


# images are columns here: a runtime takes a product of a matrix and one column as it is, and one of
# a row and a matrix after it has packed the matrix
def _radial(graph: Graph, kernel: _Kernel, vectors: np.ndarray, columns: str) -> str:
    """exp(-gamma d), with the squared distances d from products."""
    exact = vectors.astype(np.float64)
    norms = graph.constant(np.einsum("ij,ij->i", exact, exact)[:, None])
    own = graph.add("ReduceSumSquare", [columns], axes=[0], keepdims=1)
    products = _products(graph, -2 * vectors, columns)
    squared = graph.add("Add", [graph.add("Add", [norms, own]), products])
    squared = graph.add("Max", [squared, graph.constant(0.0)])  # rounding makes none negative
    return graph.add("Exp", [graph.add("Mul", [squared, graph.constant(-kernel.gamma)])])


def _polynomial(graph: Graph, kernel: _Kernel, vectors: np.ndarray, columns: str) -> str:
    moved = _moved(graph, kernel, vectors, columns)
    return graph.add("Pow", [moved, graph.constant(kernel.degree)])


def _hyperbolic(graph: Graph, kernel: _Kernel, vectors: np.ndarray, columns: str) -> str:
    return graph.add("Tanh", [_moved(graph, kernel, vectors, columns)])


_KERNELS: dict[str, Callable[[Graph, _Kernel, np.ndarray, str], str]] = {
    "rbf": _radial,
    "poly": _polynomial,
    "sigmoid": _hyperbolic,
}


def _moved(graph: Graph, kernel: _Kernel, vectors: np.ndarray, columns: str) -> str:
    """Gamma times products, plus coef0."""
    scaled = vectors.dtype.type(kernel.gamma) * vectors
    return graph.add("Add", [_products(graph, scaled, columns), graph.constant(kernel.coef0)])


# factors go into the vectors: runtimes fuse a product with a factor behind it, in single precision
def _products(graph: Graph, vectors: np.ndarray, columns: str) -> str:
    kept = graph.constant(vectors)
    if vectors.dtype != np.float64:
        kept = graph.add("Cast", [kept], to=DOUBLE)
    return graph.add("MatMul", [kept, columns])


def _one_against_rest(graph: Graph, between: str, n_classes: int) -> str:
    """Votes of the pairs, and below one vote their confidence, as scikit-learn counts them."""
    pairs = list(combinations(range(n_classes), 2))
    sides = np.zeros((len(pairs), n_classes))
    for row, (i, j) in enumerate(pairs):
        sides[row, i], sides[row, j] = 1.0, -1.0
    signs = graph.constant(sides)
    confidence = graph.add("MatMul", [between, signs])
    won = graph.add("GreaterOrEqual", [between, graph.constant(-TIE)])
    votes = graph.add("MatMul", [graph.add("Cast", [won], to=DOUBLE), signs])
    # a pair that the first class does not win is a vote for the second
    votes = graph.add("Add", [votes, graph.constant((sides < 0).sum(axis=0).astype(float)[None])])
    size = graph.add("Add", [graph.add("Abs", [confidence]), graph.constant(1.0)])
    below = graph.add("Div", [confidence, graph.add("Mul", [size, graph.constant(3.0)])])
    return graph.add("Add", [votes, below])


def _rounded(vectors: np.ndarray, weights: np.ndarray, kernel: _Kernel) -> np.ndarray:
    """Support vectors, many of them in single precision where that changes next to nothing."""
    if vectors.nbytes <= _LARGE:
        return np.asarray(vectors)
    with np.errstate(over="ignore"):
        single = np.ascontiguousarray(vectors, np.float32)
    asked = vectors[:: -(-len(vectors) // _ASKED)]
    exact = _values(kernel, asked, vectors)
    change = np.abs((_values(kernel, asked, single.astype(np.float64)) - exact) @ weights).max()
    # a sigmoid of slope a is nowhere steeper than a / 4
    return single if change / 4 <= _ROUNDING else vectors


def _values(kernel: _Kernel, A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Compute a kernel of rows with NumPy."""
    products = A @ B.T
    if kernel.name == "rbf":
        norms = np.einsum("ij,ij->i", A, A)[:, None] + np.einsum("ij,ij->i", B, B)
        return np.exp(-kernel.gamma * np.maximum(norms - 2 * products, 0.0))
    moved = kernel.gamma * products + kernel.coef0
    return np.tanh(moved) if kernel.name == "sigmoid" else moved**kernel.degree
