"""Which features speak for a prediction, and which against it.

Features that go together are replaced together by those of a few training images, as many of each
class, and the probability is predicted anew (a counterfactual of the model, not of the patient).
What other features tell as well is not missed: changes do not add up to the probability.
"""

from typing import Any

import numpy as np

from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.results.explained import Quartiles, Reason
from imgpipe.learn.feature_summary import FeatureSummary


def reasons(
    learnt: Any,
    summary: FeatureSummary,
    features: np.ndarray,
    code: int,
    classes: tuple[str, ...],
) -> tuple[Reason, ...]:
    """Tell what each group of features changes, the strongest first.

    Parameters
    ----------
    learnt : fitted classifier
        What stands behind the features: `classes_` and `predict_proba` of rows of them.
    summary : FeatureSummary
        From the model.
    features : ndarray, shape (f,)
        Of the image.
    code : int
        The class to explain.
    classes : tuple of str
        Names of the codes.

    Returns
    -------
    tuple of Reason
    """
    groups = [np.flatnonzero(summary.group_of == number) for number in range(len(summary.groups))]
    others = summary.rows.astype(np.float64)
    rows = np.tile(features, (1 + len(groups) * len(others), 1))
    for number, columns in enumerate(groups):
        start = 1 + number * len(others)
        rows[start : start + len(others), columns] = others[:, columns]
    said = probabilities(learnt, rows, len(classes))[:, code]
    without = said[1:].reshape(len(groups), len(others)).mean(axis=1)
    found = [
        _reason(number, columns, summary, features, classes, float(p), float(said[0] - p))
        for number, (columns, p) in enumerate(zip(groups, without, strict=True))
    ]
    return tuple(sorted(found, key=lambda reason: -abs(reason.change)))


def _reason(
    number: int,
    columns: np.ndarray,
    summary: FeatureSummary,
    features: np.ndarray,
    classes: tuple[str, ...],
    without: float,
    change: float,
) -> Reason:
    name = summary.groups[number]
    members = tuple(summary.names[column] for column in columns)
    if name not in members:  # a block, of which no number means anything by itself
        return Reason(name, members, "", None, {}, None, without, change)
    column = summary.names.index(name)
    typical = {
        classes[code]: Quartiles(*own.tolist())
        for code, own in enumerate(summary.quartiles[:, number])
        if np.isfinite(own).all()
    }
    ends = summary.span[number]
    span = (float(ends[0]), float(ends[1])) if np.isfinite(ends).all() else None
    value = float(features[column])
    own = value if np.isfinite(value) else None
    return Reason(name, members, summary.units[column], own, typical, span, without, change)
