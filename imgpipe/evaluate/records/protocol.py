"""The protocol of a comparison, in fields and in sentences."""

from imgpipe._common.texts import Text, counted, joined, say
from imgpipe.evaluate.data.card import places
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.records.preparation import filters, segments
from imgpipe.evaluate.results import Protocol
from imgpipe.evaluate.scores.intervals import RESAMPLES


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
        segments(candidates),
        filters(candidates),
        _copies(experiment),
        _tuning(first, candidates, records, experiment),
        _cut_short(records, experiment.budget),
        _averages(positive),
        _choosing(records, first),
        _intervals(experiment, kind),
    ]
    if seeds > 1:
        sentences.append(
            say("Every model was fitted with {n} seeds; metrics are means over them.", n=seeds)
        )
    grid = {c.name: c.grid for c in candidates if c.grid} if experiment.tune else None
    return Protocol(
        kind,
        folds,
        repeats,
        seeds,
        experiment.tune,
        grid,
        positive,
        joined(sentences),
        experiment.held_out,
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
) -> Text:
    if kind == "held-out evaluation":
        return counted(
            len(first.test),
            "A model fitted before was judged on {n} image.",
            "A model fitted before was judged on {n} images.",
        )
    if kind in ("given split", "external set"):
        return _once(first, experiment)
    if experiment.held_out:
        return say(
            "Each of the {folds} values of {column} was held out in turn; all models were fitted "
            "on the same others. Metrics are means over them.",
            folds=folds,
            column=experiment.held_out,
        )
    if experiment.folds_of:
        if repeats == 1:
            return say(
                "Cross-validation on {folds} folds, {origin}; all models on the same folds. "
                "Metrics are means over folds.",
                folds=folds,
                origin=experiment.folds_of,
            )
        return say(
            "Cross-validation on {folds} folds in {repeats} repeats, {origin}; all models on the "
            "same folds. Metrics are means over folds.",
            folds=folds,
            repeats=repeats,
            origin=experiment.folds_of,
        )
    if repeats == 1:
        return say(
            "{folds}-fold cross-validation, stratified by class, dividing {unit}; all models on "
            "the same folds. Metrics are means over folds.",
            folds=folds,
            unit=experiment.unit,
        )
    return say(
        "{folds}-fold cross-validation, repeated {repeats} times, stratified by class, dividing "
        "{unit}; all models on the same folds. Metrics are means over folds.",
        folds=folds,
        repeats=repeats,
        unit=experiment.unit,
    )


def _once(first: Split, experiment: Experiment) -> Text:
    """Say what was fitted and judged where there is one division."""
    parts = {
        "train": counted(len(first.train), "{n} training image", "{n} training images"),
        "test": counted(len(first.test), "{n} test image", "{n} test images"),
    }
    if experiment.held_out:
        text = say(
            "The images with {site} were held out as an external set: fitted on {train}, judged "
            "once on {test}",
            site=experiment.held_out,
            **parts,
        )
    else:
        text = say(
            "The given split was used as it is: fitted on {train}, judged once on {test}", **parts
        )
    if first.val is None:
        return say("{text}.", text=text)
    return say("{text}; the validation part was never trained on.", text=text)


def _copies(experiment: Experiment) -> str:
    """Say what was done about images that look alike."""
    copies = experiment.copies
    if copies is None or copies.how == "keep":
        return ""
    if copies.left_out:
        return counted(
            copies.left_out,
            "Of images that look alike one was kept: {n} was left out.",
            "Of images that look alike one was kept: {n} were left out.",
        )
    if copies.together is not None:
        apart = copies.alike.apart(places(experiment.dataset, experiment.splits))
        return joined(
            [
                say("Groups of images that look alike stay on one side."),
                counted(
                    apart,
                    "{n} pair of near copies between two groups does not.",
                    "{n} pairs of near copies between two groups do not.",
                )
                if apart
                else "",
            ]
        )
    return ""


def _tuning(
    first: Split, candidates: list[Candidate], records: list[ModelRecord], experiment: Experiment
) -> str:
    if not len(first.train):
        return ""
    if not experiment.tune:
        return say("Nothing was tuned.")
    if first.val is not None:
        told = [say("A small grid was searched by AUC on the validation part.")]
    else:
        told = [say("A small grid was searched by AUC on inner folds of each training part.")]
    if experiment.budget is not None:
        told.append(
            say("The budget was {seconds:g} CPU seconds for each model.", seconds=experiment.budget)
        )
    for record in records:
        tried = sum(choice.tried for choice in record.choices)
        of = sum(choice.of for choice in record.choices)
        if tried < of:
            told.append(
                counted(
                    of,
                    "It ended the search of {name} after {tried} of {n} trial.",
                    "It ended the search of {name} after {tried} of {n} trials.",
                    name=record.name,
                    tried=tried,
                )
            )
    untuned = [candidate.name for candidate in candidates if not candidate.grid]
    if untuned:
        told.append(say("Without a grid, and not tuned: {names:,}.", names=untuned))
    return joined(told)


def _cut_short(records: list[ModelRecord], budget: float | None) -> str:
    """Say which trainings the budget ended, and which fits it could not end."""
    if budget is None:
        return ""
    sentences = []
    ended = [record.name for record in records if record.cut_short]
    if ended:
        sentences.append(
            say(
                "The budget of {seconds:g} CPU seconds for each model ended the training of "
                "{names:,}, which kept the best weights so far.",
                seconds=budget,
                names=ended,
            )
        )
    longer = [r for r in records if sum(r.fit_seconds) > budget and not r.epochs]
    if longer:
        spent = [
            say("{name} ({seconds:.3g} s)", name=r.name, seconds=sum(r.fit_seconds)) for r in longer
        ]
        sentences.append(
            say(
                "Fits that cannot be ended midway took longer than the budget: {names:,}.",
                names=spent,
            )
        )
    return joined(sentences) if sentences else ""


def _choosing(records: list[ModelRecord], first: Split) -> str:
    """Say where decision thresholds were chosen, if anywhere."""
    if first.val is not None:
        return say("Decision thresholds were chosen on the validation part.")
    chosen = [r.name for r in records if r.inner and all(part is not None for part in r.inner)]
    if not chosen:
        return ""
    return say(
        "Decision thresholds of {names:,} were chosen on inner folds of each training part.",
        names=chosen,
    )


def _averages(positive: str | None) -> Text:
    if positive is None:
        return say(
            "Precision, recall and F1 are means over classes; the AUC is the mean of each class "
            "against the rest."
        )
    return say("The positive class is {name}.", name=positive)


def _intervals(experiment: Experiment, kind: str) -> Text:
    if experiment.unit == "patients":
        text = say(
            "Intervals are 95 %, from {n} bootstrap resamples of held-out patients", n=RESAMPLES
        )
    else:
        text = say(
            "Intervals are 95 %, from {n} bootstrap resamples of held-out images (patients are "
            "unknown)",
            n=RESAMPLES,
        )
    if kind == "cross-validation":
        text = say(
            "{text}; they do not tell how scores vary with other images to train on", text=text
        )
    return joined(
        [
            say("{text}.", text=text),
            say(
                "No resample can change a score of exactly 0 or 1: its interval ends at the Wilson "
                "bound for as many {unit} as the rarest class has.",
                unit=experiment.unit,
            ),
        ]
    )
