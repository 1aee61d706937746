"""One model on one split: fit what learns, predict what was held out, measure."""

from typing import Any

import numpy as np

from imgpipe.datasets.naming import naming_images
from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.explanations.importance import auc_drops
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.cold_start import cold_start
from imgpipe.evaluate.fits.cost import Stopwatch, file_size, prediction_cost
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.fold import Fold, Inputs
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
    inputs = inputs_of(candidate, experiment)
    params = chosen_before(record, number, split, experiment)
    fold = fit_fold(candidate, number, split, inputs, params, experiment)
    note_fold(record, candidate, number, split, fold, experiment)


def inputs_of(candidate: Candidate, experiment: Experiment) -> Inputs:
    """Features of all samples, computed once, or the images where the candidate takes these."""
    feature_steps, _ = split_features(candidate.estimator)
    values, seconds = experiment.store.inputs(feature_steps)
    names = getattr(values, "columns", None)
    if feature_steps:
        names = experiment.store.fitted(feature_steps)[-1].get_feature_names_out()
    return Inputs(values, names, seconds)


def chosen_before(
    record: ModelRecord, number: int, split: Split, experiment: Experiment
) -> dict[str, Any] | None:
    """Settings that the search with the first seed chose for this split."""
    if number == 0 or not record.choices:
        return None
    return record.choices[experiment.position(split)].params


def fit_fold(
    candidate: Candidate,
    number: int,
    split: Split,
    inputs: Inputs,
    params: dict[str, Any] | None,
    experiment: Experiment,
) -> Fold:
    """Fit, predict and look at one fold; no image is looked at where there are features."""
    seed = experiment.seed + number
    _, learning_steps = _parted(candidate, number, experiment)
    values, choice = inputs.values, None
    if experiment.tune and candidate.grid and number == 0:
        choice = _tuned(learning_steps, candidate, values, split, experiment)
        params = choice.params
    learning_steps = learning_steps.set_params(**params or {})
    watch = Stopwatch()
    learned = _fitted(learning_steps, values, split, experiment)
    seconds = watch.seconds()
    learned = unparallel(learned)
    with naming_images(experiment.dataset, split.test):
        test = _predicted(learned, values, split.test, experiment, seed)
    val = inner = drops = None
    grouped: list[str] = []
    if split.val is not None:
        val = _predicted(learned, values, split.val, experiment, seed)
    if is_looked_at(number, split):
        inner = val or to_choose_on(learned, learning_steps, inputs, split, experiment)
        grouped, drops = _importances(learned, inputs, split, experiment)
    return Fold(seconds, learned, choice, test, val, inner, grouped, drops)


def _parted(candidate: Candidate, number: int, experiment: Experiment) -> tuple[Any, Any]:
    """The candidate with its `number`-th seed, whole, and what learns of it."""
    override = experiment.seeds > 1
    model = with_seed(candidate.estimator, experiment.seed + number, override=override)
    return model, split_features(model)[1]


def is_looked_at(number: int, split: Split) -> bool:
    """Whether a fit is of the first seed and repeat, which are explained."""
    return number == 0 and not split.repeat


def note_fold(
    record: ModelRecord,
    candidate: Candidate,
    number: int,
    split: Split,
    fold: Fold,
    experiment: Experiment,
) -> None:
    """Keep what a fold gave; measure, on this machine, what the first one costs."""
    if fold.choice is not None:
        record.choices.append(fold.choice)
    record.note_fit(fold.learned, fold.seconds)
    record.test.append(fold.test)
    if fold.val is not None:
        record.val.append(fold.val)
    if not is_looked_at(number, split):
        return
    record.inner.append(fold.inner)
    if fold.drops is not None:
        record.blocks = fold.blocks
        record.drops.append(fold.drops)
    model, _ = _parted(candidate, number, experiment)
    feature_steps, _ = split_features(model)
    whole = join_features(model, experiment.store.fitted(feature_steps), fold.learned)
    whole = unparallel(whole)
    record.explained.append(whole)
    if record.pipeline is None:
        record.pipeline = whole
        _, feature_seconds = experiment.store.inputs(feature_steps)
        record.cost = _cost(record.name, whole, split, experiment, feature_seconds)


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
    values, seconds = experiment.store.inputs(feature_steps)
    names = getattr(values, "columns", None)
    if feature_steps:
        names = feature_steps[-1].get_feature_names_out()
    (split,) = experiment.splits
    with naming_images(experiment.dataset, split.test):
        record.test.append(_predicted(learned, values, split.test, experiment, experiment.seed))
    record.pipeline = pipeline
    record.explained.append(pipeline)
    record.cost = _cost(record.name, pipeline, split, experiment, seconds)
    inputs = Inputs(values, names, seconds)
    record.blocks, drops = _importances(learned, inputs, split, experiment)
    if drops is not None:
        record.drops.append(drops)


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
    size = file_size(name, pipeline)
    started = experiment.cost and bool(size)  # from its file
    weights = getattr(final_step(pipeline), "n_parameters_", None)
    return {
        "feature_seconds": feature_seconds,
        **prediction_cost(pipeline, images, split.test),
        **(cold_start(name, pipeline, images, split.test) if started else {}),
        **size,
        **({} if weights is None else {"parameters": weights}),
    }


def _importances(
    learned: Any, inputs: Inputs, split: Split, experiment: Experiment
) -> tuple[list[str], np.ndarray | None]:
    """How the AUC on the held-out part suffers from shuffled features, where there are any."""
    labels = experiment.labels[split.test]
    if inputs.names is None or len(np.unique(labels)) < 2:
        return [], None
    grouped = blocks(inputs.names)
    drops = auc_drops(
        learned,
        take(inputs.values, split.test),
        labels,
        grouped,
        len(experiment.classes),
        repeats=-(-_SHUFFLES // len(experiment.first_repeat)),
        seed=experiment.seed + (split.fold or 0),
        n_jobs=experiment.n_jobs,
    )
    return list(grouped), drops
