"""Sentences about probabilities and thresholds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, say
from imgpipe.report.words.fixed import chosen_on_name
from imgpipe.report.words.numbers import interval, number

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, ModelResult
    from imgpipe.evaluate.results import Calibration, ConformalSets, OperatingPoint, Operation


_SMALL = 0.02  # a calibration error below it changes hardly any decision


def calibrated(model: "ModelResult") -> list[Text]:
    """Judge a model's calibration error beside that of probabilities which are all true."""
    found = model.calibration
    if found is None:
        return [
            say(
                "The probabilities of {model} were not judged: there are too few, or some are no "
                "numbers.",
                model=model.name,
            )
        ]
    told = {"model": model.name, "error": _error(found), "limit": number(found.ece_chance_limit)}
    if found.ece.value <= found.ece_chance_limit:
        text = say(
            "{model} has a calibration error of {error}; true probabilities would often have as "
            "much (up to {limit}).",
            **told,
        )
    elif not miscalibrated(found):
        text = say(
            "{model} has a calibration error of {error}: more than true probabilities would have "
            "(hardly more than {limit}), but small.",
            **told,
        )
    else:
        text = say(
            "{model} has a calibration error of {error}; true probabilities would have {chance} in "
            "the mean, and hardly more than {limit}: what it says is not to be taken at its word.",
            chance=number(found.ece_by_chance),
            **told,
        )
    return [text, *_certain_and_wrong(model.name, found.log_loss_clipped)]


def miscalibrated(found: "Calibration") -> bool:
    """Whether probabilities are off by more than chance, and by enough to matter."""
    return found.ece.value > max(found.ece_chance_limit, _SMALL)


def _error(found: "Calibration") -> str:
    value, ends = number(found.ece.value), interval(found.ece)
    return say("{value} ({ends})", value=value, ends=ends) if ends else value


def _certain_and_wrong(name: str, n: int) -> list[Text]:
    """Count the images whose class had a probability of 0."""
    if not n:
        return []
    return [
        counted(
            n,
            "{model} gave {n} image a probability of 0 for what it is; in the log loss it costs "
            "36.04.",
            "{model} gave {n} images a probability of 0 for what they are; in the log loss each "
            "costs 36.04.",
            model=name,
        )
    ]


def missed(name: str, one: "Operation") -> list[Text]:
    """Name what thresholds were chosen for and did not reach on held-out images."""
    sentences = []
    for point in below(one):
        measure, _, target = point.rule.partition(" ")
        score = getattr(point, measure)
        sentences.append(
            say(
                "{model}: the threshold chosen for a {rule} on the {place} reached {score} "
                "({ends}) on held-out images. The two differ; expect new data to differ too.",
                model=name,
                rule=aim(measure, target),
                place=chosen_on_name(one.chosen_on),
                score=number(score.value),
                ends=interval(score),
            )
        )
    return sentences


def below(one: "Operation") -> "list[OperatingPoint]":
    """Thresholds with a target that their interval on held-out images lies below."""
    found = []
    for point in one.points:
        measure, _, target = point.rule.partition(" ")
        score = getattr(point, measure, None)
        if score is not None and score.high < float(target):
            found.append(point)
    return found


def aim(measure: str, target: str) -> Text:
    if measure == "sensitivity":
        return say("sensitivity of {target}", target=target)
    return say("specificity of {target}", target=target)


def short(found: "ConformalSets") -> bool:
    """Whether sets held the true class less often than asked, by more than chance."""
    return found.coverage.high < found.level


def short_of(model: "ModelResult") -> list[Text]:
    """Say where conformal sets held the true class less often than asked."""
    found = model.conformal
    if found is None or not short(found):
        return []
    return [
        say(
            "{model}: {score} ({ends}) of held-out images had their class in the set, less than "
            "the {level:g} asked for: they are not like those of the {place}.",
            model=model.name,
            score=number(found.coverage.value),
            ends=interval(found.coverage),
            level=found.level,
            place=chosen_on_name(found.chosen_on),
        )
    ]


def not_chosen(comparison: "Comparison") -> list[Text]:
    """Say which models have no threshold but the one they came with, and what would give one."""
    lacking = [m.name for m in comparison.models if _lacks(m) and m.name != "dummy"]
    if not lacking:
        return []
    if comparison.protocol.kind == "held-out evaluation":
        return [
            counted(
                len(lacking),
                "No decision threshold was chosen for {names:,}: it calls the likeliest class.",
                "No decision threshold was chosen for {names:,}: each calls the likeliest class.",
                names=lacking,
            )
        ]
    return [
        say(
            "No decision threshold was chosen for {names:,}: there is no validation part to choose "
            "it on, and inner folds (--thresholds) were not asked for, lack a class, or are not "
            "for networks.",
            names=lacking,
        )
    ]


def sets_lacking(models: Sequence["ModelResult"]) -> list[Text]:
    """Say which models have no conformal sets where others have some."""
    without = [model.name for model in models if model.conformal is None]
    if not without or len(without) == len(models):
        return []
    return [
        say(
            "No conformal sets for {names:,}: there was nothing to calibrate them on.",
            names=without,
        )
    ]


def _lacks(model: "ModelResult") -> bool:
    return bool(model.operation) and all(one.chosen_on is None for one in model.operation)
