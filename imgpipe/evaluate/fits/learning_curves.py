"""How models do with fewer patients to train on, and where one overtakes another."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np

from imgpipe._common import InputError, track
from imgpipe._common.texts import Text, clauses, joined, say
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.held_out import fit_share
from imgpipe.evaluate.results import Crossing, Interval, LearningCurve, LearningCurves
from imgpipe.evaluate.scores.intervals import HeldOut, Resampled, interval, resample
from imgpipe.evaluate.scores.refusal import held_out_counts, is_refused
from imgpipe.evaluate.statistics.paired_bootstrap import paired_bootstrap

_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the patients; the whole is fitted anyway
_LEAST = 4  # patients of each class
_SEEN = 0.005  # a difference that shows when an AUC is written with two digits

# what each model said, by its name and its share of the patients
_HeldOutByShare = dict[tuple[str, float], list[HeldOut]]


def learning_curves(
    candidates: list[Candidate], records: list[ModelRecord], experiment: Experiment
) -> LearningCurves:
    """Fit every model on nested shares of each training part and judge it on the same test part.

    A share holds whole patients, of each class in proportion, and each seed draws its own. The
    validation part, where there is one, shrinks alike. Of several repeats the first is used.

    Raises
    ------
    InputError
        If there are too few patients for a second point.
    """
    shares = [share for share in _SHARES if _suffices(share, experiment)]
    if not shares:
        raise InputError(
            f"a learning curve needs {2 * _LEAST} patients (or images) of each class in every "
            "training part; leave learning_curve (--learning-curve) out, or add some"
        )
    tasks = [
        (record, candidate, share, number, split)
        for record, candidate in zip(records, candidates, strict=True)
        for share in shares
        for number in range(experiment.seeds)
        for split in experiment.first_repeat
    ]
    held_out: _HeldOutByShare = {}
    for record, candidate, share, number, split in track(tasks, "learning curve"):
        smaller = _shrunk(split, share, experiment, experiment.seed + number)
        predicted = fit_share(record, candidate, number, split, smaller, experiment)
        held_out.setdefault((record.name, share), []).append(predicted)
    for record in records:
        held_out[record.name, 1.0] = _of_first_repeat(record, experiment)
    return _frozen([record.name for record in records], [*shares, 1.0], held_out, experiment)


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
    holds, member = _held_classes(labels, clusters, index)
    # one order for all classes: a patient with several counts in the share of each
    order = rng.permutation(len(holds))
    kept = np.zeros(len(holds), bool)
    for of_class in holds.T:
        holders = order[of_class[order]]
        kept[holders[: math.ceil(share * len(holders))]] = True
    return index[kept[member]]


def _held_classes(
    labels: np.ndarray, clusters: np.ndarray, index: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which patient holds which class, and whose each sample is."""
    names, member = np.unique(clusters[index], return_inverse=True)
    classes, code = np.unique(labels[index], return_inverse=True)
    holds = np.zeros((len(names), len(classes)), bool)
    holds[member, code] = True
    return holds, member


def crossings(
    curves: Sequence[LearningCurve], beyond_noise: Callable[[str, str, int], bool]
) -> tuple[Crossing, ...]:
    """Find where the curves of two models cross, between points on a logarithmic axis.

    A crossing counts where, at a point between it and the next one, the model that overtook is
    ahead by more than noise: ``beyond_noise(ahead, behind, point)``. On both sides of it the two
    must also lie apart by what two digits show: of models that are as good as equal, none
    overtakes the other.
    """
    crossed = []
    for a, b in combinations(curves, 2):
        gaps = [x.value - y.value for x, y in zip(a.auc, b.auc, strict=True)]
        for i, (before, after) in enumerate(pairwise(gaps)):
            if not before * after < 0:  # nor where an AUC is undefined
                continue
            names = (a.name, b.name) if after > 0 else (b.name, a.name)
            earlier, later = _same_lead(gaps, i, -1), _same_lead(gaps, i + 1, 1)
            if not any(abs(gaps[k]) >= _SEEN for k in earlier):
                continue
            if not any(abs(gaps[k]) >= _SEEN and beyond_noise(*names, k) for k in later):
                continue
            low, high = math.log(a.patients[i]), math.log(a.patients[i + 1])
            at = math.exp(low + (high - low) * before / (before - after))
            crossed.append(Crossing(*names, at))
    return tuple(crossed)


def _same_lead(gaps: Sequence[float], start: int, step: int) -> Iterator[int]:
    """Points from `start` on, or back, up to where another model is ahead."""
    for point in range(start, len(gaps) if step > 0 else -1, step):
        if not gaps[point] * gaps[start] > 0:
            return
        yield point


def _suffices(share: float, experiment: Experiment) -> bool:
    """Whether each class keeps enough patients in this share of every training part."""
    for split in experiment.first_repeat:
        holds, _ = _held_classes(experiment.labels, experiment.clusters, split.train)
        if math.ceil(share * holds.sum(axis=0).min()) < _LEAST:
            return False
    return True


def _shrunk(split: Split, share: float, experiment: Experiment, seed: int) -> Split:
    """Give the split with a share of its training and validation samples."""
    labels, clusters = experiment.labels, experiment.clusters
    train = nested_share(labels, clusters, split.train, share, seed)
    val = split.val
    if val is not None:
        val = nested_share(labels, clusters, val, share, seed)
        if len(np.unique(labels[val])) < len(np.unique(labels[train])):
            val = None
    return Split(train, split.test, val, split.fold, split.repeat)


def _of_first_repeat(record: ModelRecord, experiment: Experiment) -> list[HeldOut]:
    """What a model that was fitted on the whole training parts said, seed by seed."""
    n = len(experiment.splits)
    first = [i for i, split in enumerate(experiment.splits) if not split.repeat]
    return [record.test[number * n + i] for number in range(experiment.seeds) for i in first]


def _frozen(
    names: list[str], shares: list[float], held_out: _HeldOutByShare, experiment: Experiment
) -> LearningCurves:
    """Put intervals on every point, and words under the curves."""
    sizes = tuple(_patients(share, experiment) for share in shares)
    drawn = {key: _resampled(parts, experiment) for key, parts in held_out.items()}
    counts = held_out_counts(experiment.labels, (split.test for split in experiment.first_repeat))
    refused = is_refused("auc", counts, len(experiment.classes), experiment.least)
    nothing = Interval(math.nan, math.nan, math.nan)

    def beyond_noise(ahead: str, behind: str, point: int) -> bool:
        share = shares[point]
        return paired_bootstrap(drawn[ahead, share], drawn[behind, share]).low > 0

    curves = tuple(
        LearningCurve(
            name,
            sizes,
            tuple(nothing if refused else interval(drawn[name, share]) for share in shares),
        )
        for name in names
    )
    crossed = crossings([curve for curve in curves if curve.name != "dummy"], beyond_noise)
    return LearningCurves(experiment.unit, curves, crossed, _statement(crossed, experiment))


def _resampled(parts: list[HeldOut], experiment: Experiment) -> Resampled:
    """Resample the AUC, with the same patients for every model and share."""
    n_classes, clusters = len(experiment.classes), experiment.clusters
    return resample(experiment.labels, parts, n_classes, clusters, seed=experiment.seed)["auc"]


def _patients(share: float, experiment: Experiment) -> int:
    """Patients trained on, mean over folds."""
    labels, clusters = experiment.labels, experiment.clusters
    counts = []
    for split in experiment.first_repeat:
        train = nested_share(labels, clusters, split.train, share, experiment.seed)
        counts.append(len(np.unique(clusters[train])))
    return round(float(np.mean(counts)))


def _statement(crossed: tuple[Crossing, ...], experiment: Experiment) -> Text:
    """Say how the curves were made and where they cross."""
    unit = experiment.unit
    if experiment.seeds == 1:
        made = say(
            "Each model was fitted on nested shares of the training {unit} and judged on the same "
            "held-out ones; one seed drew the shares.",
            unit=unit,
        )
    else:
        made = say(
            "Each model was fitted on nested shares of the training {unit} and judged on the same "
            "held-out ones; every seed drew its own shares.",
            unit=unit,
        )
    if not crossed:
        none = say("No model overtakes another by more than chance in this range.")
        return joined([made, none])
    told = clauses([crossing.words(unit) for crossing in crossed])
    beyond = say(
        "{crossings}. Beyond it the difference is more than chance; near it there is none, so its "
        "place is rough.",
        crossings=told,
    )
    return joined([made, beyond])
