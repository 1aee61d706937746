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
    """A canary with a high score, or that the best model does not clear."""
    seen = []
    best = max((m.metrics["auc"].value for m in evidence.models), default=1.0)
    for row in evidence.canaries:
        score = row.metrics["auc"]
        if row.name in (SHUFFLED, SHIFT) or not score.value >= _ALARM:
            continue
        ends = f"({score.low:.3f}-{score.high:.3f})"
        text = f"the canary {row.name} has an AUC of {score.value:.3f} {ends}"
        if score.high >= best:
            seen.append(Seen(f"{text}: its interval reaches that of the best model, {best:.3f}"))
        elif score.value >= _HIGH:
            seen.append(Seen(text))
    return seen


SHUFFLE = Check(
    "SCO002",
    "shuffled labels are found",
    "error",
    "What has no answer was answered: images or patients are on both sides of the folds.",
    "Look for copies and for patients with two names.",
    shuffled,
)
HIGH = Check(
    "SCO006",
    "a canary scores high",
    "warning",
    "Brightness, border, size or outline alone go far: a model may see no more than they do.",
    "Hold the models' scores against the canary's; take away what it sees, and compare again.",
    high,
)
