"""Logistic regression, and classifiers that look at nothing."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.learn.graphs.arithmetic import logistic, of_two, row_sum
from imgpipe.learn.graphs.graph import Graph


def regression(graph: Graph, model: Any, x: str) -> str:
    """Probabilities of a `sklearn.linear_model.LogisticRegression`."""
    coef = np.asarray(model.coef_, np.float64)
    several = len(model.classes_) > 2
    ways = getattr(model, "multi_class", "deprecated")
    if ways not in ("auto", "deprecated") or (several and model.solver == "liblinear"):
        raise InputError(
            "a LogisticRegression of one class against the rest cannot be written as .imgpipe; "
            "leave multi_class and solver at their defaults, or keep it in a .joblib file"
        )
    decisions = graph.add("MatMul", [x, graph.constant(coef.T)])
    intercept = np.broadcast_to(np.asarray(model.intercept_, np.float64), len(coef))
    decisions = graph.add("Add", [decisions, graph.constant(intercept[None])])
    if not several:
        return of_two(graph, logistic(graph, decisions))
    highest = graph.add("ReduceMax", [decisions], axes=[1], keepdims=1)
    powers = graph.add("Exp", [graph.add("Sub", [decisions, highest])])
    return graph.add("Div", [powers, row_sum(graph, powers)])


def fixed(graph: Graph, model: Any, x: str) -> str:
    """Probabilities of a `sklearn.dummy.DummyClassifier`, (1, k), which hold for every row."""
    shares = np.asarray(model.class_prior_, np.float64)
    if model.strategy == "prior":
        said = shares
    elif model.strategy == "most_frequent":
        said = np.eye(len(shares))[shares.argmax()]
    elif model.strategy == "uniform":
        said = np.full(len(shares), 1 / len(shares))
    elif model.strategy == "constant":
        said = (np.asarray(model.classes_) == model.constant).astype(float)
    else:
        raise InputError(
            f"a DummyClassifier with the strategy {model.strategy} throws dice, and cannot be "
            "written as .imgpipe; take the strategy prior, or keep it in a .joblib file"
        )
    return graph.constant(said[None])
