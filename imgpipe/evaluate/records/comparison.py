"""The frozen record of a comparison."""

import time
from datetime import UTC, datetime

from imgpipe.evaluate.data.card import data_card, places
from imgpipe.evaluate.data.leakage import duplicates
from imgpipe.evaluate.data.lookalikes.groups import look_alikes
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.cost import cpu_seconds
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.fits.learning_curves import OnShares
from imgpipe.evaluate.records import environment
from imgpipe.evaluate.records.features import features_found
from imgpipe.evaluate.records.findings import find_faults, warnings_of
from imgpipe.evaluate.records.learning import learning_curves
from imgpipe.evaluate.records.lookalikes import look_alikes_found
from imgpipe.evaluate.records.outlines import mask_examples
from imgpipe.evaluate.records.pairs.spreads import spreads
from imgpipe.evaluate.records.pairs.verdicts import all_at_once, pairwise_verdicts
from imgpipe.evaluate.records.predictions import predictions_table
from imgpipe.evaluate.records.preparation import measured_with
from imgpipe.evaluate.records.protocol import protocol
from imgpipe.evaluate.records.scores import resample_parts
from imgpipe.evaluate.records.subgroups import subgroup_scores
from imgpipe.evaluate.records.summary import summarise
from imgpipe.evaluate.results import Comparison, RunFacts
from imgpipe.evaluate.scores.intervals import HeldOut


class Clock:
    """When a comparison started, in three ways of counting."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self.wall = time.perf_counter()
        self.cpu = cpu_seconds()


def freeze(
    candidates: list[Candidate],
    records: list[ModelRecord],
    experiment: Experiment,
    survey: Survey,
    clock: Clock,
    on_shares: OnShares | None = None,
    trained_on: frozenset[str] | None = None,
    canaries: bool = False,
    drawn: dict[str, list[HeldOut]] | None = None,
) -> Comparison:
    """Put together what was compared, how, and what came out."""
    dataset, splits = experiment.dataset, experiment.splits
    resampled = [resample_parts(record.test, experiment) for record in records]
    results = tuple(
        summarise(record, experiment, drawn)
        for record, drawn in zip(records, resampled, strict=True)
    )
    copies = experiment.copies
    found = look_alikes(survey, experiment.n_jobs) if copies is None else copies.alike
    where = places(dataset, splits)
    alike = duplicates(survey, dataset.ids, experiment.labels, where, found, dataset.classes)
    findings, (rows, own) = find_faults(
        candidates, experiment, survey, alike, results, trained_on, canaries=canaries
    )
    told = warnings_of(findings, dataset.warnings)
    card = data_card(
        dataset, survey, splits, alike[0], *told, trained_on, mask_examples(dataset),
        experiment.found,
    )  # fmt: skip
    pairs = pairwise_verdicts(records, resampled, experiment)
    return Comparison(
        dataset=card,
        protocol=protocol(candidates, records, experiment),
        models=results,
        predictions=predictions_table([*records, *own], experiment),
        run=_run_facts(candidates, experiment, survey, clock),
        learning=None if on_shares is None else learning_curves(on_shares, experiment, pairs),
        findings=findings,
        canaries=rows,
        pairs=pairs,
        overall=all_at_once(records, experiment),
        spreads=spreads(records, resampled, experiment),
        subgroups=subgroup_scores(records, experiment),
        look_alikes=look_alikes_found(records, experiment, found, where, drawn or {}, alike[0]),
        features=features_found(records, experiment),
    )


def _run_facts(
    candidates: list[Candidate], experiment: Experiment, survey: Survey, clock: Clock
) -> RunFacts:
    return RunFacts(
        versions=environment.versions(),
        seed=experiment.seed,
        seeds=experiment.seeds,
        data_hash=survey.data_hash(experiment.labels),
        cpu=environment.cpu_model(),
        threads=environment.threads(experiment.n_jobs),
        wall_seconds=time.perf_counter() - clock.wall,
        cpu_seconds=cpu_seconds() - clock.cpu,
        started=clock.started.isoformat(timespec="seconds"),
        settings=measured_with(candidates, experiment.dataset),
    )
