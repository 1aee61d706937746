"""Gray levels of an image as families of texture take them."""

from collections.abc import Callable

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.arithmetic import Term
from imgpipe.bundle.single_graph.counting import number
from imgpipe.bundle.single_graph.image import MeasuredImage

_MOST_COUNTS = 2**28  # 1 GiB


def levels_of(image: MeasuredImage) -> Term:
    """Gray levels from 1 up, int64 (y, x)."""
    return Term(image.graph, image.levels)


def top_of(image: MeasuredImage, family: str, counts: Callable[[int], int]) -> Term:
    """Highest gray level, int64 scalar: the number of bins where it is fixed.

    Parameters
    ----------
    image : MeasuredImage
    family : str
        What an error calls the features.
    counts : callable
        Counts that so many bins need.

    Raises
    ------
    InputError
        If those are more than memory holds.
    """
    settings = image.plan.settings
    if settings.bin_width is not None or settings.bins is None:
        return Term(image.graph, image.n_levels)
    if counts(settings.bins) > _MOST_COUNTS:
        raise InputError(
            f"{family} with bins={settings.bins} cannot be exported: {counts(settings.bins)} "
            "counts are more than memory holds; use fewer bins"
        )
    return number(image.graph, np.int64(settings.bins))


def neighbours(levels: Term, shape: tuple[int, int]) -> list[Term]:
    """Gray levels of the eight pixels around each, 0 outside the image."""
    padded = levels.of("Pad", np.ones(4, np.int64))
    steps = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
    return [padded.of("Slice", np.array(step), np.array(step) + shape) for step in steps]
