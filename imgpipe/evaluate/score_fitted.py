"""Judge models that were fitted before."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets.pairs import as_dataset
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord, check_rules
from imgpipe.evaluate.fits.feature_store import FeatureStore
from imgpipe.evaluate.fits.found_regions import segment_of
from imgpipe.evaluate.fits.held_out import judge_fitted
from imgpipe.evaluate.models import check_classifier
from imgpipe.evaluate.records.comparison import Clock, freeze
from imgpipe.evaluate.results import Comparison
from imgpipe.evaluate.scores.refusal import LEAST
from imgpipe.learn.found_regions import in_found_region


def score_fitted(
    models: Mapping[str, Any],
    dataset: Any,
    *,
    seed: int = 0,
    n_jobs: int | None = None,
    trained_on: frozenset[str] | None = None,
    margin: float | None = None,
    least: int = LEAST,
) -> Comparison:
    """Judge pipelines that were fitted before on a data set that they have not seen.

    Parameters
    ----------
    models : dict of str to fitted pipeline
        They take images and give codes into ``dataset.classes``, as `compare` and the command
        line fit them.
    dataset : Dataset or pair
        As in `compare`. Every sample is judged, whatever its split.
    seed : int
        Of resamples and shuffles.
    n_jobs : int, optional
        Workers; None means 1.
    trained_on : frozenset of str, optional
        `image_digests` of the images that the models were trained on; judged images among them
        are counted in a warning. None where they are not known: then nothing is checked.
    margin, least
        As in `compare`.

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
    check_rules(margin, least)
    clock = Clock()
    dataset = as_dataset(dataset)
    if not len(dataset.labels):
        raise InputError("the data set is empty")
    for name, model in models.items():
        check_classifier(name, model)
        _check_codes(name, model, dataset.classes)
    candidates = [Candidate(name, model, {}) for name, model in models.items()]
    found = None
    step = segment_of(candidates[0].estimator) if len(candidates) == 1 else None
    if step is not None:
        dataset, _, found = in_found_region(dataset, step, n_jobs=n_jobs)
    everything = Split(np.empty(0, np.intp), np.arange(len(dataset.labels)))
    survey = survey_images(dataset.images, dataset.channel_axis, n_jobs)
    store = FeatureStore(dataset.images, survey, dataset)
    experiment = Experiment(
        dataset,
        [everything],
        store,
        seed,
        n_jobs=n_jobs,
        least=least,
        margin=margin,
        found=found,
    )
    records = [ModelRecord(candidate.name) for candidate in candidates]
    for record, candidate in zip(records, candidates, strict=True):
        judge_fitted(record, candidate.estimator, experiment)
    return freeze(candidates, records, experiment, survey, clock, trained_on=trained_on)


def _check_codes(name: str, model: Any, classes: tuple[str, ...]) -> None:
    """Refuse a model that gives anything but codes into the classes."""
    known = np.asarray(model.classes_)
    if known.dtype.kind not in "iu" or not 0 <= known.min() <= known.max() < len(classes):
        raise InputError(
            f"model {name!r} gives the classes {', '.join(map(str, known))}; it "
            f"should give codes 0 to {len(classes) - 1} into {', '.join(classes)}"
        )
