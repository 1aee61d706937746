"""Sets of classes that hold the true one as often as asked: split conformal prediction.

A class is in an image's set where its probability is at least 1 - q; q is the quantile of 1 - p of
the true class on samples to calibrate on (Sadinle, Lei and Wasserman, 2019). Images of a patient
are not exchangeable with those of others, so the patient is the unit: each weighs the same,
whatever its number of images, and a patient yet to come counts as infinitely far off (Lee, Barber
and Willett, "Distribution-free inference with hierarchical data", 2023). A random image of a new
patient of the same population is then covered at least as often as asked; with one image a patient
it is the usual quantile. No class is promised that coverage for itself, which is why it is
measured for each. mapie 1.6 knows no groups, and gives the same sets where each patient has one
image: twelve lines stand here in its place.
"""

import numpy as np

_ROUNDING = 1e-9


def limit(scores: np.ndarray, true: np.ndarray, clusters: np.ndarray, level: float) -> float:
    """Quantile q of the distances 1 - p of the true class; infinite for too few patients.

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    >>> true = np.array([0, 1, 0])
    >>> round(limit(scores, true, np.arange(3), 0.5), 2), limit(scores, true, np.arange(3), 0.9)
    (0.4, inf)
    """
    _, member, images = np.unique(clusters, return_inverse=True, return_counts=True)
    weight = 1 / (images[member] * (len(images) + 1))
    distance = 1 - scores[np.arange(len(true)), true]
    order = np.argsort(distance)
    reached = np.cumsum(weight[order]) >= level - _ROUNDING
    return float(distance[order][reached.argmax()]) if reached.any() else float("inf")


def sets(scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Tell which classes are in each sample's set, shape (n, k)."""
    return 1 - scores <= limits[:, None] + _ROUNDING
