"""SPL006: pixels or features standardised over all images."""

from typing import Any

import numpy as np

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen

_NOUGHT = 1e-3
_ONE = 0.02  # some divide by n - 1
_LEAST = 10  # images from which a mean of nought is no accident


def look(evidence: Evidence) -> list[Seen]:
    """Images of floats whose every pixel has mean 0 and standard deviation 1 over all images."""
    flat = _values(evidence.dataset)
    if flat is None or len(flat) < _LEAST:
        return []
    # most sets are told by a few pixels
    for columns in (slice(0, 16), slice(None)):
        mean, spread = flat[:, columns].mean(axis=0), flat[:, columns].std(axis=0)
        varies = spread > _NOUGHT
        if np.abs(mean).max() > _NOUGHT or not varies.any():
            return []
        if np.abs(spread[varies] - 1).max() > _ONE:
            return []
    if evidence.dataset.region == "table":
        return [Seen(say("every feature has mean 0 and standard deviation 1 over all rows"))]
    return [Seen(say("every pixel has mean 0 and standard deviation 1 over all images"))]


def _values(dataset: Any) -> np.ndarray | None:
    """Pixels or features of each image as a row, where they are floats in memory."""
    if dataset.region == "table":
        return np.asarray(dataset.images, dtype=np.float64)
    images = dataset.images
    if not images.is_stack or images.pixels.dtype.kind != "f":
        return None
    return np.asarray(images.pixels.reshape(len(images), -1))


CHECK = Check(
    "SPL006",
    say("standardised before the split"),
    "error",
    say("The scale was taken from all images, those that are judged among them."),
    say(
        "Give the images as they were; scale inside the model, which is fitted on training parts "
        "only."
    ),
    look,
)
