"""What each probability costs: its square (Brier, 1950) or its logarithm, image by image."""

import numpy as np

SMALLEST = float(np.finfo(np.float64).eps)  # a probability below counts as this in a logarithm


def brier_losses(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Squared distance of the probabilities from the truth, for each sample.

    With two classes it is that of class 1 alone, 0 to 1; with more, squares are summed over
    classes, 0 to 2. The same as `sklearn.metrics.brier_score_loss`.

    Examples
    --------
    >>> import numpy as np
    >>> brier_losses(np.array([1, 0]), np.array([[0.2, 0.8], [0.5, 0.5]])).round(2).tolist()
    [0.04, 0.25]
    """
    truth = np.eye(scores.shape[1])[labels]
    squares = (scores - truth) ** 2
    return squares[:, 1] if scores.shape[1] == 2 else squares.sum(axis=1)


def log_losses(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Minus the natural logarithm of the true class's probability, for each sample.

    Probabilities below 2.2e-16 count as that, so that one image costs at most 36.04: a model that
    was sure and wrong once would else have an infinite loss. Scikit-learn clips at the same place.

    Examples
    --------
    >>> import numpy as np
    >>> log_losses(np.array([1, 0]), np.array([[0.2, 0.8], [0.0, 1.0]])).round(2).tolist()
    [0.22, 36.04]
    """
    own = scores[np.arange(len(labels)), labels]
    return -np.log(np.clip(own, SMALLEST, 1 - SMALLEST))


def clipped(labels: np.ndarray, scores: np.ndarray) -> int:
    """Count the samples whose true class was given a probability that the log loss clips."""
    return int((scores[np.arange(len(labels)), labels] < SMALLEST).sum())
