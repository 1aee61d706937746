"""Colours by which models are known in pages, drawings and notebooks.

They are told apart by colour-blind readers, in print, and on light and dark ground.
"""

from collections.abc import Sequence
from itertools import count

LIGHT = (
    "#0068b0", "#c84e00", "#00855f", "#a5468a", "#3d8fcc", "#8c6d00", "#5b51b8", "#7a5a44",
)  # fmt: skip
DARK = (
    "#58acef", "#f58a42", "#35c496", "#dd8cc4", "#a3d4f7", "#dcbb3f", "#a49bf2", "#c9a38a",
)  # fmt: skip
GRAY_LIGHT, GRAY_DARK = "#7d8792", "#8d98a4"
DUMMY = "dummy"

# places in the palette, the same in every report; the ninth and tenth are dashed
_KNOWN = {
    "svm": 0,
    "forest": 1,
    "logistic": 2,
    "boosted": 3,
    "cnn-large": 4,
    "knn": 5,
    "cnn": 6,
    "cnn-deep": 7,
    "vgg16": 8,
    "resnet18-28": 9,
}


def places(names: Sequence[str]) -> dict[str, int]:
    """Place of each model in the palette, but for the dummy, which is gray.

    A classifier that we ship has the same one everywhere; other models take what is free.

    Examples
    --------
    >>> places(["mine", "dummy", "svm", "yours"])
    {'mine': 1, 'svm': 0, 'yours': 2}
    """
    taken = {_KNOWN[name] for name in names if name in _KNOWN}
    free = (place for place in count() if place not in taken)
    return {name: _KNOWN[name] if name in _KNOWN else next(free) for name in names if name != DUMMY}
