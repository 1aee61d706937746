"""The training images nearest to one image, as the model's own scaling sees them."""

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from imgpipe.evaluate.results.explained import NearCase, Neighbours
from imgpipe.learn.cases import TrainingCases

_SHOWN = 5
_BLOCK = 256  # rows compared with all others at once


def nearest_cases(
    learnt: Any, cases: TrainingCases, features: np.ndarray, classes: tuple[str, ...]
) -> Neighbours | None:
    """Find the nearest training images.

    Parameters
    ----------
    learnt : Pipeline
        The steps behind the features: imputation and scaling are used, the classifier is not.
    cases : TrainingCases
        From the model.
    features : ndarray, shape (f,)
        Of the image.
    classes : tuple of str
        Names of the codes.

    Returns
    -------
    Neighbours or None
        None where the model keeps no features.
    """
    if not len(cases) or not cases.features.shape[1]:
        return None
    rows = _scaled(learnt, np.vstack([features, cases.features]))
    image, kept = rows[:1], rows[1:]
    far = _distances(image, kept)[0]
    order = np.argsort(far, kind="stable")[:_SHOWN]
    pictures = cases.pictures(order.tolist())
    return Neighbours(
        tuple(
            NearCase(
                cases.ids[i],
                classes[cases.labels[i]],
                float(far[i]),
                pictures[place] if pictures else None,
            )
            for place, i in enumerate(order)
        ),
        len(cases),
        cases.of,
        float((_own_nearest(kept, cases) < far[order[0]]).mean()),
    )


def _scaled(learnt: Any, rows: np.ndarray) -> np.ndarray:
    """Send rows of features through all steps but the classifier."""
    before = Pipeline(learnt.steps[:-1]) if len(learnt.steps) > 1 else None
    scaled = rows if before is None else before.transform(rows)
    return np.nan_to_num(np.asarray(scaled, np.float64))


def _own_nearest(kept: np.ndarray, cases: TrainingCases) -> np.ndarray:
    """Distance of each training image to the nearest other one, of another patient if known."""
    n = len(kept)
    owners: Any = range(n) if cases.patients is None else cases.patients
    _, patient = np.unique(np.array(owners), return_inverse=True)
    nearest = np.full(n, np.inf)
    for start in range(0, n, _BLOCK):
        block = slice(start, start + _BLOCK)
        far = _distances(kept[block], kept)
        far[patient[block][:, None] == patient] = np.inf
        nearest[block] = far.min(axis=1)
    return nearest


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Root of the mean squared difference of each two rows."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0) / a.shape[1])
