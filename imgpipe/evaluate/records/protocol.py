"""The protocol of a comparison, in fields and in sentences."""

from typing import Any

from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.held_out import Candidate, ModelRecord
from imgpipe.evaluate.results import Protocol
from imgpipe.evaluate.scores.intervals import RESAMPLES
from imgpipe.evaluate.wording import count


def protocol(
    dataset: Any,
    parts: list[Split],
    candidates: list[Candidate],
    runs: list[ModelRecord],
    *,
    seeds: int = 1,
    tuned: bool = False,
    budget: float | None = None,
) -> Protocol:
    """Say how the models were compared."""
    first = parts[0]
    if not len(first.train):
        kind, folds, repeats = "held-out evaluation", None, None
    elif first.fold is None:
        kind, folds, repeats = "given split", None, None
    else:
        kind = "cross-validation"
        repeats = 1 + max(part.repeat or 0 for part in parts)
        folds = len(parts) // repeats
    classes = [str(name) for name in dataset.classes]
    positive = classes[1] if len(classes) == 2 else None
    sentences = [
        _division(kind, folds, repeats, dataset, first),
        _tuning(first, candidates, runs, tuned, budget),
        _cut_short(runs, budget),
        _averages(positive),
        _intervals(dataset, kind),
    ]
    if seeds > 1:
        sentences.append(f"Every model was fitted with {seeds} seeds; metrics are means over them.")
    grid = {c.name: c.grid for c in candidates if c.grid} if tuned else None
    return Protocol(
        kind, folds, repeats, seeds, tuned, grid, positive, " ".join(s for s in sentences if s)
    )


def _division(kind: str, folds: int | None, repeats: int | None, dataset: Any, first: Split) -> str:
    if kind == "held-out evaluation":
        return f"A model fitted before was judged on {count(len(first.test), 'image')}."
    if kind == "given split":
        unseen = "" if first.val is None else "; the validation part was never trained on"
        return (
            f"The given split was used as it is: fitted on "
            f"{count(len(first.train), 'training image')}, "
            f"judged once on {count(len(first.test), 'test image')}{unseen}."
        )
    unit = "images" if dataset.groups is None else "patients"
    again = "" if repeats == 1 else f", repeated {repeats} times"
    return (
        f"{folds}-fold cross-validation{again}, stratified by class, dividing {unit}; all models "
        "on the same folds. Metrics are means over folds."
    )


def _tuning(
    first: Split,
    candidates: list[Candidate],
    runs: list[ModelRecord],
    tuned: bool,
    budget: float | None,
) -> str:
    if not len(first.train):
        return ""
    if not tuned:
        return "Nothing was tuned."
    where = "the validation part" if first.val is not None else "inner folds of each training part"
    text = f"A small grid was searched by AUC on {where}."
    if budget is not None:
        text += f" The budget was {budget:g} CPU seconds for each model."
    for run in runs:
        tried, of = sum(c.tried for c in run.choices), sum(c.of for c in run.choices)
        if tried < of:
            text += f" It ended the search of {run.name} after {tried} of {count(of, 'trial')}."
    still = [candidate.name for candidate in candidates if not candidate.grid]
    return text + (f" Without a grid, and not tuned: {', '.join(still)}." if still else "")


def _cut_short(runs: list[ModelRecord], budget: float | None) -> str:
    """Say which trainings the budget ended, and which fits it could not end."""
    if budget is None:
        return ""
    told = []
    ended = [run.name for run in runs if run.cut_short]
    if ended:
        told.append(
            f"The budget of {budget:g} CPU seconds for each model ended the training of "
            f"{', '.join(ended)}, which kept the best weights so far."
        )
    longer = [run for run in runs if sum(run.fit_seconds) > budget and not run.epochs]
    if longer:
        spent = ", ".join(f"{run.name} ({sum(run.fit_seconds):.3g} s)" for run in longer)
        told.append(f"Fits that cannot be ended midway took longer than the budget: {spent}.")
    return " ".join(told)


def _averages(positive: str | None) -> str:
    if positive is None:
        return (
            "Precision, recall and F1 are means over classes; the AUC is the mean of each class "
            "against the rest."
        )
    return f"The positive class is {positive}."


def _intervals(dataset: Any, kind: str) -> str:
    unit = "images (patients are unknown)" if dataset.groups is None else "patients"
    text = f"Intervals are 95 %, from {RESAMPLES} bootstrap resamples of held-out {unit}"
    if kind == "cross-validation":
        text += "; they do not tell how scores vary with other images to train on"
    counted = "images" if dataset.groups is None else "patients"
    return (
        f"{text}. No resample can change a score of exactly 0 or 1: its interval ends at the "
        f"Wilson bound for as many {counted} as the rarest class has."
    )
