"""Forests and boosted trees as arrays."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.running.trees import DTYPES

_UNUSED = (
    "{what} cannot be written as .imgpipe; imgpipe's own BoostedTrees grows none, so keep the "
    "model in a .joblib file"
)


@dataclass
class _Growing:
    """Columns of the arrays of trees, node by node."""

    columns: dict[str, list[Any]] = field(
        default_factory=lambda: {name: [] for name in DTYPES if name != "values"}
    )
    leaves: dict[tuple[float, ...], int] = field(default_factory=dict)

    def leaf(self, values: tuple[float, ...]) -> int:
        """Give the place of a leaf, as ~index; the same values have one place."""
        return ~self.leaves.setdefault(values, len(self.leaves))

    def inner(self, feature: int, threshold: float, missing: bool) -> int:
        """Append an inner node whose ways are not known yet."""
        node = len(self.columns["feature"])
        told = (("feature", feature), ("threshold", threshold), ("missing", int(missing)))
        for name, value in (*told, ("left", 0), ("right", 0)):
            self.columns[name].append(value)
        return node

    def arrays(self, columns: int) -> dict[str, np.ndarray]:
        """Give all of it under the names that a bundle has."""
        values = np.array(list(self.leaves), np.float64).reshape(-1, columns)
        found = {name: np.array(column, DTYPES[name]) for name, column in self.columns.items()}
        return {f"trees.{name}": array for name, array in {**found, "values": values}.items()}


def forest(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write a fitted forest of scikit-learn."""
    if model.n_outputs_ != 1:
        raise InputError(
            f"a {type(model).__name__} of {model.n_outputs_} outputs cannot be written as .imgpipe"
        )
    classes = int(model.n_classes_)
    growing = _Growing()
    for each in model.estimators_:
        growing.columns["roots"].append(_planted(growing, each.tree_, classes))
    told = {"kind": "trees", "precision": "float32", "combine": "mean", "classes": classes}
    return told, growing.arrays(classes)


def _planted(growing: _Growing, tree: Any, classes: int) -> int:
    """Append a tree of scikit-learn, whose nodes stand behind their parents; give its root."""
    lefts, rights = tree.children_left.tolist(), tree.children_right.tolist()
    features, thresholds = tree.feature.tolist(), tree.threshold.tolist()
    missing = tree.missing_go_to_left.tolist()
    values = tree.value[:, 0, :classes].tolist()
    places = [
        growing.leaf(tuple(values[node]))
        if left < 0
        else growing.inner(features[node], thresholds[node], missing[node])
        for node, left in enumerate(lefts)
    ]
    for node, place in enumerate(places):
        if place >= 0:
            growing.columns["left"][place] = places[lefts[node]]
            growing.columns["right"][place] = places[rights[node]]
    return places[0]


def boosted(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write fitted `BoostedTrees`, as LightGBM tells of them."""
    dump = model.booster_.dump_model()
    classes = len(model.classes_)
    if dump.get("average_output"):
        raise InputError(_UNUSED.format(what="LightGBM's random forest"))
    growing = _Growing()
    for tree in dump["tree_info"]:
        growing.columns["roots"].append(_grown(growing, tree["tree_structure"]))
    told = {
        "kind": "trees",
        "precision": "float64",
        "combine": "logistic" if classes == 2 else "softmax",
        "classes": classes,
    }
    return told, growing.arrays(1)


def _grown(growing: _Growing, tree: dict[str, Any]) -> int:
    """Append a tree of LightGBM; give its root."""
    roots: list[int] = []
    # a way as a list and a place in it: no recursion, for a tree may be deep
    waiting: list[tuple[dict[str, Any], Any, int]] = [(tree, roots, 0)]
    roots.append(0)
    while waiting:
        told, into, at = waiting.pop()
        if "leaf_value" in told:
            into[at] = growing.leaf((told["leaf_value"],))
            continue
        node = growing.inner(told["split_feature"], told["threshold"], _missing(told))
        into[at] = node
        columns = growing.columns
        waiting.append((told["right_child"], columns["right"], node))
        waiting.append((told["left_child"], columns["left"], node))
    return roots[0]


def _missing(told: dict[str, Any]) -> bool:
    """Whether a missing number goes left."""
    if told["decision_type"] != "<=":
        raise InputError(_UNUSED.format(what="a tree that asks for a category"))
    kind = told["missing_type"]
    if kind == "Zero":
        raise InputError(_UNUSED.format(what="a tree to which zeros are missing"))
    # where none was missing in training, LightGBM takes zero for it
    return bool(told["default_left"] if kind == "NaN" else told["threshold"] >= 0)
