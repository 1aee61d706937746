"""One model on one split: fit what learns, predict what was held out, measure."""

from typing import Any

import numpy as np

from imgpipe.datasets.naming import naming_images
from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.explanations.importance import auc_drops
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.cold_start import cold_start
from imgpipe.evaluate.fits.cost import Stopwatch, model_bytes, prediction_cost
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.inner import to_choose_on
from imgpipe.evaluate.fits.parameters import unparallel, with_budget, with_seed
from imgpipe.evaluate.fits.steps import join_features, split_features
from imgpipe.evaluate.fits.tuning import Choice, choose
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.learn.feature_groups import blocks
from imgpipe.learn.fitting import fit_model
from imgpipe.learn.pipelines import final_step

_SHUFFLES = 3  # of each feature block, over all folds together


def fit_split(
    record: ModelRecord, candidate: Candidate, number: int, split: Split, experiment: Experiment
) -> None:
    """Fit the candidate with its `number`-th seed on one split and note everything in `record`."""
    seed = experiment.seed + number
    model = with_seed(candidate.estimator, seed, override=experiment.seeds > 1)
    feature_steps, learning_steps = split_features(model)
    inputs, feature_seconds = experiment.store.inputs(feature_steps)
    if experiment.tune and candidate.grid:
        if number == 0:
            record.choices.append(_tuned(learning_steps, candidate, inputs, split, experiment))
        params = record.choices[experiment.position(split)].params
        model, learning_steps = model.set_params(**params), learning_steps.set_params(**params)
    watch = Stopwatch()
    learned = _fitted(learning_steps, inputs, split, experiment)
    record.note_fit(learned, watch.seconds())
    learned = unparallel(learned)
    with naming_images(experiment.dataset, split.test):
        record.test.append(_predicted(learned, inputs, split.test, experiment, seed))
    if split.val is not None:
        record.val.append(_predicted(learned, inputs, split.val, experiment, seed))
    if number == 0 and not split.repeat:
        part = record.val[-1] if split.val is not None else None
        record.inner.append(
            part or to_choose_on(learned, learning_steps, inputs, split, experiment)
        )
        computed = experiment.store.fitted(feature_steps)
        whole = unparallel(join_features(model, computed, learned))
        record.explained.append(whole)
        if record.pipeline is None:
            record.pipeline = whole
            record.cost = _cost(record.name, whole, split, experiment, feature_seconds)
        _note_importances(record, learned, computed, inputs, split, experiment)


def fit_share(
    record: ModelRecord,
    candidate: Candidate,
    number: int,
    split: Split,
    smaller: Split,
    experiment: Experiment,
) -> HeldOut:
    """Fit as `fit_split` did, on a `smaller` training part; say what the model says of the test."""
    seed = experiment.seed + number
    model = with_seed(candidate.estimator, seed, override=experiment.seeds > 1)
    feature_steps, learning_steps = split_features(model)
    inputs, _ = experiment.store.inputs(feature_steps)
    if record.choices:
        params = record.choices[experiment.position(split)].params
        learning_steps = learning_steps.set_params(**params)
    learned = unparallel(_fitted(learning_steps, inputs, smaller, experiment))
    return _predicted(learned, inputs, split.test, experiment, seed)


def judge_fitted(record: ModelRecord, pipeline: Any, experiment: Experiment) -> None:
    """Note what an already fitted pipeline says of the held-out part."""
    feature_steps, learned = split_features(pipeline)
    inputs, feature_seconds = experiment.store.inputs(feature_steps)
    (split,) = experiment.splits
    with naming_images(experiment.dataset, split.test):
        record.test.append(_predicted(learned, inputs, split.test, experiment, experiment.seed))
    record.pipeline = pipeline
    record.explained.append(pipeline)
    record.cost = _cost(record.name, pipeline, split, experiment, feature_seconds)
    _note_importances(record, learned, feature_steps, inputs, split, experiment)


def _fitted(learning_steps: Any, inputs: Any, split: Split, experiment: Experiment) -> Any:
    """Fit what learns on the training part; hand the validation part to what can watch it."""
    validation = None
    if split.val is not None:
        validation = (take(inputs, split.val), experiment.labels[split.val])
    with naming_images(experiment.dataset, split.train, split.val):
        return fit_model(
            with_budget(learning_steps, _budget_of_a_fit(experiment)),
            take(inputs, split.train),
            experiment.labels[split.train],
            experiment.groups(split.train),
            validation,
        )


def _budget_of_a_fit(experiment: Experiment) -> float | None:
    """CPU seconds for one fit."""
    if experiment.budget is None:
        return None
    return experiment.budget / (len(experiment.splits) * experiment.seeds)


def _tuned(
    learning_steps: Any, candidate: Candidate, inputs: Any, split: Split, experiment: Experiment
) -> Choice:
    """Search the grid without a look at the held-out part."""
    budget = None if experiment.budget is None else experiment.budget / len(experiment.splits)
    return choose(
        learning_steps,
        candidate.grid,
        inputs,
        experiment.labels,
        experiment.groups(np.arange(len(experiment.labels))),
        split,
        len(experiment.classes),
        seed=experiment.seed,
        budget=budget,
    )


def _predicted(
    learned: Any, inputs: Any, index: np.ndarray, experiment: Experiment, seed: int
) -> HeldOut:
    """Predict a part that the model has not seen."""
    X = take(inputs, index)
    predicted = np.asarray(learned.predict(X)).astype(np.int64)
    return HeldOut(index, predicted, probabilities(learned, X, len(experiment.classes)), seed)


def _cost(
    name: str, pipeline: Any, split: Split, experiment: Experiment, feature_seconds: float
) -> dict[str, float]:
    images = experiment.dataset.images
    weights = getattr(final_step(pipeline), "n_parameters_", None)
    return {
        "feature_seconds": feature_seconds,
        **prediction_cost(pipeline, images, split.test),
        **(cold_start(name, pipeline, images, split.test) if experiment.cost else {}),
        "model_bytes": model_bytes(pipeline),
        **({} if weights is None else {"parameters": weights}),
    }


def _note_importances(
    record: ModelRecord,
    learned: Any,
    feature_steps: list[Any],
    inputs: Any,
    split: Split,
    experiment: Experiment,
) -> None:
    """Note how the AUC on the held-out part suffers from shuffled features, where there are any."""
    labels = experiment.labels[split.test]
    if len(np.unique(labels)) < 2:
        return
    if feature_steps:
        grouped = blocks(feature_steps[-1].get_feature_names_out())
    elif hasattr(inputs, "columns"):
        grouped = blocks(inputs.columns)
    else:
        return
    record.blocks = list(grouped)
    record.drops.append(
        auc_drops(
            learned,
            take(inputs, split.test),
            labels,
            grouped,
            len(experiment.classes),
            repeats=-(-_SHUFFLES // len(experiment.first_repeat)),
            seed=experiment.seed + (split.fold or 0),
            n_jobs=experiment.n_jobs,
        )
    )
