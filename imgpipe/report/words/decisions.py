"""Sentences about probabilities and thresholds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe._common.texts import counted
from imgpipe.report.words.numbers import interval, number

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, ModelResult
    from imgpipe.evaluate.results import Operation


def calibrated(model: "ModelResult") -> list[str]:
    """Judge a model's calibration error beside that of probabilities which are all true."""
    found = model.calibration
    if found is None:
        return [
            f"The probabilities of {model.name} were not judged: there are too few, or some are no "
            "numbers."
        ]
    error = f"{number(found.ece.value)}"
    ends = interval(found.ece)
    text = f"{model.name} has a calibration error of {error}" + (f" ({ends})" if ends else "")
    limit = number(found.ece_chance_limit)
    if found.ece.value <= found.ece_chance_limit:
        judged = f"true probabilities would often have as much (up to {limit})"
    else:
        judged = (
            f"true probabilities would have {number(found.ece_by_chance)} in the mean, and hardly "
            f"more than {limit}: what it says is not to be taken at its word"
        )
    sentences = [f"{text}; {judged}."]
    if found.log_loss_clipped:
        n = found.log_loss_clipped
        sentences.append(
            f"{model.name} gave {counted(n, '{n} image', '{n} images')} a probability of 0 for "
            f"what "
            f"{'it is' if n == 1 else 'they are'}; in the log loss each costs 36.04."
        )
    return sentences


def missed(name: str, one: "Operation") -> list[str]:
    """Name what thresholds were chosen for and did not reach on held-out images."""
    sentences = []
    for point in one.points:
        measure, _, target = point.rule.partition(" ")
        score = getattr(point, measure, None)
        if score is not None and score.high < float(target):
            sentences.append(
                f"{name}: the threshold chosen for a {measure} of {target} on the {one.chosen_on} "
                f"reached {number(score.value)} ({interval(score)}) on held-out images. The two "
                "differ; expect new data to differ too."
            )
    return sentences


def short_of(model: "ModelResult") -> list[str]:
    """Say where conformal sets held the true class less often than asked."""
    found = model.conformal
    if found is None or not found.coverage.high < found.level:
        return []
    return [
        f"{model.name}: {number(found.coverage.value)} ({interval(found.coverage)}) of held-out "
        f"images had their class in the set, less than the {found.level:g} asked for: they are "
        f"not like those of the {found.chosen_on}."
    ]


def not_chosen(comparison: "Comparison") -> list[str]:
    """Say which models have no threshold but the one they came with, and what would give one."""
    lacking = [m.name for m in comparison.models if _lacks(m) and m.name != "dummy"]
    if not lacking:
        return []
    named = ", ".join(lacking)
    if comparison.protocol.kind == "held-out evaluation":
        return [f"No decision threshold was chosen for {named}: it calls the likeliest class."]
    return [
        f"No decision threshold was chosen for {named}: there is no validation part to choose it "
        "on, and inner folds (--thresholds) were not asked for, lack a class, or are not for "
        "networks."
    ]


def sets_lacking(models: Sequence["ModelResult"]) -> list[str]:
    """Say which models have no conformal sets where others have some."""
    without = [model.name for model in models if model.conformal is None]
    if not without or len(without) == len(models):
        return []
    return [f"No conformal sets for {', '.join(without)}: there was nothing to calibrate them on."]


def _lacks(model: "ModelResult") -> bool:
    return bool(model.operation) and all(one.chosen_on is None for one in model.operation)
