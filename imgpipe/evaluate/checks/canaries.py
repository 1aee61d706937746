"""SCO002 and SCO006: canaries that sing, rows of the leaderboard that should score nothing."""

from imgpipe.evaluate.checks.entry import Check, Evidence, Seen

SHUFFLED = "shuffled labels"
SHIFT = "test or training"
_ALARM = 0.6
_HIGH = 0.8


def shuffled(evidence: Evidence) -> list[Seen]:
    """Shuffled labels are found again."""
    return [
        Seen(f"{row.name} are predicted with an AUC of {score.value:.3f}, and should not be")
        for row in evidence.canaries
        if row.name == SHUFFLED
        and (score := row.metrics["auc"]).value >= _ALARM
        and score.low > 0.5
    ]


def high(evidence: Evidence) -> list[Seen]:
    """Canaries with a high score, below the best model."""
    seen = []
    best = _best(evidence)
    for row in evidence.canaries:
        score = row.metrics["auc"]
        if row.name in (SHUFFLED, SHIFT) or not score.value >= _ALARM:
            continue
        ends = f"({score.low:.3f}-{score.high:.3f})"
        text = f"the canary {row.name} has an AUC of {score.value:.3f} {ends}"
        if score.value >= _HIGH and score.high < best:
            seen.append(Seen(text))
    return seen


def reaching(evidence: Evidence) -> list[Seen]:
    """Canaries whose interval reaches the best model."""
    best = _best(evidence)
    names = [
        f"{row.name} {score.value:.3f} ({score.low:.3f}-{score.high:.3f})"
        for row in evidence.canaries
        if row.name not in (SHUFFLED, SHIFT)
        and (score := row.metrics["auc"]).value >= _ALARM
        and score.high >= best
    ]
    if not names:
        return []
    text = f"the best model has an AUC of {best:.3f}, which is no more than canaries may have: "
    return [Seen(text + ", ".join(names))]


def _best(evidence: Evidence) -> float:
    """AUC of the best model; of none where there is no model but the dummy."""
    return max((m.metrics["auc"].value for m in evidence.models if m.name != "dummy"), default=1.0)


SHUFFLE = Check(
    "SCO002",
    "shuffled labels are found",
    "error",
    "What has no answer was answered: images or patients are on both sides of the folds.",
    "Look for copies and for patients with two names.",
    shuffled,
)
REACHING = Check(
    "SCO007",
    "a canary reaches the best model",
    "error",
    "A model that is no better than brightness, border, size or outline alone has shown nothing.",
    "Take away what the canary sees, and compare again.",
    reaching,
)
HIGH = Check(
    "SCO006",
    "a canary scores high",
    "warning",
    "Brightness, border, size or outline alone go far: a model may see no more than they do.",
    "Hold the models' scores against the canary's; take away what it sees, and compare again.",
    high,
)
