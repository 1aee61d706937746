"""What stands between features and classifier, in double: imputation and scaling."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.learn.graphs.graph import Graph


def impute(graph: Graph, imputer: Any, x: str) -> str:
    """Put the training part's median where a number is missing."""
    medians = graph.constant(medians_of(imputer))
    return graph.add("Where", [graph.add("IsNaN", [x]), medians, x])


def scale(graph: Graph, scaler: Any, x: str) -> str:
    """Take away the mean, and divide by the deviation."""
    mean, deviation = scales_of(scaler)
    if mean is not None:
        x = graph.add("Sub", [x, graph.constant(mean)])
    if deviation is not None:
        x = graph.add("Div", [x, graph.constant(deviation)])
    return x


def medians_of(imputer: Any) -> np.ndarray:
    """What a fitted `SimpleImputer` puts into each column, where NaN stands there."""
    missing = imputer.missing_values
    if not (isinstance(missing, float) and np.isnan(missing)):
        raise InputError(
            f"an imputer of the value {missing!r} cannot be written as .imgpipe; only one of NaN "
            "can, or keep the model in a .joblib file"
        )
    values = np.asarray(imputer.statistics_, np.float64)
    if imputer.add_indicator or np.isnan(values).any():
        raise InputError(
            "an imputer that adds or drops columns cannot be written as .imgpipe; make it with "
            "keep_empty_features=True and no indicator, or keep the model in a .joblib file"
        )
    return values


def scales_of(scaler: Any) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Mean and deviation of a fitted `StandardScaler`; None for what it leaves alone."""
    mean = np.asarray(scaler.mean_, np.float64) if scaler.with_mean else None
    return mean, np.asarray(scaler.scale_, np.float64) if scaler.with_std else None
