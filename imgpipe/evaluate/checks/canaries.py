"""SCO002, SCO006 to SCO008: canaries that sing, rows that should score nothing."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.results import Canary, Interval
from imgpipe.evaluate.results.canaries import SHIFT, SHUFFLED

_ALARM = 0.6
_HIGH = 0.8


def shuffled(evidence: Evidence) -> list[Seen]:
    """Shuffled labels are found again."""
    return [
        Seen(
            say(
                "shuffled labels are predicted with an AUC of {auc:.3f}, and should not be",
                auc=score.value,
            )
        )
        for row in evidence.canaries
        if row.name == SHUFFLED
        and (score := row.metrics["auc"]).value >= _ALARM
        and score.low > 0.5
    ]


def high(evidence: Evidence) -> list[Seen]:
    """Canaries with a high score, below the best model."""
    return [_seen(row.name, score) for row, score in _below(evidence) if score.value >= _HIGH]


def telling(evidence: Evidence) -> list[Seen]:
    """Canaries with a score beyond chance that is not high, below the best model."""
    return [
        _seen(row.name, score)
        for row, score in _below(evidence)
        if score.value < _HIGH and score.low > 0.5
    ]


def _below(evidence: Evidence) -> list[tuple[Canary, Interval]]:
    """Canaries that tell something, and do not reach the best model."""
    best = _best(evidence)
    return [
        (row, score)
        for row in evidence.canaries
        if row.name not in (SHUFFLED, SHIFT)
        and (score := row.metrics["auc"]).value >= _ALARM
        and score.high < best
    ]


def _seen(name: str, score: Interval) -> Seen:
    return Seen(
        say(
            "the canary {name} has an AUC of {auc:.3f} ({low:.3f}-{high:.3f})",
            name=name,
            **_ends(score),
        )
    )


def reaching(evidence: Evidence) -> list[Seen]:
    """Canaries whose interval reaches the best model."""
    best = _best(evidence)
    names = [
        say("{name} {auc:.3f} ({low:.3f}-{high:.3f})", name=row.name, **_ends(score))
        for row in evidence.canaries
        if row.name not in (SHUFFLED, SHIFT)
        and (score := row.metrics["auc"]).value >= _ALARM
        and score.high >= best
    ]
    if not names:
        return []
    return [
        Seen(
            say(
                "the best model has an AUC of {auc:.3f}, which is no more than canaries may have: "
                "{names:,}",
                auc=best,
                names=names,
            )
        )
    ]


def _ends(score: Interval) -> dict[str, float]:
    return {"auc": score.value, "low": score.low, "high": score.high}


def _best(evidence: Evidence) -> float:
    """AUC of the best model; of none where there is no model but the dummy."""
    return max((m.metrics["auc"].value for m in evidence.models if m.name != "dummy"), default=1.0)


SHUFFLE = Check(
    "SCO002",
    say("shuffled labels are found"),
    "error",
    say("What has no answer was answered: images or patients are on both sides of the folds."),
    say("Look for copies and for patients with two names."),
    shuffled,
)
REACHING = Check(
    "SCO007",
    say("a canary reaches the best model"),
    "error",
    say(
        "A model that is no better than brightness, border, size or outline alone has shown "
        "nothing."
    ),
    say("Take away what the canary sees, and compare again."),
    reaching,
)
HIGH = Check(
    "SCO006",
    say("a canary scores high"),
    "warning",
    say("Brightness, border, size or outline alone go far: a model may see no more than they do."),
    say("Hold the models' scores against the canary's; take away what it sees, and compare again."),
    high,
)
TELLING = Check(
    "SCO008",
    say("a canary tells something"),
    "note",
    say(
        "Brightness, border, size or outline alone tell something of the class: a part of a "
        "model's score may come from there. Where the outline itself is the sign of a disease, as "
        "of a nodule, this is no fault."
    ),
    say("Hold the models' scores against the canary's."),
    telling,
)
