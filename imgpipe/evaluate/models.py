"""What is asked of any scikit-learn classifier."""

from typing import Any

import numpy as np

from imgpipe._common import InputError


def probabilities(model: Any, X: Any, n_classes: int) -> np.ndarray:
    """Probability of each class, shape (n, k); a class unseen in training gets 0."""
    of_known = model.predict_proba(X)
    full = np.zeros((len(of_known), n_classes))
    full[:, np.asarray(model.classes_, dtype=int)] = of_known
    return full


def check_classifier(name: str, model: Any) -> None:
    """Refuse what cannot be compared."""
    if not (hasattr(model, "fit") and hasattr(model, "get_params")):
        raise InputError(
            f"model {name!r} is of type {type(model).__name__}; give a scikit-learn classifier"
        )
    if not hasattr(model, "predict_proba"):
        raise InputError(
            f"model {name!r} gives no probabilities (predict_proba); wrap it in "
            "sklearn.calibration.CalibratedClassifierCV"
        )
