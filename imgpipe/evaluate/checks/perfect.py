"""SCO001: a perfect score."""

from imgpipe.evaluate.checks.entry import Check, Evidence, Seen


def look(evidence: Evidence) -> list[Seen]:
    """Models with an accuracy or AUC of exactly 1."""
    return [
        Seen(
            f"{model.name} is perfect ({metric} 1.0 on held-out data): look for a leak, such as "
            "duplicates, a mark on the image, or a label in its border"
        )
        for model in evidence.models
        for metric in ("accuracy", "auc")
        if model.metrics[metric].value == 1.0
    ]


CHECK = Check(
    "SCO001",
    "perfect score",
    "warning",
    "Few questions of medicine are that easy; a leak is likelier.",
    "Look for what gives the answer: copies, marks, borders, names of files.",
    look,
)
