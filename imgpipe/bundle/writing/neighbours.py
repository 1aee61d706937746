"""Nearest neighbours as arrays."""

from typing import Any

import numpy as np

from imgpipe.learn.classifiers.knn import nearest_of
from imgpipe.learn.graphs.calibration import parameters


def neighbours(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write a fitted `CalibratedNeighbours`: its samples, in double, their classes and sigmoids."""
    nearest = nearest_of(model.neighbours_, model.classes_)
    slopes, offsets = parameters(model.calibration_)
    told = {
        "kind": "neighbours",
        "asked": int(nearest.n_neighbors),
        "weights": "distance" if nearest.by_distance else "uniform",
        "classes": nearest.n_classes,
    }
    arrays = {
        "neighbours.samples": nearest.samples,
        "neighbours.codes": nearest.codes,
        "neighbours.slopes": slopes,
        "neighbours.offsets": offsets,
    }
    return told, arrays
