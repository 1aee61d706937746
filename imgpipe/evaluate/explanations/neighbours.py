"""The training images nearest to one image, each feature in its standard deviations."""

from typing import Any

import numpy as np

from imgpipe.evaluate.results.explained import NearCase, Neighbours
from imgpipe.learn.cases import TrainingCases

_SHOWN = 5
_BLOCK = 256  # rows compared with all others at once
_ROUNDING = 10 * float(np.finfo(np.float32).eps)  # of a feature that is constant


def nearest_cases(
    cases: TrainingCases, features: np.ndarray, classes: tuple[str, ...]
) -> Neighbours | None:
    """Find the nearest training images.

    Parameters
    ----------
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
    image, kept = _scaled(features[None], cases.features)
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


def _scaled(image: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale as models do: the median where a number is missing, deviations from the mean."""
    kept = kept.astype(np.float64)
    known = np.isfinite(kept).any(axis=0)
    medians = np.zeros(kept.shape[1])
    medians[known] = np.nanmedian(kept[:, known], axis=0)
    kept, image = (np.where(np.isnan(rows), medians, rows) for rows in (kept, image))
    mean, deviation = kept.mean(axis=0), kept.std(axis=0)
    constant = deviation <= _ROUNDING * np.abs(mean)
    deviation[constant] = 1.0
    return (image - mean) / deviation, (kept - mean) / deviation


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
