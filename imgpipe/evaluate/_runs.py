"""One model on one part: fit, predict, measure. What a model gathers over all parts."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe.evaluate._cost import cpu_seconds, model_bytes, predict_ms_per_image
from imgpipe.evaluate._features import FeatureStore, join_head, naming_images, split_head
from imgpipe.evaluate._fitting import (
    final_step,
    fit_model,
    probabilities,
    unparallel,
    with_budget,
    with_seed,
)
from imgpipe.evaluate._images import take
from imgpipe.evaluate._tuning import Choice, choose
from imgpipe.evaluate.importance import auc_drops, blocks
from imgpipe.evaluate.intervals import Held
from imgpipe.evaluate.splits import Part

_SHUFFLES = 3  # of each feature block, over all folds together


@dataclass(frozen=True)
class Candidate:
    """A model to compare, and the grid it may be tuned on."""

    name: str
    estimator: Any
    grid: dict[str, list[Any]]


@dataclass(frozen=True)
class Plan:
    """What all fits of one comparison have in common."""

    dataset: Any
    parts: list[Part]
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
class Run:
    """What one model said and cost, part by part."""

    name: str
    test: list[Held] = field(default_factory=list)
    val: list[Held] = field(default_factory=list)
    fit_seconds: list[float] = field(default_factory=list)
    cost: dict[str, float] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    drops: list[np.ndarray] = field(default_factory=list)
    pipeline: Any = None
    cut_short: int = 0  # fits that the budget ended
    epochs: list[int] = field(default_factory=list)  # of networks, fit by fit
    explained: list[Any] = field(default_factory=list)  # of the first repeat and seed, by part


def fit_part(run: Run, candidate: Candidate, number: int, part: Part, plan: Plan) -> None:
    """Fit the candidate with its `number`-th seed on one part and note everything in `run`."""
    seed = plan.seed + number
    model = with_seed(candidate.estimator, seed, override=plan.seeds > 1)
    head, rest = split_head(model)
    inputs, feature_seconds = plan.store.inputs(head)
    if plan.tune and candidate.grid:
        if number == 0:
            run.choices.append(_tuned(rest, candidate, inputs, part, plan))
        params = run.choices[_position(part, plan)].params
        model, rest = model.set_params(**params), rest.set_params(**params)
    before = cpu_seconds()
    fitted = _fitted(rest, inputs, part, plan)
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
        whole = join_head(model, plan.store.fitted(head), fitted)
        run.explained.append(unparallel(whole))
    if run.pipeline is None:
        run.pipeline = run.explained[0]
        run.cost = _cost(run.pipeline, plan, part, feature_seconds)
    if number == 0 and head and not part.repeat:
        _lean_on(run, fitted, plan.store.fitted(head)[-1], inputs, part, plan)


def fit_share(
    run: Run, candidate: Candidate, number: int, part: Part, smaller: Part, plan: Plan
) -> Held:
    """Fit as `fit_part` did, on a `smaller` training part; say what the model says of the test."""
    seed = plan.seed + number
    model = with_seed(candidate.estimator, seed, override=plan.seeds > 1)
    head, rest = split_head(model)
    inputs, _ = plan.store.inputs(head)
    if run.choices:
        rest = rest.set_params(**run.choices[_position(part, plan)].params)
    fitted = unparallel(_fitted(rest, inputs, smaller, plan))
    return _held(fitted, inputs, part.test, plan.n_classes, seed)


def judge_fitted(run: Run, pipeline: Any, plan: Plan) -> None:
    """Note what an already fitted pipeline says of the held-out part."""
    head, rest = split_head(pipeline)
    inputs, feature_seconds = plan.store.inputs(head)
    (part,) = plan.parts
    with naming_images(plan.dataset, part.test):
        run.test.append(_held(rest, inputs, part.test, plan.n_classes, plan.seed))
    run.pipeline = pipeline
    run.explained.append(pipeline)
    run.cost = _cost(pipeline, plan, part, feature_seconds)
    if head:
        _lean_on(run, rest, head[-1], inputs, part, plan)


def _fitted(rest: Any, inputs: Any, part: Part, plan: Plan) -> Any:
    """Fit what learns on the training part; hand the validation part to what can watch it."""
    pair = None
    if part.val is not None:
        pair = (take(inputs, part.val), plan.labels[part.val])
    with naming_images(plan.dataset, part.train, part.val):
        return fit_model(
            with_budget(rest, plan.budget_each),
            take(inputs, part.train),
            plan.labels[part.train],
            plan.groups(part.train),
            pair,
        )


def _tuned(rest: Any, candidate: Candidate, inputs: Any, part: Part, plan: Plan) -> Choice:
    """Search the grid without a look at the held-out part."""
    budget = None if plan.budget is None else plan.budget / len(plan.parts)
    groups = plan.groups(np.arange(len(plan.labels)))
    return choose(
        rest,
        candidate.grid,
        inputs,
        plan.labels,
        groups,
        part,
        plan.n_classes,
        seed=plan.seed,
        budget=budget,
    )


def _position(part: Part, plan: Plan) -> int:
    """Place of this part among all."""
    return next(i for i, other in enumerate(plan.parts) if other is part)


def _held(fitted: Any, inputs: Any, index: np.ndarray, n_classes: int, seed: int) -> Held:
    """Predict a part that the model has not seen."""
    X = take(inputs, index)
    predicted = np.asarray(fitted.predict(X)).astype(np.int64)
    return Held(index, predicted, probabilities(fitted, X, n_classes), seed)


def _cost(pipeline: Any, plan: Plan, part: Part, feature_seconds: float) -> dict[str, float]:
    weights = getattr(final_step(pipeline), "n_parameters_", None)
    return {
        "feature_seconds": feature_seconds,
        "predict_ms_per_image": predict_ms_per_image(pipeline, plan.dataset.images, part.test),
        "model_bytes": model_bytes(pipeline),
        **({} if weights is None else {"parameters": weights}),
    }


def _lean_on(run: Run, fitted: Any, extractor: Any, inputs: Any, part: Part, plan: Plan) -> None:
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
