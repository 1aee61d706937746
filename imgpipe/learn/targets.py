"""What may be learnt: classes, and more than one of them."""

import numpy as np

from imgpipe._common import InputError


def check_classification(y: np.ndarray) -> None:
    """Refuse continuous targets and a single class."""
    from sklearn.utils.multiclass import check_classification_targets

    check_classification_targets(y)
    classes = np.unique(y)
    if len(classes) < 2:
        raise InputError(f"found one class only ({classes[0]}); a classifier needs two")
