"""The protocol of a comparison, in fields and in sentences."""

from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.preparation import filters
from imgpipe.evaluate.results import Protocol
from imgpipe.evaluate.scores.intervals import RESAMPLES
from imgpipe.evaluate.wording import count


def protocol(
    candidates: list[Candidate], records: list[ModelRecord], experiment: Experiment
) -> Protocol:
    """Say how the models were compared."""
    first, seeds = experiment.splits[0], experiment.seeds
    kind, folds, repeats = _kind(experiment)
    positive = experiment.classes[1] if len(experiment.classes) == 2 else None
    sentences = [
        _division(kind, folds, repeats, first, experiment),
        experiment.idle or "",
        filters(candidates),
        _copies(experiment),
        _tuning(first, candidates, records, experiment),
        _cut_short(records, experiment.budget),
        _averages(positive),
        _choosing(records, first),
        _intervals(experiment, kind),
    ]
    if seeds > 1:
        sentences.append(f"Every model was fitted with {seeds} seeds; metrics are means over them.")
    grid = {c.name: c.grid for c in candidates if c.grid} if experiment.tune else None
    statement = " ".join(sentence for sentence in sentences if sentence)
    return Protocol(
        kind, folds, repeats, seeds, experiment.tune, grid, positive, statement, experiment.held_out
    )


def _kind(experiment: Experiment) -> tuple[str, int | None, int | None]:
    """Kind of comparison, and the folds and repeats of a cross-validation."""
    splits = experiment.splits
    if not len(splits[0].train):
        return "held-out evaluation", None, None
    if splits[0].fold is None:
        return "external set" if experiment.held_out else "given split", None, None
    repeats = 1 + max(split.repeat or 0 for split in splits)
    return "cross-validation", len(splits) // repeats, repeats


def _division(
    kind: str, folds: int | None, repeats: int | None, first: Split, experiment: Experiment
) -> str:
    if kind == "held-out evaluation":
        return f"A model fitted before was judged on {count(len(first.test), 'image')}."
    if kind in ("given split", "external set"):
        how = "The given split was used as it is"
        if experiment.held_out:
            how = f"The images with {experiment.held_out} were held out as an external set"
        unseen = "" if first.val is None else "; the validation part was never trained on"
        return (
            f"{how}: fitted on {count(len(first.train), 'training image')}, "
            f"judged once on {count(len(first.test), 'test image')}{unseen}."
        )
    if experiment.held_out:
        return (
            f"Each of the {folds} values of {experiment.held_out} was held out in turn; all models "
            "were fitted on the same others. Metrics are means over them."
        )
    if experiment.folds_of:
        times = "" if repeats == 1 else f" in {repeats} repeats"
        return (
            f"Cross-validation on {folds} folds{times}, {experiment.folds_of}; all models on the "
            "same folds. Metrics are means over folds."
        )
    repeated = "" if repeats == 1 else f", repeated {repeats} times"
    return (
        f"{folds}-fold cross-validation{repeated}, stratified by class, dividing "
        f"{experiment.unit}; all models on the same folds. Metrics are means over folds."
    )


def _copies(experiment: Experiment) -> str:
    """Say what was done about images that look alike."""
    copies = experiment.copies
    if copies is None or copies.how == "keep":
        return ""
    if copies.left_out:
        return f"Of images that look alike one was kept: {copies.left_out} were left out."
    return "Images that look alike stay on one side." if copies.together is not None else ""


def _tuning(
    first: Split, candidates: list[Candidate], records: list[ModelRecord], experiment: Experiment
) -> str:
    if not len(first.train):
        return ""
    if not experiment.tune:
        return "Nothing was tuned."
    where = "the validation part" if first.val is not None else "inner folds of each training part"
    text = f"A small grid was searched by AUC on {where}."
    if experiment.budget is not None:
        text += f" The budget was {experiment.budget:g} CPU seconds for each model."
    for record in records:
        tried = sum(choice.tried for choice in record.choices)
        of = sum(choice.of for choice in record.choices)
        if tried < of:
            text += f" It ended the search of {record.name} after {tried} of {count(of, 'trial')}."
    untuned = [candidate.name for candidate in candidates if not candidate.grid]
    return text + (f" Without a grid, and not tuned: {', '.join(untuned)}." if untuned else "")


def _cut_short(records: list[ModelRecord], budget: float | None) -> str:
    """Say which trainings the budget ended, and which fits it could not end."""
    if budget is None:
        return ""
    sentences = []
    ended = [record.name for record in records if record.cut_short]
    if ended:
        sentences.append(
            f"The budget of {budget:g} CPU seconds for each model ended the training of "
            f"{', '.join(ended)}, which kept the best weights so far."
        )
    longer = [r for r in records if sum(r.fit_seconds) > budget and not r.epochs]
    if longer:
        spent = ", ".join(f"{r.name} ({sum(r.fit_seconds):.3g} s)" for r in longer)
        sentences.append(f"Fits that cannot be ended midway took longer than the budget: {spent}.")
    return " ".join(sentences)


def _choosing(records: list[ModelRecord], first: Split) -> str:
    """Say where decision thresholds were chosen, if anywhere."""
    if first.val is not None:
        return "Decision thresholds were chosen on the validation part."
    chosen = [r.name for r in records if r.inner and all(part is not None for part in r.inner)]
    if not chosen:
        return ""
    return (
        f"Decision thresholds of {', '.join(chosen)} were chosen on inner folds of each training "
        "part."
    )


def _averages(positive: str | None) -> str:
    if positive is None:
        return (
            "Precision, recall and F1 are means over classes; the AUC is the mean of each class "
            "against the rest."
        )
    return f"The positive class is {positive}."


def _intervals(experiment: Experiment, kind: str) -> str:
    unit = experiment.unit
    known = unit if unit == "patients" else "images (patients are unknown)"
    text = f"Intervals are 95 %, from {RESAMPLES} bootstrap resamples of held-out {known}"
    if kind == "cross-validation":
        text += "; they do not tell how scores vary with other images to train on"
    return (
        f"{text}. No resample can change a score of exactly 0 or 1: its interval ends at the "
        f"Wilson bound for as many {unit} as the rarest class has."
    )
