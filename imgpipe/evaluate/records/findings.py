"""What the checks found of a comparison, and what of it is to be read first."""

from typing import Any

from imgpipe.evaluate.checks import run_checks
from imgpipe.evaluate.checks.evidence import Evidence
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.results import DuplicatePair, Finding, ModelResult

_ROUGH = "LAB003"  # a note that belongs beside the scores


def find_faults(
    candidates: list[Candidate],
    experiment: Experiment,
    survey: Survey,
    pairs: tuple[DuplicatePair, ...],
    models: tuple[ModelResult, ...],
    trained_on: frozenset[str] | None = None,
    **canaries: Any,
) -> tuple[Finding, ...]:
    """Run the checks of data and, where something was fitted, of the models."""
    fitted = len(experiment.splits[0].train) > 0
    return run_checks(
        Evidence(
            experiment.dataset,
            survey,
            pairs,
            splits=experiment.splits,
            models=models,
            estimators={c.name: c.estimator for c in candidates} if fitted else {},
            trained_on=trained_on,
            **canaries,
        )
    )


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
