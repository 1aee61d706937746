"""Net benefit of acting on a model, over the probability from which one would act.

Vickers and Elkin, "Decision curve analysis: a novel method for evaluating prediction models"
(Medical Decision Making, 2006): whoever acts from a probability t on holds a needless action to
cost t / (1 - t) of a needed one, so the benefit of a threshold t is (hits - t / (1 - t) x false
alarms) / n. A model is of use where it lies above acting on all, and above 0, acting on none. That
needs probabilities which are true: look at the calibration first.
"""

import numpy as np

THRESHOLDS = np.arange(1, 100) / 100


def net_benefit(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Net benefit of acting where the probability is at least .01, .02, ..., .99, shape (b, 99).

    Examples
    --------
    >>> import numpy as np
    >>> positive, score = np.array([True, False, False]), np.array([0.9, 0.6, 0.2])
    >>> net_benefit(positive, score, np.ones((1, 3)))[0, [9, 49, 69]].round(3).tolist()
    [0.259, 0.0, 0.333]
    """
    called = score[:, None] >= THRESHOLDS
    worth = np.where(positive[:, None], 1.0, -THRESHOLDS / (1 - THRESHOLDS))
    return weights @ (called * worth) / weights.sum(axis=1)[:, None]


def treat_all(prevalence: float) -> np.ndarray:
    """Net benefit of acting on everyone, shape (99,)."""
    return prevalence - (1 - prevalence) * THRESHOLDS / (1 - THRESHOLDS)
