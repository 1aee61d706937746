"""How models do with fewer patients to train on, and where one overtakes another."""

import math
from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from imgpipe._common import InputError, track
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.held_out import Candidate, Experiment, ModelRecord, fit_share
from imgpipe.evaluate.results import Crossing, Interval, LearningCurve, LearningCurves
from imgpipe.evaluate.scores.intervals import HeldOut, intervals

_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the patients; the whole is fitted anyway
_LEAST = 4  # patients of each class


def learning_curves(
    candidates: list[Candidate], runs: list[ModelRecord], plan: Experiment
) -> LearningCurves:
    """Fit every model on nested shares of each training part and judge it on the same test part.

    A share holds whole patients, of each class in proportion, and each seed draws its own. The
    validation part, where there is one, shrinks alike. Of several repeats the first is used.

    Raises
    ------
    InputError
        If there are too few patients for a second point.
    """
    parts = [part for part in plan.parts if not part.repeat]
    shares = [share for share in _SHARES if _suffices(share, parts, plan)]
    if not shares:
        raise InputError(
            f"a learning curve needs {2 * _LEAST} patients (or images) of each class in every "
            "training part; leave learning_curve (--learning-curve) out, or add some"
        )
    tasks = [
        (run, candidate, share, number, part)
        for run, candidate in zip(runs, candidates, strict=True)
        for share in shares
        for number in range(plan.seeds)
        for part in parts
    ]
    held: dict[tuple[str, float], list[HeldOut]] = {}
    for run, candidate, share, number, part in track(tasks, "learning curve"):
        smaller = _shrunk(part, share, plan, plan.seed + number)
        found = fit_share(run, candidate, number, part, smaller, plan)
        held.setdefault((run.name, share), []).append(found)
    for run in runs:
        first = [i for i, part in enumerate(plan.parts) if not part.repeat]
        n = len(plan.parts)
        held[run.name, 1.0] = [run.test[s * n + i] for s in range(plan.seeds) for i in first]
    return _frozen([run.name for run in runs], [*shares, 1.0], held, parts, plan)


def nested_share(
    labels: np.ndarray, clusters: np.ndarray, index: np.ndarray, share: float, seed: int
) -> np.ndarray:
    """Samples of `index` whose patients belong to a share of each class.

    Parameters
    ----------
    labels, clusters : ndarray, shape (n,)
        Codes and patients of all samples.
    index : ndarray of int
        Samples to choose from.
    share : float
        Above 0, at most 1.
    seed : int
        Of the order of patients; with one seed, a smaller share lies within a larger one.

    Returns
    -------
    ndarray of int
        A part of `index`, in its order.
    """
    rng = np.random.default_rng(seed)
    names, first, member = np.unique(clusters[index], return_index=True, return_inverse=True)
    # a patient with several classes counts for that of the first image
    classes = labels[index][first]
    kept = np.zeros(len(names), bool)
    for code in np.unique(classes):
        order = rng.permutation(np.flatnonzero(classes == code))
        kept[order[: math.ceil(share * len(order))]] = True
    return index[kept[member]]


def crossings(curves: Sequence[LearningCurve]) -> tuple[Crossing, ...]:
    """Find where the curves of two models cross, between points on a logarithmic axis."""
    found = []
    for a, b in combinations(curves, 2):
        gaps = [x.value - y.value for x, y in zip(a.auc, b.auc, strict=True)]
        for i, (before, after) in enumerate(pairwise(gaps)):
            if not before * after < 0:  # nor where an AUC is undefined
                continue
            low, high = math.log(a.patients[i]), math.log(a.patients[i + 1])
            at = math.exp(low + (high - low) * before / (before - after))
            ahead, behind = (a, b) if after > 0 else (b, a)
            found.append(Crossing(ahead.name, behind.name, at))
    return tuple(found)


def _suffices(share: float, parts: list[Split], plan: Experiment) -> bool:
    """Whether each class keeps enough patients in this share of every training part."""
    clusters = _clusters(plan)
    for part in parts:
        first = np.unique(clusters[part.train], return_index=True)[1]
        counts = np.bincount(plan.labels[part.train][first])
        if min(math.ceil(share * n) for n in counts[counts > 0]) < _LEAST:
            return False
    return True


def _shrunk(part: Split, share: float, plan: Experiment, seed: int) -> Split:
    """Give the part with a share of its training and validation samples."""
    clusters = _clusters(plan)
    train = nested_share(plan.labels, clusters, part.train, share, seed)
    val = part.val
    if val is not None:
        val = nested_share(plan.labels, clusters, val, share, seed)
        if len(np.unique(plan.labels[val])) < len(np.unique(plan.labels[train])):
            val = None
    return Split(train, part.test, val, part.fold, part.repeat)


def _clusters(plan: Experiment) -> np.ndarray:
    """Patient of each sample; its own index where patients are unknown."""
    n = len(plan.labels)
    return np.arange(n) if plan.dataset.groups is None else np.asarray(plan.dataset.groups)


def _frozen(
    names: list[str],
    shares: list[float],
    held: dict[tuple[str, float], list[HeldOut]],
    parts: list[Split],
    plan: Experiment,
) -> LearningCurves:
    """Put intervals on every point, and words under the curves."""
    clusters = _clusters(plan)
    sizes = [_patients(share, parts, plan, clusters) for share in shares]

    def scored(name: str, share: float) -> Interval:
        found = intervals(plan.labels, held[name, share], plan.n_classes, clusters, seed=plan.seed)
        return found["auc"]

    curves = tuple(
        LearningCurve(name, tuple(sizes), tuple(scored(name, share) for share in shares))
        for name in names
    )
    unit = "images" if plan.dataset.groups is None else "patients"
    met = crossings([curve for curve in curves if curve.name != "dummy"])
    return LearningCurves(unit, curves, met, _statement(unit, met, plan))


def _patients(share: float, parts: list[Split], plan: Experiment, clusters: np.ndarray) -> int:
    """Patients trained on, mean over folds."""
    counts = [
        len(np.unique(clusters[nested_share(plan.labels, clusters, part.train, share, plan.seed)]))
        for part in parts
    ]
    return round(float(np.mean(counts)))


def _statement(unit: str, met: tuple[Crossing, ...], plan: Experiment) -> str:
    """Say how the curves were made and where they cross."""
    drawn = "one seed drew the shares" if plan.seeds == 1 else "every seed drew its own shares"
    text = (
        f"Each model was fitted on nested shares of the training {unit} and judged on the same "
        f"held-out ones; {drawn}."
    )
    if not met:
        return text + " No two curves cross in this range."
    told = "; ".join(one.words(unit) for one in met)
    return f"{text} {told}. Near a crossing the intervals overlap, so its place is rough."
