"""Forests and boosted trees as arrays."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.parts import ARRAYS

_REFUSED = "{what} cannot be written as .imgpipe; keep the model in a .joblib file"
_COLUMNS = ("roots", "feature", "threshold", "left", "right", "missing")
_ZERO = float(np.float32(1e-35))  # LightGBM takes a feature for zero that is no larger


@dataclass
class _Growing:
    """Columns of the arrays of trees, node by node."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
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

    def lead(self, node: int, left: int, right: int) -> None:
        """Say where the ways of an inner node lead."""
        self.columns["left"][node], self.columns["right"][node] = left, right

    def arrays(self, columns: int) -> dict[str, np.ndarray]:
        """Give all of it under the names that a bundle has."""
        values = np.array(list(self.leaves), np.float64).reshape(-1, columns)
        found = {f"trees.{name}": column for name, column in self.columns.items()}
        arrays = {name: np.array(column, ARRAYS[name].dtype) for name, column in found.items()}
        return {**arrays, "trees.values": values}


def forest(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write a fitted forest of scikit-learn."""
    if model.n_outputs_ != 1:
        raise InputError(_REFUSED.format(what=f"a {type(model).__name__} of several outputs"))
    classes = int(model.n_classes_)
    growing = _Growing()
    for each in model.estimators_:
        tree = each.tree_
        nodes = _Nodes(
            tree.children_left < 0,
            tree.children_left,
            tree.children_right,
            tree.feature,
            tree.threshold,
            tree.missing_go_to_left,
            tree.value[:, 0, :classes],
        )
        growing.columns["roots"].append(_planted(growing, nodes))
    told = _told(classes, "float32", "mean", missing=True)
    return told, growing.arrays(classes)


def histograms(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write a fitted `sklearn.ensemble.HistGradientBoostingClassifier`."""
    growing, roots = _Growing(), []
    # what is said before any tree is said by trees without a question
    roots += [growing.leaf((float(value),)) for value in model._baseline_prediction.ravel()]
    for tree in (one for several in model._predictors for one in several):
        told = tree.nodes
        if told["is_categorical"].any():
            raise InputError(_REFUSED.format(what="a tree that asks for a category"))
        nodes = _Nodes(
            told["is_leaf"] == 1,
            told["left"],
            told["right"],
            told["feature_idx"],
            told["num_threshold"],
            told["missing_go_to_left"],
            told["value"][:, None],
        )
        roots.append(_planted(growing, nodes))
    growing.columns["roots"] = roots
    return _boosting(len(model.classes_), missing=True), growing.arrays(1)


class _Nodes(NamedTuple):
    """A tree of scikit-learn, whose nodes stand behind their parents."""

    is_leaf: np.ndarray
    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing: np.ndarray
    values: np.ndarray


def _planted(growing: _Growing, nodes: _Nodes) -> int:
    """Append a tree; give its root."""
    is_leaf, left, right, feature, threshold, missing, values = (each.tolist() for each in nodes)
    places = [
        growing.leaf(tuple(values[node]))
        if is_leaf[node]
        else growing.inner(feature[node], threshold[node], missing[node])
        for node in range(len(is_leaf))
    ]
    for node, place in enumerate(places):
        if place >= 0:
            growing.lead(place, places[left[node]], places[right[node]])
    return places[0]


def _told(classes: int, precision: str, combine: str, *, missing: bool) -> dict[str, Any]:
    """What the manifest says of trees."""
    return {
        "kind": "trees",
        "precision": precision,
        "combine": combine,
        "classes": classes,
        "missing": missing,
    }


def _boosting(classes: int, *, missing: bool) -> dict[str, Any]:
    return _told(classes, "float64", "logistic" if classes == 2 else "softmax", missing=missing)


def boosted(model: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Write fitted `BoostedTrees`, as LightGBM tells of them."""
    dump = model.booster_.dump_model()
    classes = len(model.classes_)
    if dump.get("average_output"):
        raise InputError(_REFUSED.format(what="LightGBM's random forest"))
    growing = _Growing()
    for tree in dump["tree_info"]:
        growing.columns["roots"].append(_grown(growing, tree["tree_structure"]))
    return _boosting(classes, missing=False), growing.arrays(1)


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
        node = growing.inner(told["split_feature"], _threshold(told), _missing(told))
        into[at] = node
        columns = growing.columns
        waiting.append((told["right_child"], columns["right"], node))
        waiting.append((told["left_child"], columns["left"], node))
    return roots[0]


def _threshold(told: dict[str, Any]) -> float:
    """Give the threshold that does for features as they are what its own does for LightGBM's."""
    threshold = float(told["threshold"])
    if -_ZERO <= threshold < 0:
        return float(np.nextafter(-_ZERO, -np.inf))
    return max(threshold, _ZERO) if threshold >= 0 else threshold


def _missing(told: dict[str, Any]) -> bool:
    """Whether a missing number goes left."""
    if told["decision_type"] != "<=":
        raise InputError(_REFUSED.format(what="a tree that asks for a category"))
    kind = told["missing_type"]
    if kind == "Zero":
        raise InputError(_REFUSED.format(what="a tree to which zeros are missing"))
    # where none was missing in training, LightGBM takes zero for it
    return bool(told["default_left"] if kind == "NaN" else told["threshold"] >= 0)
