"""What learnt behind the features, as what a bundle holds: a graph, or arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from imgpipe.learn.graphs.writing import write_steps


def fitted_part(
    steps: Sequence[Any], n_features: int
) -> tuple[dict[str, Any], dict[str, bytes], dict[str, np.ndarray]]:
    """Write fitted steps, the last of which is a classifier.

    Parameters
    ----------
    steps : list of estimators
        Those behind the features, in order, fitted.
    n_features : int
        Columns that the first of them takes.

    Returns
    -------
    fitted : dict
        What the manifest says of the part.
    graphs : dict of str to bytes
        ONNX, by name.
    arrays : dict of str to ndarray
        By name.

    Raises
    ------
    InputError
        If nothing writes the class of a step.
    """
    content = write_steps(steps, n_features, len(steps[-1].classes_))
    return {"kind": "graph"}, {"classifier": content}, {}
