"""The fitted part of a bundle: its settings, and whether its arrays go with them and end.

Types, shapes and single numbers of arrays were compared with the table of `parts` before.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.graph_check import Cost
from imgpipe.bundle.archive.refusing import excerpt

Arrays = Mapping[str, np.ndarray]

MOST_STEPS = 2**28
"""Through trees, or among neighbours, for one image: a second or two."""
_STEP = 2**5  # multiplications of a graph that take as long
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "graph": (),
    "network": (),
    "trees": ("precision", "combine", "missing", "classes"),
    "neighbours": ("asked", "weights", "classes"),
}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "precision": ("float32", "float64"),
    "combine": ("mean", "logistic", "softmax"),
    "weights": ("distance", "uniform"),
}


def check_settings(fitted: Mapping[str, Any], n_classes: int) -> None:
    """Compare what the manifest says of the fitted part with the settings of its kind."""
    known = _SETTINGS[str(fitted["kind"])]
    if set(fitted) != {"kind", *known}:
        raise InputError(f"fitted must tell of {', '.join(('kind', *known))} and nothing else")
    for name in known:
        told = fitted[name]
        if name in _CHOICES and told not in _CHOICES[name]:
            choice = " or ".join(_CHOICES[name])
            raise InputError(f"fitted.{name} is {excerpt(told)}; it must be {choice}")
        wanted = {"classes": int, "asked": int, "missing": bool}.get(name, str)
        if type(told) is not wanted:
            raise InputError(f"fitted.{name} is {excerpt(told)}; {wanted.__name__} is needed")
    if fitted.get("classes", n_classes) != n_classes:
        raise InputError(f"fitted.classes is not the {n_classes} that codes are")
    if fitted.get("combine") == "logistic" and n_classes != 2:
        raise InputError(f"fitted.combine is logistic for {n_classes} classes; it is of 2")


def check_neighbours(fitted: Mapping[str, Any], arrays: Arrays) -> Cost:
    """Let there be as many samples as are asked for, of classes that are there, and sigmoids.

    A row has a distance to each sample, and each may have to find its place among the nearest.
    """
    classes, asked = fitted["classes"], fitted["asked"]
    n, wide = arrays["neighbours.samples"].shape
    if not 1 <= asked <= n or not wide:
        raise InputError(f"fitted.asked is {asked} of {n} neighbours")
    if classes < 2 or (arrays["neighbours.codes"] >= classes).any():
        raise InputError(f"neighbours.codes has classes beyond the {classes} there are")
    sigmoids = len(arrays["neighbours.slopes"])
    if sigmoids != (1 if classes == 2 else classes):
        raise InputError(f"neighbours.slopes has {sigmoids} sigmoids for {classes} classes")
    if n * max(asked, wide) > MOST_STEPS:
        raise InputError(
            f"asks {asked:,} of {n:,} neighbours with {wide:,} features: more than a model may take"
        )
    return Cost(8 * (wide + 3 * n + 4 * classes), _STEP * n * (wide + asked))


def check_trees(fitted: Mapping[str, Any], arrays: Arrays, n_features: int) -> Cost:
    """Let every walk end: down to a leaf that is there, past no node twice.

    Children stand behind their parent, and every inner node is reached from one place only: all
    walks of a row together then take no more steps than there are nodes.
    """
    roots, feature = arrays["trees.roots"], arrays["trees.feature"]
    nodes, leaves = len(feature), len(arrays["trees.values"])
    if not len(roots):
        raise InputError("trees.roots has no tree")
    if (feature >= n_features).any():
        raise InputError(f"trees.feature has features beyond the {n_features} there are")
    wide = arrays["trees.values"].shape[1]
    if wide != (fitted["classes"] if fitted["combine"] == "mean" else 1):
        raise InputError(f"trees.values has {wide} numbers a leaf, of {fitted['classes']} classes")
    own = np.arange(nodes)
    for name, behind in (("trees.roots", None), ("trees.left", own), ("trees.right", own)):
        to = arrays[name]
        if ((to >= nodes) | (to < -leaves)).any():
            raise InputError(f"{name} leads to a node or a leaf that is not there")
        if behind is not None and ((to >= 0) & (to <= behind)).any():
            raise InputError(f"{name} leads back, in a circle")
    ways = np.concatenate([roots, arrays["trees.left"], arrays["trees.right"]])
    if (np.bincount(ways[ways >= 0], minlength=nodes) != 1).any():
        raise InputError("trees have nodes that are reached from several places, or from none")
    steps = nodes + len(roots) * wide
    if steps > MOST_STEPS:
        raise InputError(f"trees take {steps:,} steps for one image; {MOST_STEPS:,} are allowed")
    return Cost(8 * (n_features + 4 * fitted["classes"]), _STEP * steps)
