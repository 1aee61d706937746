"""SPL006: pixels standardised over all images."""

import numpy as np

from imgpipe.evaluate.checks.entry import Check, Evidence, Seen

_NOUGHT = 1e-3
_ONE = 0.02  # some divide by n - 1
_LEAST = 10  # images from which a mean of nought is no accident


def look(evidence: Evidence) -> list[Seen]:
    """Images of floats whose every pixel has mean 0 and standard deviation 1 over all images."""
    images = evidence.dataset.images
    if not images.is_stack or len(images) < _LEAST or images.pixels.dtype.kind != "f":
        return []
    flat = images.pixels.reshape(len(images), -1)
    # most sets are told by a few pixels
    for columns in (slice(0, 16), slice(None)):
        mean, spread = flat[:, columns].mean(axis=0), flat[:, columns].std(axis=0)
        varies = spread > _NOUGHT
        if np.abs(mean).max() > _NOUGHT or not varies.any():
            return []
        if np.abs(spread[varies] - 1).max() > _ONE:
            return []
    return [Seen("every pixel has mean 0 and standard deviation 1 over all images")]


CHECK = Check(
    "SPL006",
    "standardised before the split",
    "error",
    "The scale was taken from all images, those that are judged among them.",
    "Give the images as they were; scale inside the model, which is fitted on training parts only.",
    look,
)
