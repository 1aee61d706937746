"""Probabilities of samples that a model was not fitted on, without a look at held-out ones.

A validation part gives them for nothing. Else the training part is divided into inner folds of
whole patients, and the model is fitted once more for each: the price of the fit, four times over.
Two cheaper ways were left aside: the calibrated SVM has fitted inner folds already, but
scikit-learn keeps neither their decision values nor their machines; and trees of a forest know
out-of-bag samples, but not out-of-bag patients.
"""

from typing import Any

import numpy as np

from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.learn.fitting import fit_model
from imgpipe.learn.folds import inner_folds

_FOLDS = 5


def out_of_fold(
    learning_steps: Any, inputs: Any, split: Split, experiment: Experiment
) -> HeldOut | None:
    """Predict each training sample by a fit without its patient; None where none can be left out.

    Parameters
    ----------
    learning_steps : estimator
        Unfitted; what learns of a pipeline.
    inputs : table
        Features of all samples.
    split : Split
        Its training part is divided; nothing else is looked at.
    experiment : Experiment
        Labels and patients.
    """
    train = split.train
    labels, patients = experiment.labels[train], experiment.groups(train)
    folds = inner_folds(labels, patients, _FOLDS, random_state=experiment.seed)
    if folds is None:
        return None
    scores = np.zeros((len(train), len(experiment.classes)))
    for fitted_on, left_out in folds:
        model = fit_model(
            learning_steps,
            take(inputs, train[fitted_on]),
            labels[fitted_on],
            None if patients is None else patients[fitted_on],
        )
        found = probabilities(model, take(inputs, train[left_out]), len(experiment.classes))
        scores[left_out] = found
    return HeldOut(train, scores.argmax(axis=1), scores, experiment.seed)
