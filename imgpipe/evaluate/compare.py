"""Fit every model on the same parts, judge it on what was held out."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sklearn.base import clone

from imgpipe._common import InputError, track
from imgpipe.evaluate.data.card import data_card
from imgpipe.evaluate.data.leakage import Survey, survey, trained_on_warnings
from imgpipe.evaluate.data.splits import Split, make_parts
from imgpipe.evaluate.fits.cost import cpu_seconds
from imgpipe.evaluate.fits.feature_store import FeatureStore
from imgpipe.evaluate.fits.held_out import (
    Candidate,
    Experiment,
    ModelRecord,
    fit_part,
    judge_fitted,
)
from imgpipe.evaluate.fits.learning_curves import learning_curves
from imgpipe.evaluate.models import check_classifier
from imgpipe.evaluate.records import environment as _facts
from imgpipe.evaluate.records.protocol import protocol
from imgpipe.evaluate.records.summary import predictions_table, summarise
from imgpipe.evaluate.results import Comparison, LearningCurves, RunFacts
from imgpipe.learn import CLASSIFIERS, make_pipeline


def compare(
    models: str | Iterable[str] | Mapping[str, Any],
    dataset: Any,
    *,
    folds: int = 5,
    repeats: int = 1,
    seed: int = 0,
    seeds: int = 1,
    tune: bool = False,
    budget_seconds: float | None = None,
    learning_curve: bool = False,
    n_jobs: int | None = None,
) -> Comparison:
    """Compare classifiers on one data set, with the same folds for all.

    Where the data set has a split, models are fitted on its training part, tuned (if asked) on its
    validation part, and judged once on its test part. Otherwise the folds are stratified, and
    grouped by patient where patients are known. Features are computed once and kept in the cache
    folder (``IMGPIPE_CACHE``).

    Parameters
    ----------
    models : str, list of str, or dict of str to estimator
        Names of `imgpipe.learn.CLASSIFIERS`, or scikit-learn classifiers that take images and
        give ``predict_proba``. An estimator whose ``fit`` takes `groups` or `validation`, or that
        asks for groups by metadata routing, gets them.
    dataset : Dataset
        From `imgpipe.datasets.load`.
    folds, repeats : int
        Of the cross-validation; of no effect where a split is given.
    seed : int
        Of folds, models, resamples and shuffles.
    seeds : int
        Fit each model with this many seeds, `seed` and those after it, on the same folds; the
        metrics are means over them.
    tune : bool
        Search the classifier's small grid. By default nothing is tuned.
    budget_seconds : float, optional
        CPU seconds of tuning for each model; the search ends when they are used up. A network may
        train for as many, over all its folds and seeds, and then keeps its best weights so far.
    learning_curve : bool
        Also fit every model on a 16th, 8th, quarter and half of the training patients, and say
        where the curves cross.
    n_jobs : int, optional
        Workers; None means 1.

    Returns
    -------
    Comparison
        With intervals from a cluster bootstrap over patients: see
        `imgpipe.evaluate.scores.intervals`.

    Raises
    ------
    InputError
        For unknown models, one class, a patient on both sides of a given split, or fewer samples
        or patients of a class than folds.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.evaluate import compare
    >>> from imgpipe.learn import make_pipeline
    >>> models = {"dummy": make_pipeline("dummy", families="intensity")}
    >>> comparison = compare(models, load("synthetic-nodules"), folds=3)
    >>> comparison.protocol.kind
    'cross-validation'
    >>> comparison.models[0].metrics["auc"].value
    0.5
    """
    if seeds < 1:
        raise InputError(f"seeds is {seeds}; it must be at least 1")
    clock = _Clock()
    candidates = _candidates(models, dataset.channel_axis, n_jobs)
    dataset.require_one_size()
    parts = make_parts(dataset, folds=folds, repeats=repeats, seed=seed)
    found = survey(dataset.images, dataset.channel_axis)
    store = FeatureStore(dataset.images, found, dataset)
    plan = Experiment(dataset, parts, store, seed, seeds, tune, budget_seconds, n_jobs)
    runs = {candidate.name: ModelRecord(candidate.name) for candidate in candidates}
    tasks = [(c, number, part) for c in candidates for number in range(seeds) for part in parts]
    for candidate, number, part in track(tasks, "fitting"):
        fit_part(runs[candidate.name], candidate, number, part, plan)
    done = list(runs.values())
    curves = learning_curves(candidates, done, plan) if learning_curve else None
    return _comparison(candidates, done, plan, found, clock, curves)


def score_fitted(
    models: Mapping[str, Any],
    dataset: Any,
    *,
    seed: int = 0,
    n_jobs: int | None = None,
    trained_on: frozenset[str] | None = None,
) -> Comparison:
    """Judge pipelines that were fitted before on a data set that they have not seen.

    Parameters
    ----------
    models : dict of str to fitted pipeline
        They take images and give codes into ``dataset.classes``, as `compare` and the command
        line fit them.
    dataset : Dataset
        Every sample is judged, whatever its split.
    seed : int
        Of resamples and shuffles.
    n_jobs : int, optional
        Workers; None means 1.
    trained_on : frozenset of str, optional
        `image_digests` of the images that the models were trained on; judged images among them
        are counted in a warning. None where they are not known: then nothing is checked.

    Returns
    -------
    Comparison
        Of kind ``"held-out evaluation"``.

    Raises
    ------
    InputError
        For an empty data set, or a model that gives other classes than its codes.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.evaluate import score_fitted
    >>> from imgpipe.learn import make_pipeline
    >>> data = load("synthetic-nodules")
    >>> model = make_pipeline("dummy", families="intensity").fit(data.images, data.labels)
    >>> score_fitted({"dummy": model}, data).models[0].metrics["auc"].value
    0.5
    """
    clock = _Clock()
    if not len(dataset.labels):
        raise InputError("the data set is empty")
    candidates = [Candidate(name, model, {}) for name, model in models.items()]
    n_classes = len(dataset.classes)
    for candidate in candidates:
        check_classifier(candidate.name, candidate.estimator)
        known = np.asarray(candidate.estimator.classes_)
        if known.dtype.kind not in "iu" or not 0 <= known.min() <= known.max() < n_classes:
            raise InputError(
                f"model {candidate.name!r} gives the classes {', '.join(map(str, known))}; it "
                f"should give codes 0 to {n_classes - 1} into {', '.join(dataset.classes)}"
            )
    part = Split(np.empty(0, np.intp), np.arange(len(dataset.labels)))
    found = survey(dataset.images, dataset.channel_axis)
    store = FeatureStore(dataset.images, found, dataset)
    plan = Experiment(dataset, [part], store, seed, n_jobs=n_jobs)
    runs = [ModelRecord(candidate.name) for candidate in candidates]
    for run, candidate in zip(runs, candidates, strict=True):
        judge_fitted(run, candidate.estimator, plan)
    seen = trained_on_warnings(found, trained_on)
    return _comparison(candidates, runs, plan, found, clock, warnings=seen)


class _Clock:
    """When a comparison started, in three ways of counting."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self.wall = time.perf_counter()
        self.cpu = cpu_seconds()


def _comparison(
    candidates: list[Candidate],
    runs: list[ModelRecord],
    plan: Experiment,
    found: Survey,
    clock: _Clock,
    learning: LearningCurves | None = None,
    warnings: Sequence[str] = (),
) -> Comparison:
    """Freeze what was found."""
    dataset, parts = plan.dataset, plan.parts
    results = tuple(summarise(run, dataset, parts, plan.seed) for run in runs)
    return Comparison(
        dataset=data_card(dataset, found, parts, results, warnings),
        protocol=protocol(
            dataset,
            parts,
            candidates,
            runs,
            seeds=plan.seeds,
            tuned=plan.tune,
            budget=plan.budget,
        ),
        models=results,
        predictions=predictions_table(runs, dataset, parts, plan.seeds),
        run=RunFacts(
            versions=_facts.versions(),
            seed=plan.seed,
            seeds=plan.seeds,
            data_hash=found.data_hash(plan.labels),
            cpu=_facts.cpu_model(),
            threads=_facts.threads(plan.n_jobs),
            wall_seconds=time.perf_counter() - clock.wall,
            cpu_seconds=cpu_seconds() - clock.cpu,
            started=clock.started.isoformat(timespec="seconds"),
        ),
        learning=learning,
    )


def _candidates(models: Any, channel_axis: int | None, n_jobs: int | None) -> list[Candidate]:
    """Make estimators of names; check the ready ones and tell them of colour."""
    if isinstance(models, str):
        models = [models]
    if isinstance(models, Mapping):
        named = dict(models)
    else:
        names = list(models)
        named = {name: name for name in names}
        if len(named) < len(names):
            raise InputError(f"a model is named twice in {', '.join(map(str, names))}")
    if not named:
        raise InputError(f"no model was named; choose from {', '.join(CLASSIFIERS)}")
    return [_candidate(name, given, channel_axis, n_jobs) for name, given in named.items()]


def _candidate(name: str, given: Any, channel_axis: int | None, n_jobs: int | None) -> Candidate:
    """One model, from its registered name or ready made."""
    if isinstance(given, str):
        pipeline = make_pipeline(given, channel_axis=channel_axis, random_state=None, n_jobs=n_jobs)
        grid = {f"classify__{key}": values for key, values in CLASSIFIERS[given].grid.items()}
        return Candidate(name, pipeline, grid)
    check_classifier(name, given)
    unset = {
        key: channel_axis
        for key, value in given.get_params(deep=True).items()
        if key.split("__")[-1] == "channel_axis" and value is None
    }
    return Candidate(str(name), clone(given).set_params(**unset) if unset else given, {})
