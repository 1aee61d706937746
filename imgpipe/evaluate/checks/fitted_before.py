"""SCO004 and SCO005: models of which a part was settled before the folds were made."""

from collections.abc import Iterator
from typing import Any

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen


def frozen(evidence: Evidence) -> list[Seen]:
    """Models with a step that fitting does not fit."""
    seen = []
    for name, model in evidence.estimators.items():
        steps = dict.fromkeys(type(part).__name__ for part in _parts(model) if _is_frozen(part))
        if steps:
            text = say(
                "{name} has a step that was fitted before and is kept as it is ({steps:,}): it may "
                "have seen held-out images",
                name=name,
                steps=list(steps),
            )
            seen.append(Seen(text))
    return seen


def threshold(evidence: Evidence) -> list[Seen]:
    """Models that come with a threshold of their own."""
    seen = []
    for name, model in evidence.estimators.items():
        for part in _parts(model):
            given = getattr(part, "threshold", None)
            if type(part).__name__ == "FixedThresholdClassifier" and given not in ("auto", 0.5):
                text = say(
                    "{name} decides at a fixed threshold of {threshold}, found before the folds",
                    name=name,
                    threshold=str(given),
                )
                seen.append(Seen(text))
    return seen


def _parts(model: Any) -> Iterator[Any]:
    """A model and all that it is made of."""
    yield model
    if hasattr(model, "get_params") and not isinstance(model, type):
        yield from (p for p in model.get_params(deep=True).values() if hasattr(p, "get_params"))


def _is_frozen(part: Any) -> bool:
    """Whether a clone of it, or of what it wraps, is as fitted as it was."""
    if getattr(part, "prefit", False) is True or getattr(part, "cv", None) == "prefit":
        return True
    # a function that is the method of an estimator is copied with what that has learnt
    if hasattr(getattr(getattr(part, "func", None), "__self__", None), "get_params"):
        return True
    return type(part).__name__ == "FrozenEstimator"


FROZEN = Check(
    "SCO004",
    say("fitted outside the folds"),
    "error",
    say("A scaler, selector or threshold fitted on all images has seen those that are judged."),
    say("Give the model unfitted: compare fits every step on the training part of each fold."),
    frozen,
)
THRESHOLD = Check(
    "SCO005",
    say("threshold from elsewhere"),
    "warning",
    say(
        "A threshold tuned on the judged images makes accuracy, sensitivity and specificity too "
        "good."
    ),
    say(
        "Choose it on inner folds (TunedThresholdClassifierCV), or read the AUC, which needs none."
    ),
    threshold,
)
