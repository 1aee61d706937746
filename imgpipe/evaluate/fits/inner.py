"""Probabilities of samples that a model was not fitted on, without a look at held-out ones.

A validation part gives them for nothing. So does a classifier that has fitted inner folds of whole
patients for its own ends, and kept what they said as `out_of_fold_`: svm and knn do. (Their scaling
saw all of the training part, and their sigmoid was fitted to these very values: two numbers.)
Else the training part is divided into inner folds, and the model is fitted once more for each: the
price of the fit, four times over, so that is done only where it is asked for. A forest's out-of-bag
votes would cost less, but a tree leaves out single images, not patients.
"""

from typing import Any

import numpy as np

from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.fits.fold import Inputs
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.learn.fitting import fit_model
from imgpipe.learn.folds import inner_folds
from imgpipe.learn.pipelines import final_step

_FOLDS = 5


def to_choose_on(
    learned: Any, learning_steps: Any, inputs: Inputs, split: Split, experiment: Experiment
) -> HeldOut | None:
    """Give what there is for nothing, or what was asked for; networks are not fitted again."""
    kept = getattr(final_step(learned), "out_of_fold_", None)
    if kept is not None and len(kept) == len(split.train):
        scores = np.zeros((len(kept), len(experiment.classes)))
        scores[:, np.asarray(learned.classes_, dtype=int)] = kept
        return HeldOut(split.train, scores.argmax(axis=1), scores, experiment.seed)
    wanted = experiment.thresholds or experiment.conformal is not None
    if not wanted or inputs.names is None:
        return None
    return out_of_fold(learning_steps, inputs.values, split, experiment)


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
