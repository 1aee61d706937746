"""What a run says of one probability: how often such came true, thresholds, sets of classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Bin:
    """Held-out images of the run that were given about as high a probability of `name`.

    `low` and `high` are the smallest and largest of theirs; `share` of them were of that class,
    `share_low` and `share_high` are its 95 % interval. `within` is False where the new probability
    lies beyond all that held-out images were given.
    """

    name: str
    n: int
    low: float
    high: float
    share: float
    share_low: float
    share_high: float
    within: bool


@dataclass(frozen=True)
class Threshold:
    """A threshold on the probability of `name`, chosen without a look at held-out images.

    `value` is the median of those of the run's folds, from `low` to `high`. `reached` says whether
    the new probability is at least as high. The figures are those of held-out images.
    """

    name: str
    rule: str
    value: float
    low: float
    high: float
    reached: bool
    sensitivity: Mapping[str, Any]
    specificity: Mapping[str, Any]


@dataclass(frozen=True)
class ClassSet:
    """The classes that are not ruled out: those whose probability is at least `least`.

    Such sets held the true class of held-out images as often as `coverage` says, where `level` was
    asked for. `least` is the median over the run's folds.
    """

    classes: tuple[str, ...]
    level: float
    least: float
    coverage: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What a run found of predictions like this one; None where it did not look."""

    bin: Bin | None
    thresholds: tuple[Threshold, ...]
    set: ClassSet | None


def evidence_of(
    run: Mapping[str, Any], probabilities: Mapping[str, float], predicted: str
) -> Evidence:
    """Look a prediction up in what a run found.

    Parameters
    ----------
    run : dict
        From `imgpipe.evaluate.run_card.run_card`.
    probabilities : dict of str to float
        Of each class.
    predicted : str
        The most probable class. With two classes, the positive one is looked up whatever it is.

    Returns
    -------
    Evidence
    """
    name = run["protocol"]["positive_class"] or predicted
    model, p = run["model"], probabilities[name]
    calibration = model["calibration"] or {"curves": ()}
    curves = {curve["name"]: curve["bins"] for curve in calibration["curves"]}
    operations = {each["name"]: each for each in model["operation"]}
    return Evidence(
        _bin(name, curves.get(name, ()), p),
        _thresholds(name, operations.get(name), p),
        _set(model["conformal"], probabilities),
    )


def _bin(name: str, bins: Sequence[Mapping[str, Any]], p: float) -> Bin | None:
    """Take the bin that holds the probability, or comes nearest to it."""
    if not bins:
        return None
    found = min(bins, key=lambda each: max(each["low"] - p, p - each["high"], 0.0))
    within = min(each["low"] for each in bins) <= p <= max(each["high"] for each in bins)
    share = found["observed"]
    return Bin(
        name,
        found["n"],
        found["low"],
        found["high"],
        share["value"],
        share["low"],
        share["high"],
        within,
    )


def _thresholds(name: str, operation: Mapping[str, Any] | None, p: float) -> tuple[Threshold, ...]:
    """Give the thresholds that were chosen, and which of them this probability reaches."""
    if operation is None or operation["chosen_on"] is None:
        return ()
    return tuple(
        Threshold(
            name,
            point["rule"],
            value := float(np.median(point["thresholds"])),
            min(point["thresholds"]),
            max(point["thresholds"]),
            p >= value,
            point["sensitivity"],
            point["specificity"],
        )
        for point in operation["points"][1:]  # the first is the class that the model gives
        if point["thresholds"]
    )


def _set(
    conformal: Mapping[str, Any] | None, probabilities: Mapping[str, float]
) -> ClassSet | None:
    """Give the classes that are not ruled out."""
    if conformal is None or not conformal["least"]:
        return None
    least = float(np.median(conformal["least"]))
    inside = tuple(name for name, p in probabilities.items() if p >= least)
    return ClassSet(inside, conformal["level"], least, conformal["coverage"])
