"""Features of several matrices as those of one image."""

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.counting import number


def averaged(features: Term, groups: list[tuple[int, int]], n_features: int) -> Term:
    """Mean over the matrices of each group for which a feature is defined, NaN for none.

    Parameters
    ----------
    features : Term
        float64 (matrices, n_features).
    groups : list of (int, int)
        First matrix and last + 1 of each, in the order of the result.
    n_features : int

    Returns
    -------
    Term
        float64 (groups * n_features,).
    """
    return joined(
        [
            _average(features.of("Slice", np.array([first]), np.array([end])), end - first)
            if end > first
            else number(features.graph, np.full(n_features, np.nan))
            for first, end in groups
        ]
    )


def _average(features: Term, n: int) -> Term:
    if n == 1:
        return features.shaped(-1)
    undefined = features.of("IsNaN")
    kept, defined = undefined.where(0.0, features), (~undefined).to("float64")
    total, times = (x.of("ReduceSum", np.array([0]), keepdims=0) for x in (kept, defined))
    return total / times
