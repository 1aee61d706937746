"""How the features that models lean on are distributed by class, and which say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from imgpipe._common import InputError
from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.telling import best_auc, codes_told
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.steps import split_features
from imgpipe.evaluate.results import AlikeFeatures, ClassValues, FeaturesFound, FeatureValues
from imgpipe.features import Feature, catalogue
from imgpipe.learn import FeatureExtractor
from imgpipe.learn.feature_groups import blocks

_TOP = 6  # features of which the distribution is kept
_COMPARED = 30  # features of which the correlations are kept
_CLASSES = 12  # of a distribution
_BINS = 24
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_BEYOND = 0.005  # share of the values on either side that lie beyond the bins
_SAME = 0.9  # correlation from which on two features say the same
_SEEN = 0.0005  # smaller drops of the AUC are none
_FEWEST = 10  # images below which a correlation says nothing


@dataclass(frozen=True)
class _Column:
    """One feature on the held-out images, and what it means to the model that leans on it most."""

    name: str
    values: np.ndarray
    importance: float
    model: str
    extractor: FeatureExtractor | None

    @property
    def varies(self) -> bool:
        known = self.values[np.isfinite(self.values)]
        return len(known) > 0 and bool(known.min() < known.max())


def features_found(records: list[ModelRecord], experiment: Experiment) -> FeaturesFound | None:
    """Look at the features that any model leans on; None where no model has features."""
    held_out = np.unique(np.concatenate([split.test for split in experiment.first_repeat]))
    labels = experiment.labels[held_out]
    columns = [column for column in _columns(records, held_out, experiment) if column.varies]
    if not columns or not codes_told(labels):
        return None
    alone = {column.name: best_auc(column.values, labels) for column in columns}
    # below what is seen, the order of drops is chance
    columns.sort(key=lambda c: (-c.importance if c.importance >= _SEEN else 0.0, -alone[c.name][0]))
    largest = np.argsort(-np.bincount(labels), kind="stable")[:_CLASSES]
    shown = [code for code in np.unique(labels) if code in largest]
    told = {name: experiment.classes[code] for name, (_, code) in alone.items()}
    return FeaturesFound(
        images=len(held_out),
        top=tuple(
            _described(column, labels, shown, alone[column.name][0], told[column.name], experiment)
            for column in columns[:_TOP]
        ),
        **_alike(columns[:_COMPARED]),
        hidden=len(np.unique(labels)) - len(shown),
    )


def _columns(
    records: list[ModelRecord], held_out: np.ndarray, experiment: Experiment
) -> list[_Column]:
    """Each feature that stands for itself once, with the model that leans on it most."""
    found: dict[str, _Column] = {}
    measured = [record for record in records if record.drops]
    # a model that nothing moves, such as a dummy, is asked only where there is no other
    moved = [record for record in measured if any(drops.any() for drops in record.drops)]
    for record in moved or measured:
        steps, _ = split_features(record.pipeline)
        inputs, _ = experiment.store.inputs(steps)
        table = np.asarray(take(inputs, held_out), float)
        extractor = steps[-1] if steps else None
        names = inputs.columns if extractor is None else extractor.get_feature_names_out()
        drops = np.concatenate(record.drops, axis=1).mean(axis=1)
        for name, drop, values in _single(names, drops, table):
            if name not in found or drop > found[name].importance:
                found[name] = _Column(name, values, drop, record.name, extractor)
    return list(found.values())


def _single(
    names: Any, drops: np.ndarray, table: np.ndarray
) -> Iterator[tuple[str, float, np.ndarray]]:
    """Features that are shuffled alone."""
    for (name, columns), drop in zip(blocks(names).items(), drops, strict=True):
        if len(columns) == 1:
            yield name, float(drop), table[:, columns[0]]


def _described(
    column: _Column,
    labels: np.ndarray,
    shown: list[int],
    alone: float,
    told: str,
    experiment: Experiment,
) -> FeatureValues:
    """Describe the distribution of one feature, class by class."""
    known = np.isfinite(column.values)
    low, high = np.quantile(column.values[known], [_BEYOND, 1 - _BEYOND])
    if low == high:
        low, high = column.values[known].min(), column.values[known].max()
    edges = np.linspace(low, high, _BINS + 1)
    feature = _meaning(column)
    return FeatureValues(
        feature=column.name,
        unit=None if feature is None else _unit(feature, column, experiment),
        ibsi=None if feature is None else feature.ibsi,
        importance=column.importance,
        model=column.model,
        alone=alone,
        told=told,
        low=float(low),
        high=float(high),
        classes=tuple(
            _of_class(experiment.classes[code], column.values[known & (labels == code)], edges)
            for code in shown
        ),
    )


def _of_class(name: str, values: np.ndarray, edges: np.ndarray) -> ClassValues:
    if not len(values):
        return ClassValues(name, 0, (), ())
    counts, _ = np.histogram(values.clip(edges[0], edges[-1]), edges)
    return ClassValues(
        name=name,
        n=len(values),
        quantiles=tuple(np.quantile(values, _QUANTILES).tolist()),
        shares=tuple((counts / len(values)).round(4).tolist()),
    )


def _meaning(column: _Column) -> Feature | None:
    """What the catalogue says of the feature; None for one from elsewhere."""
    settings = {"families": "all"} if column.extractor is None else column.extractor.get_params()
    settings.pop("n_jobs", None)
    both = (each for ndim in (2, 3) for each in _catalogue(settings, ndim))
    return next((feature for feature in both if feature.name == column.name), None)


def _catalogue(settings: dict[str, Any], ndim: int) -> list[Feature]:
    try:
        return catalogue(**settings, ndim=ndim)
    except InputError:  # some settings are for images or for volumes alone
        return []


def _unit(feature: Feature, column: _Column, experiment: Experiment) -> str:
    """Lengths are in mm where the spacing of pixels is known."""
    if column.extractor is None or "mm" not in feature.unit:
        return feature.unit
    given = column.extractor.spacing
    known = getattr(experiment.dataset.images[0], "spacing", None) if given is None else given
    return feature.unit.replace("mm", "pixel") if known is None else feature.unit


def _alike(columns: list[_Column]) -> dict[str, Any]:
    """Correlate ranks; put features together of which each two say the same."""
    values = np.column_stack([column.values for column in columns])
    kept = np.flatnonzero(np.isfinite(values).mean(axis=0) >= _SAME)
    rows = values[np.isfinite(values[:, kept]).all(axis=1)][:, kept]
    if len(rows):
        varying = rows.min(axis=0) < rows.max(axis=0)
        kept, rows = kept[varying], rows[:, varying]
    if len(kept) < 2 or len(rows) < _FEWEST:
        return {"compared": (), "rho": (), "alike": ()}
    rho = np.corrcoef(rankdata(rows, axis=0), rowvar=False).clip(-1, 1)
    apart = (1 - np.abs(rho)).clip(0)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "complete", optimal_ordering=True)
    order = leaves_list(tree)
    member = fcluster(tree, 1 - _SAME, "distance")
    names = [columns[k].name for k in kept]
    groups = [[k for k in order if member[k] == code] for code in dict.fromkeys(member[order])]
    return {
        "compared": tuple(names[k] for k in order),
        "rho": tuple(tuple(row) for row in rho[np.ix_(order, order)].round(3).tolist()),
        "alike": tuple(
            AlikeFeatures(
                tuple(names[k] for k in group),
                float(np.abs(rho[np.ix_(group, group)]).min().round(3)),
            )
            for group in groups
            if len(group) > 1
        ),
    }
