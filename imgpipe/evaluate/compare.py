"""Fit every model on the same splits, judge it on what was held out."""

from collections.abc import Iterable, Iterator, Mapping
from numbers import Real
from typing import Any

from imgpipe._common import InputError
from imgpipe.datasets.pairs import as_dataset
from imgpipe.evaluate.data.division import divide
from imgpipe.evaluate.data.lookalikes.handling import check_handling, handle
from imgpipe.evaluate.data.row_survey import survey_of
from imgpipe.evaluate.data.subgroups import groupings
from imgpipe.evaluate.fits.as_drawn import fit_as_drawn
from imgpipe.evaluate.fits.candidates import check_sizes, make_candidates
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord, check_rules
from imgpipe.evaluate.fits.feature_store import FeatureStore
from imgpipe.evaluate.fits.found_regions import looked_at
from imgpipe.evaluate.fits.learning_curves import fit_on_shares
from imgpipe.evaluate.fits.spreading import fit_all
from imgpipe.evaluate.records.comparison import Clock, freeze
from imgpipe.evaluate.records.preparation import idle_settings
from imgpipe.evaluate.results import Comparison
from imgpipe.evaluate.scores.refusal import LEAST
from imgpipe.tables import FeatureDataset


def compare(
    models: str | Iterable[str] | Mapping[str, Any],
    dataset: Any,
    *,
    folds: Any = 5,
    repeats: int = 1,
    seed: int = 0,
    seeds: int = 1,
    tune: bool = False,
    budget_seconds: float | None = None,
    learning_curve: bool = False,
    region: str | None = None,
    empty_mask: str = "error",
    hold_out: str | None = None,
    subgroups: str | Iterable[str] = (),
    canaries: bool = False,
    duplicates: str = "group",
    thresholds: bool = False,
    conformal: float | None = None,
    cost: bool = False,
    margin: float | None = None,
    least: int = LEAST,
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
    dataset : Dataset, FeatureDataset or pair
        From `imgpipe.datasets.load`, or rows of features from `imgpipe.tables.load_features`; or
        images and their labels.
    folds, repeats : int
        Of the cross-validation; of no effect where a split is given. In place of a number, `folds`
        may be the folder of an earlier run, whose folds are then used again, or pairs of positions
        (train, test) as scikit-learn's splitters give them.
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
    region : {"mask", "box", "image"}, optional
        What features look at; networks see the box in either of the first two. By default the
        mask, where the data set has masks, else the image. Where the models find it themselves
        (``make_pipeline(segment=...)``), ``"image"`` passes over masks that there are.
    empty_mask : {"error", "image", "drop"}
        With a mask that is empty or missing, or where nothing is found: stop, take the whole image,
        or leave the image out.
    hold_out : str, optional
        ``"site=B"``: judge on the images of which the manifest's column ``site`` says B, and train
        on all others. ``"site"``: hold out each site in turn, a fold a site.
    subgroups : str or iterable of str
        Columns of the manifest; scores are given for each of their values too. Many numbers are
        put into bands: ``"age"`` into four, ``"age:40,60"`` at these edges.
    thresholds : bool
        Also choose decision thresholds where that takes five more fits, on inner folds of each
        training part. With a validation part they are chosen on it, asked or not; svm and knn
        have inner folds anyway; a network has thresholds with a validation part only.
    conformal : float, optional
        Also form sets of classes that should hold the true one with this probability, 0.9 for
        one, calibrated where thresholds are chosen; see `imgpipe.evaluate.scores.conformal`.
    canaries : bool
        Also score what sees nothing of the patient, on the same folds: mean gray, border, size of
        image or mask alone, noise in the masks, shuffled labels, and how far the test part of a
        given split can be told from the rest. They stand below the models, and alarm where they
        score high.
    duplicates : {"group", "drop", "keep"}
        Images that are equal or nearly so: in folds, keep them on one side, and tell what the
        scores would be otherwise; leave out all but one of each group, and all where their labels
        differ; or do nothing. With a given split, groups are only told of: scores on the judged
        images that do not stand in training are a second row.
    cost : bool
        Also measure the start of each model in a process of its own, and its memory: seconds each.
    margin : float, optional
        The largest difference of the AUC that does not matter, fixed beforehand: pairs of models
        are also tested for equivalence within it.
    least : int
        Held-out images of a class below which no metric that rests on it is given.
    n_jobs : int, optional
        Workers; None means 1.

    Returns
    -------
    Comparison
        With intervals from a cluster bootstrap over patients (see
        `imgpipe.evaluate.scores.intervals`), and in `pairs` a verdict for each two models.

    Raises
    ------
    InputError
        For unknown models, columns or sites, one class, a patient on both sides of a given split,
        or fewer samples or patients of a class than folds.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.evaluate import compare
    >>> from imgpipe.learn import make_pipeline
    >>> models = {"dummy": make_pipeline("dummy", families="intensity")}
    >>> comparison = compare(models, load("synthetic-nodules"), folds=3, least=1)
    >>> comparison.protocol.kind
    'cross-validation'
    >>> comparison.models[0].metrics["auc"].value
    0.5
    """
    if seeds < 1:
        raise InputError(f"seeds is {seeds}; it must be at least 1")
    if conformal is not None and not (isinstance(conformal, Real) and 0 < conformal < 1):
        raise InputError(f"conformal is {conformal}; give a share between 0 and 1, 0.9 for one")
    check_rules(margin, least)
    check_handling(duplicates)
    clock = Clock()
    dataset = dataset if isinstance(dataset, FeatureDataset) else as_dataset(dataset)
    candidates = make_candidates(models, dataset, n_jobs)
    dataset, candidates, found = looked_at(dataset, candidates, region, empty_mask, n_jobs)
    dataset, division = divide(dataset, folds=folds, repeats=repeats, seed=seed, hold_out=hold_out)
    if isinstance(subgroups, Iterator):
        subgroups = list(subgroups)  # read twice
    groupings(dataset, subgroups)  # an unknown column stops before anything is read
    check_sizes(dataset, candidates)
    survey = survey_of(dataset, n_jobs)
    dataset, survey, splits, copies = handle(
        dataset, survey, division.splits, duplicates, division.draw, n_jobs
    )
    experiment = Experiment(
        dataset=dataset,
        splits=splits,
        store=FeatureStore(dataset.images, survey, dataset),
        seed=seed,
        seeds=seeds,
        tune=tune,
        budget=budget_seconds,
        n_jobs=n_jobs,
        held_out=hold_out,
        subgroups=groupings(dataset, subgroups),
        thresholds=thresholds,
        conformal=conformal,
        folds_of=division.folds_of,
        cost=cost,
        least=least,
        margin=margin,
        copies=copies,
        found=found,
        idle=idle_settings(folds, repeats, division.draw is None),
    )
    records = [ModelRecord(candidate.name) for candidate in candidates]
    fit_all(candidates, records, experiment)
    drawn = fit_as_drawn(candidates, records, experiment)
    on_shares = fit_on_shares(candidates, records, experiment) if learning_curve else None
    return freeze(
        candidates, records, experiment, survey, clock, on_shares, canaries=canaries, drawn=drawn
    )
