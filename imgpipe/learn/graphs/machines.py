"""Support vector machines with sigmoids, in double."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.learn.graphs.graph import Graph


def radial_machine(graph: Graph, svm: Any, x: str) -> str:
    """Probabilities of a `CalibratedSVM` of two classes; more, and other kernels, are to come."""
    machine = svm.machine_
    if len(machine.classes_) != 2 or svm.kernel != "rbf":
        raise InputError("only a radial machine of two classes can be written yet")
    # single precision halves the file; its rounding changes a probability by some 1e-9
    kept = np.ascontiguousarray(machine.support_vectors_, np.float32)
    vectors = graph.add("Cast", [graph.constant(kept)], to=11)
    exact = kept.astype(np.float64)
    norms = np.einsum("ij,ij->i", exact, exact)[None]
    own = graph.add("ReduceSumSquare", [x], axes=[1], keepdims=1)
    products = graph.add("MatMul", [x, graph.add("Transpose", [vectors], perm=[1, 0])])
    squared = graph.add("Add", [own, graph.constant(norms)])
    squared = graph.add("Sub", [squared, graph.add("Mul", [products, graph.constant(2.0)])])
    kernel = graph.add("Exp", [graph.add("Mul", [squared, graph.constant(-machine.gamma_)])])
    decided = graph.add("MatMul", [kernel, graph.constant(machine.dual_coef_.T)])
    decided = graph.add("Add", [decided, graph.constant(machine.intercept_)])
    (calibrated,) = svm.calibration_._fitted.calibrated_classifiers_
    (sigmoid,) = calibrated.calibrators
    # Platt: p = 1 / (1 + exp(a f + b))
    slope, offset = graph.constant(-float(sigmoid.a_)), graph.constant(-float(sigmoid.b_))
    exponent = graph.add("Add", [graph.add("Mul", [decided, slope]), offset])
    second = graph.add("Sigmoid", [exponent])
    first = graph.add("Sub", [graph.constant(1.0), second])
    return graph.add("Concat", [first, second], axis=1)
