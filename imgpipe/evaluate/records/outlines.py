"""A few images with the outlines of their masks, for a person to check the region."""

from typing import Any

import numpy as np

from imgpipe.evaluate.results import Example
from imgpipe.images.picture import outlined

_SHOWN = 4


def mask_examples(dataset: Any) -> tuple[Example, ...]:
    """Show images with masks, class by class in turn."""
    if dataset.region in ("image", "table"):
        return ()
    masked = np.flatnonzero(dataset.images.areas() > 0)
    turns = [masked[dataset.labels[masked] == code] for code in range(len(dataset.classes))]
    order = [int(own[n]) for n in range(_SHOWN) for own in turns if n < len(own)]
    return tuple(
        Example(
            str(dataset.ids[i]),
            dataset.classes[dataset.labels[i]],
            outlined(dataset.images[i]),
        )
        for i in order[:_SHOWN]
    )
