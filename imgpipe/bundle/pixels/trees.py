"""The trees in the file of a pixel classifier, and what is refused before they are walked."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.fitted_check import check_trees
from imgpipe.bundle.pixels.manifest import PixelManifest
from imgpipe.segment.pixels.forest import Forest

ARRAYS: Mapping[str, tuple[str, int]] = {
    "roots": ("<i4", 1),
    "feature": ("<i4", 1),
    "threshold": ("<f4", 1),
    "left": ("<i4", 1),
    "right": ("<i4", 1),
    "values": ("<f8", 2),
}
MOST_STEPS = 2**16
"""Through all trees together, for one pixel: an image has millions."""
_ROUNDING = 1e-9


def forest_of(manifest: PixelManifest, arrays: Mapping[str, np.ndarray]) -> Forest:
    """Take arrays for a forest, once each walk is known to end at a leaf that is there."""
    if set(arrays) != {f"trees.{name}" for name in ARRAYS}:
        raise InputError(f"must have the arrays trees.{', trees.'.join(ARRAYS)}, and no others")
    for name, (dtype, axes) in ARRAYS.items():
        array = arrays[f"trees.{name}"]
        if array.dtype.str != dtype or array.ndim != axes:
            raise InputError(
                f"trees.{name} is {array.dtype} of {array.ndim} axes; {np.dtype(dtype)} of {axes} "
                "is needed"
            )
    forest = Forest(*(_native(arrays[f"trees.{name}"]) for name in ARRAYS))
    nodes = len(forest.feature)
    if not all(len(way) == nodes for way in (forest.threshold, forest.left, forest.right)):
        raise InputError("trees.feature, threshold, left and right have not one length")
    if (forest.feature < 0).any() or np.isnan(forest.threshold).any():
        raise InputError("trees.feature or trees.threshold holds other numbers than it may")
    values = forest.values
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise InputError("trees.values holds other numbers than shares")
    if (np.abs(values.sum(axis=1) - 1) > _ROUNDING).any():
        raise InputError("trees.values has a leaf whose shares do not add up to 1")
    told: dict[str, Any] = {"classes": len(manifest.classes), "combine": "mean"}
    check_trees(told, arrays, len(manifest.features))
    _check_depth(forest)
    return forest


def _native(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def _check_depth(forest: Forest) -> None:
    """Go down all trees at once: nodes of one depth are reached together, each once."""
    tree = np.arange(len(forest.roots))
    front, deepest, depth = forest.roots, np.zeros(len(tree), np.int64), 0
    while True:
        inner = front >= 0
        front, tree = front[inner], tree[inner]
        if not len(front):
            break
        depth += 1
        deepest[tree] = depth
        if deepest.sum() + len(deepest) > MOST_STEPS:
            raise InputError(
                f"trees take more than {MOST_STEPS:,} steps for a pixel; set max_depth, or fewer "
                "trees"
            )
        front = np.concatenate([forest.left[front], forest.right[front]])
        tree = np.concatenate([tree, tree])
