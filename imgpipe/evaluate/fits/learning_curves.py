"""Models fitted on fewer patients than there are."""

import math
from dataclasses import dataclass

import numpy as np

from imgpipe._common import InputError, track
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.held_out import fit_share
from imgpipe.evaluate.scores.intervals import HeldOut

_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the patients; the whole is fitted anyway
_LEAST = 4  # patients of each class


@dataclass(frozen=True)
class OnShares:
    """What models said that were fitted on shares of the patients, the whole last.

    `held_out` has it by the name of the model and the share; `patients` counts those trained on,
    mean over folds.
    """

    shares: tuple[float, ...]
    patients: tuple[int, ...]
    held_out: dict[tuple[str, float], list[HeldOut]]


def fit_on_shares(
    candidates: list[Candidate], records: list[ModelRecord], experiment: Experiment
) -> OnShares:
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
    held_out: dict[tuple[str, float], list[HeldOut]] = {}
    for record, candidate, share, number, split in track(tasks, "learning curve"):
        smaller = _shrunk(split, share, experiment, experiment.seed + number)
        predicted = fit_share(record, candidate, number, split, smaller, experiment)
        held_out.setdefault((record.name, share), []).append(predicted)
    for record in records:
        held_out[record.name, 1.0] = _of_first_repeat(record, experiment)
    counted = tuple(_patients(share, experiment) for share in (*shares, 1.0))
    return OnShares((*shares, 1.0), counted, held_out)


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


def _patients(share: float, experiment: Experiment) -> int:
    """Patients trained on, mean over folds."""
    labels, clusters = experiment.labels, experiment.clusters
    counts = []
    for split in experiment.first_repeat:
        train = nested_share(labels, clusters, split.train, share, experiment.seed)
        counts.append(len(np.unique(clusters[train])))
    return round(float(np.mean(counts)))
