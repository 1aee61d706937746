"""One model on one part: fit, predict, measure. What a model gathers over all parts."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe.datasets.naming import naming_images
from imgpipe.evaluate.data.images import take
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.explanations.importance import auc_drops, blocks
from imgpipe.evaluate.fits.cost import cpu_seconds, model_bytes, predict_ms_per_image
from imgpipe.evaluate.fits.feature_store import (
    FeatureStore,
    join_features,
    split_features,
)
from imgpipe.evaluate.fits.fitting import unparallel, with_budget, with_seed
from imgpipe.evaluate.fits.tuning import Choice, choose
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.learn.fitting import fit_model
from imgpipe.learn.pipelines import final_step

_SHUFFLES = 3  # of each feature block, over all folds together


@dataclass(frozen=True)
class Candidate:
    """A model to compare, and the grid it may be tuned on."""

    name: str
    estimator: Any
    grid: dict[str, list[Any]]


@dataclass(frozen=True)
class Experiment:
    """What all fits of one comparison have in common."""

    dataset: Any
    parts: list[Split]
    store: FeatureStore
    seed: int = 0
    seeds: int = 1
    tune: bool = False
    budget: float | None = None
    n_jobs: int | None = None

    @property
    def labels(self) -> np.ndarray:
        return np.asarray(self.dataset.labels).astype(np.int64)

    @property
    def budget_each(self) -> float | None:
        """CPU seconds for one fit."""
        return None if self.budget is None else self.budget / (len(self.parts) * self.seeds)

    @property
    def n_classes(self) -> int:
        return len(self.dataset.classes)

    def groups(self, index: np.ndarray) -> np.ndarray | None:
        """Patients of these samples, where patients are known."""
        return None if self.dataset.groups is None else np.asarray(self.dataset.groups)[index]


@dataclass
class ModelRecord:
    """What one model said and cost, part by part."""

    name: str
    test: list[HeldOut] = field(default_factory=list)
    val: list[HeldOut] = field(default_factory=list)
    fit_seconds: list[float] = field(default_factory=list)
    cost: dict[str, float] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    drops: list[np.ndarray] = field(default_factory=list)
    pipeline: Any = None
    cut_short: int = 0  # fits that the budget ended
    epochs: list[int] = field(default_factory=list)  # of networks, fit by fit
    explained: list[Any] = field(default_factory=list)  # of the first repeat and seed, by part


def fit_part(
    run: ModelRecord, candidate: Candidate, number: int, part: Split, plan: Experiment
) -> None:
    """Fit the candidate with its `number`-th seed on one part and note everything in `run`."""
    seed = plan.seed + number
    model = with_seed(candidate.estimator, seed, override=plan.seeds > 1)
    feature_steps, fitted_steps = split_features(model)
    inputs, feature_seconds = plan.store.inputs(feature_steps)
    if plan.tune and candidate.grid:
        if number == 0:
            run.choices.append(_tuned(fitted_steps, candidate, inputs, part, plan))
        params = run.choices[_position(part, plan)].params
        model, fitted_steps = model.set_params(**params), fitted_steps.set_params(**params)
    before = cpu_seconds()
    fitted = _fitted(fitted_steps, inputs, part, plan)
    share = len(part.train) / len(plan.labels)
    run.cut_short += getattr(final_step(fitted), "stopped_", None) == "budget"
    if hasattr(final_step(fitted), "history_"):
        run.epochs.append(len(final_step(fitted).history_))
    run.fit_seconds.append(cpu_seconds() - before + feature_seconds * share)
    fitted = unparallel(fitted)
    with naming_images(plan.dataset, part.test):
        run.test.append(_held(fitted, inputs, part.test, plan.n_classes, seed))
    if part.val is not None:
        run.val.append(_held(fitted, inputs, part.val, plan.n_classes, seed))
    if number == 0 and not part.repeat:
        whole = join_features(model, plan.store.fitted(feature_steps), fitted)
        run.explained.append(unparallel(whole))
    if run.pipeline is None:
        run.pipeline = run.explained[0]
        run.cost = _cost(run.pipeline, plan, part, feature_seconds)
    if number == 0 and feature_steps and not part.repeat:
        permutation_importance(
            run, fitted, plan.store.fitted(feature_steps)[-1], inputs, part, plan
        )


def fit_share(
    run: ModelRecord,
    candidate: Candidate,
    number: int,
    part: Split,
    smaller: Split,
    plan: Experiment,
) -> HeldOut:
    """Fit as `fit_part` did, on a `smaller` training part; say what the model says of the test."""
    seed = plan.seed + number
    model = with_seed(candidate.estimator, seed, override=plan.seeds > 1)
    feature_steps, fitted_steps = split_features(model)
    inputs, _ = plan.store.inputs(feature_steps)
    if run.choices:
        fitted_steps = fitted_steps.set_params(**run.choices[_position(part, plan)].params)
    fitted = unparallel(_fitted(fitted_steps, inputs, smaller, plan))
    return _held(fitted, inputs, part.test, plan.n_classes, seed)


def judge_fitted(run: ModelRecord, pipeline: Any, plan: Experiment) -> None:
    """Note what an already fitted pipeline says of the held-out part."""
    feature_steps, fitted_steps = split_features(pipeline)
    inputs, feature_seconds = plan.store.inputs(feature_steps)
    (part,) = plan.parts
    with naming_images(plan.dataset, part.test):
        run.test.append(_held(fitted_steps, inputs, part.test, plan.n_classes, plan.seed))
    run.pipeline = pipeline
    run.explained.append(pipeline)
    run.cost = _cost(pipeline, plan, part, feature_seconds)
    if feature_steps:
        permutation_importance(run, fitted_steps, feature_steps[-1], inputs, part, plan)


def _fitted(fitted_steps: Any, inputs: Any, part: Split, plan: Experiment) -> Any:
    """Fit what learns on the training part; hand the validation part to what can watch it."""
    pair = None
    if part.val is not None:
        pair = (take(inputs, part.val), plan.labels[part.val])
    with naming_images(plan.dataset, part.train, part.val):
        return fit_model(
            with_budget(fitted_steps, plan.budget_each),
            take(inputs, part.train),
            plan.labels[part.train],
            plan.groups(part.train),
            pair,
        )


def _tuned(
    fitted_steps: Any, candidate: Candidate, inputs: Any, part: Split, plan: Experiment
) -> Choice:
    """Search the grid without a look at the held-out part."""
    budget = None if plan.budget is None else plan.budget / len(plan.parts)
    groups = plan.groups(np.arange(len(plan.labels)))
    return choose(
        fitted_steps,
        candidate.grid,
        inputs,
        plan.labels,
        groups,
        part,
        plan.n_classes,
        seed=plan.seed,
        budget=budget,
    )


def _position(part: Split, plan: Experiment) -> int:
    """Place of this part among all."""
    return next(i for i, other in enumerate(plan.parts) if other is part)


def _held(fitted: Any, inputs: Any, index: np.ndarray, n_classes: int, seed: int) -> HeldOut:
    """Predict a part that the model has not seen."""
    X = take(inputs, index)
    predicted = np.asarray(fitted.predict(X)).astype(np.int64)
    return HeldOut(index, predicted, probabilities(fitted, X, n_classes), seed)


def _cost(pipeline: Any, plan: Experiment, part: Split, feature_seconds: float) -> dict[str, float]:
    weights = getattr(final_step(pipeline), "n_parameters_", None)
    return {
        "feature_seconds": feature_seconds,
        "predict_ms_per_image": predict_ms_per_image(pipeline, plan.dataset.images, part.test),
        "model_bytes": model_bytes(pipeline),
        **({} if weights is None else {"parameters": weights}),
    }


def permutation_importance(
    run: ModelRecord, fitted: Any, extractor: Any, inputs: Any, part: Split, plan: Experiment
) -> None:
    """Note how the AUC on the held-out part suffers from shuffled features."""
    names = extractor.get_feature_names_out()
    if len(np.unique(plan.labels[part.test])) < 2:
        return
    grouped = blocks(names)
    in_turn = sum(not other.repeat for other in plan.parts)
    run.blocks = list(grouped)
    run.drops.append(
        auc_drops(
            fitted,
            take(inputs, part.test),
            plan.labels[part.test],
            grouped,
            plan.n_classes,
            repeats=-(-_SHUFFLES // in_turn),
            seed=plan.seed + (part.fold or 0),
            n_jobs=plan.n_jobs,
        )
    )
