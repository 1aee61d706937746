"""SCO003: one number an image, without any fit, scores as well as the best model."""

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen
from imgpipe.evaluate.checks.evidence import beyond_chance
from imgpipe.evaluate.checks.formats import size_tellings
from imgpipe.evaluate.data.measures import MEASURES
from imgpipe.evaluate.data.telling import Telling, first_rank_auc

_USEFUL = 0.6  # AUC below which neither a number nor a model says much


def look(evidence: Evidence) -> list[Seen]:
    """The best number on the judged images beside the best model, where there are two classes."""
    models = [model for model in evidence.models if model.name != "dummy"]
    if len(evidence.classes) != 2 or not models or not evidence.splits:
        return []
    best = max(models, key=lambda model: np.nan_to_num(model.metrics["auc"].value))
    score = best.metrics["auc"]
    known = beyond_chance(list(evidence.tellings.values()), _USEFUL, tests=len(MEASURES))
    judged = [(_judged(t, evidence), t.name) for t in [*known, *size_tellings(evidence)]]
    if not judged or np.isnan(score.low):
        return []
    auc, name = max(judged)
    if auc < max(score.low, _USEFUL):
        return []
    text = say(
        "{what} alone, one number an image and without any fit, has an AUC of {auc:.3f} on the "
        "judged images; the best model, {name}, has {score:.3f} ({low:.3f}-{high:.3f}): the images "
        "may say no more than that number",
        what=name,
        auc=auc,
        name=best.name,
        score=score.value,
        low=score.low,
        high=score.high,
    )
    return [Seen(text)]


def _judged(telling: Telling, evidence: Evidence) -> float:
    """Mean AUC over the held-out parts, as that of models, in the direction that fits all data."""
    positive = evidence.labels == 1
    values = telling.values
    if first_rank_auc(values, positive) < 0.5:
        values = -values
    splits = evidence.splits or ()
    areas = [first_rank_auc(values[split.test], positive[split.test]) for split in splits]
    defined = [auc for auc in areas if not np.isnan(auc)]
    return float(np.mean(defined)) if defined else 0.0


CHECK = Check(
    "SCO003",
    say("one number scores as well"),
    "error",
    say("What the models found may be exposure, size or format, and nothing about the patients."),
    say("Take away what the number tells (same machine, view, format), then compare again."),
    look,
    of_images=True,
)
