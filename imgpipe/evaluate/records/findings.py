"""What the checks found of a comparison, and what of it is to be read first."""

from dataclasses import replace

from imgpipe._common.texts import Text
from imgpipe.evaluate.checks import run_checks
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.canaries import canary_rows
from imgpipe.evaluate.results import Canary, DuplicatePair, Finding, ModelResult

_ROUGH = "LAB003"  # a note that belongs beside the scores
_Canaries = tuple[tuple[Canary, ...], list[ModelRecord]]


def find_faults(
    candidates: list[Candidate],
    experiment: Experiment,
    survey: Survey,
    look_alikes: tuple[tuple[DuplicatePair, ...], list[Text]],
    models: tuple[ModelResult, ...],
    trained_on: frozenset[str] | None = None,
    *,
    canaries: bool = False,
) -> tuple[tuple[Finding, ...], _Canaries]:
    """Run the checks of data and, where something was fitted, of the models; canaries if asked."""
    fitted = len(experiment.splits[0].train) > 0
    evidence = Evidence(
        experiment.dataset,
        survey,
        look_alikes[0],
        tuple(look_alikes[1]),
        splits=experiment.splits,
        models=models,
        estimators={c.name: c.estimator for c in candidates} if fitted else {},
        trained_on=trained_on,
        least=experiment.least,
    )
    rows: _Canaries = ((), [])
    if canaries:
        rows = canary_rows(experiment, survey, evidence.shift)
        evidence = replace(evidence, canaries=rows[0])
    return run_checks(evidence), rows


def warnings_of(
    findings: tuple[Finding, ...], said: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to read first, and what of it makes metrics rough; `said` is what reading the data told.

    Other notes stand among the findings only.
    """
    worst = [f.message for f in findings if f.severity == "error"]
    others = [f.message for f in findings if f.severity == "warning"]
    rough = [f.message for f in findings if f.code == _ROUGH]
    return tuple(dict.fromkeys([*worst, *said, *others, *rough])), tuple(rough)
