"""What a reader should know before using a model: promises that held-out images do not keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, clauses, counted, say
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions, sentences
from imgpipe.report.words.numbers import number

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult

_TOLD = 3  # thresholds that are told at the top, the worst first


@dataclass(frozen=True)
class Miss:
    """Something deep in the page that a reader should know before using a model."""

    text: Text
    link: Text
    section: str


def misses(view: View) -> list[Miss]:
    """Calibration, conformal sets and thresholds that do not keep what they promise."""
    models = [model for model in view.ranked if model.name != "dummy"]
    found = (
        (_calibration(models), say("Calibration"), "calibration"),
        (_coverage(models), say("Conformal sets"), "conformal"),
        (_thresholds(models, view), say("Operating points"), "operating_points"),
        (sentences.shift(models, "accuracy"), say("Leaderboard"), "leaderboard"),
    )
    return [Miss(text, link, section) for text, link, section in found if text is not None]


def _calibration(models: "Sequence[ModelResult]") -> Text | None:
    told = [
        say(
            "{model} {error} (by chance up to {limit})",
            model=model.name,
            error=number(model.calibration.ece.value),
            limit=number(model.calibration.ece_chance_limit),
        )
        for model in models
        if model.calibration is not None and decisions.miscalibrated(model.calibration)
    ]
    return (
        say("Not calibrated; calibration error: {models}.", models=clauses(told)) if told else None
    )


def _coverage(models: "Sequence[ModelResult]") -> Text | None:
    told = [
        say("{model} {share}", model=model.name, share=sentences.with_interval(sets.coverage))
        for model in models
        if (sets := model.conformal) is not None and decisions.short(sets)
    ]
    if not told:
        return None
    level = next(model.conformal.level for model in models if model.conformal is not None)
    return say(
        "Conformal sets hold the true class less often than the {level:g} promised: {models}.",
        level=level,
        models=clauses(told),
    )


def _thresholds(models: "Sequence[ModelResult]", view: View) -> Text | None:
    """The threshold of each model that misses by most, and the models that miss by most."""
    several = len(view.comparison.dataset.classes) > 2
    worst = [max(found) for model in models if (found := list(_fell(model, several)))]
    if not worst:
        return None
    worst.sort(reverse=True)
    told = [text for _, _, text in worst[:_TOLD]]
    if len(worst) > _TOLD:
        told.append(counted(len(worst) - _TOLD, "{n} more model", "{n} more models"))
    return say(
        "On held-out images a threshold misses what it was chosen for: {models}.",
        models=clauses(told),
    )


def _fell(model: "ModelResult", several: bool) -> Iterator[tuple[float, str, Text]]:
    """By how much each threshold with a target misses it, with what is said of it."""
    for one in model.operation:
        for point in decisions.below(one):
            measure, _, target = point.rule.partition(" ")
            score = getattr(point, measure)
            aim = decisions.aim(measure, target)
            if several:
                aim = say("{aim} for {name}", aim=aim, name=one.name)
            text = say(
                "{model}, chosen for a {aim}, reached {score}",
                model=model.name,
                aim=aim,
                score=sentences.with_interval(score),
            )
            yield float(target) - score.value, point.rule, text
