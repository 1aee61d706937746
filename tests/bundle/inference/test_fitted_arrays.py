"""A fitted part of arrays: what it says; a stranger's arrays are refused before."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.bundle.archive.manifest import Expected, Manifest
from imgpipe.bundle.archive.parts import check_parts
from imgpipe.bundle.inference.fitted import fitted_of

Arrays = dict[str, np.ndarray]
TREES: dict[str, Any] = {
    "kind": "trees",
    "precision": "float64",
    "combine": "mean",
    "classes": 2,
    "missing": True,
}
NEIGHBOURS: dict[str, Any] = {"kind": "neighbours", "asked": 2, "weights": "distance", "classes": 2}


def trees() -> Arrays:
    """Two trees: one of two questions, and one without."""
    return {
        "trees.roots": np.array([0, ~1], np.int32),
        "trees.feature": np.array([0, 1], np.int32),
        "trees.threshold": np.array([0.5, 1.5]),
        "trees.left": np.array([1, ~0], np.int32),
        "trees.right": np.array([~1, ~1], np.int32),
        "trees.missing": np.array([1, 0], np.uint8),
        "trees.values": np.array([[1.0, 0.0], [0.0, 1.0]]),
        "impute.median": np.array([0.0, np.pi]),
        "scale.mean": np.zeros(2),
        "scale.scale": np.ones(2),
    }


def neighbours() -> Arrays:
    """Three samples."""
    return {
        "neighbours.samples": np.arange(6.0).reshape(3, 2),
        "neighbours.codes": np.array([0, 1, 1]),
        "neighbours.slopes": np.array([-1.0]),
        "neighbours.offsets": np.array([0.0]),
    }


def put(name: str, index: Any, value: Any) -> Callable[[Arrays], None]:
    """Change one number."""
    return lambda arrays: arrays[name].__setitem__(index, value)


def instead(name: str, value: Any) -> Callable[[Arrays], None]:
    """Change a whole array."""
    return lambda arrays: arrays.update({name: value})


BAD_TREES: dict[str, Callable[[Arrays], Any]] = {
    "a circle": put("trees.left", 0, 0),
    "backwards": put("trees.right", 1, 0),
    "no such node": put("trees.left", 0, 2),
    "no such leaf": put("trees.right", 0, ~2),
    "no such root": put("trees.roots", 0, 7),
    "a feature below zero": put("trees.feature", 0, -1),
    "no threshold": put("trees.threshold", 0, np.nan),
    "a leaf without end": put("trees.values", (0, 0), np.inf),
    "a third way": put("trees.missing", 0, 2),
    "an array too long": instead("trees.left", np.array([1, ~0, ~0], np.int32)),
    "another dtype": instead("trees.feature", np.array([0, 1])),
    "another shape": instead("trees.values", np.zeros(2)),
    "leaves of three": instead("trees.values", np.zeros((2, 3))),
    "no tree": instead("trees.roots", np.zeros(0, np.int32)),
    "an array that is missing": lambda arrays: arrays.pop("trees.missing"),
    "a scale of zero": put("scale.scale", 0, 0.0),
    "a mean that is none": put("scale.mean", 0, np.nan),
    "scales of three": instead("scale.scale", np.ones(3)),
    "medians in single": instead("impute.median", np.zeros(2, np.float32)),
}
BAD_NEIGHBOURS: dict[str, Callable[[Arrays], Any]] = {
    "no such class": put("neighbours.codes", 0, 2),
    "a class below zero": put("neighbours.codes", 0, -1),
    "a sample that is none": put("neighbours.samples", (0, 0), np.nan),
    "a class too few": instead("neighbours.codes", np.array([0, 1])),
    "sigmoids of two": instead("neighbours.slopes", np.zeros(2)),
    "no samples": instead("neighbours.samples", np.zeros((0, 2))),
    "an array that is missing": lambda arrays: arrays.pop("neighbours.offsets"),
}
TOLD = [
    TREES | {"combine": "sum"},
    TREES | {"combine": "logistic", "classes": 3},
    TREES | {"combine": ["mean"]},
    TREES | {"classes": True},
    TREES | {"classes": 0},
    TREES | {"classes": 2**40, "combine": "softmax"},
    TREES | {"precision": "float16"},
    TREES | {"missing": 1},
    TREES | {"more": 1},
    {"kind": "trees"},
    {"kind": "graph"},
    {"kind": "network"},
    {"kind": "magic"},
    {"kind": ["trees"]},
    {},
    NEIGHBOURS | {"asked": 0},
    NEIGHBOURS | {"asked": 4},
    NEIGHBOURS | {"asked": 2.0},
    NEIGHBOURS | {"weights": "none"},
    NEIGHBOURS | {"classes": 3},
    NEIGHBOURS | {"more": 1},
]


def refused(told: dict[str, Any], arrays: Arrays) -> bool:
    """Whether the part cannot stand in a bundle of two features and two classes."""
    expected = Expected((8, 8), None, "uint8", None, "image")
    manifest = Manifest(("a", "b"), (0, 1), expected, {}, told, ("one", "two"), {})
    try:
        check_parts(manifest, {}, arrays)
    except InputError:
        return True
    return False


def test_sound_parts() -> None:
    """What the next tests change is accepted as it is."""
    assert not refused(TREES, trees())
    assert not refused(NEIGHBOURS, neighbours())


def test_trees_are_walked() -> None:
    """The mean of the leaves, where up to a threshold is left and missing goes its own way."""
    part = fitted_of(TREES, {}, trees())
    said = part(np.array([[0.5, 1.5], [0.6, 0.0], [0.5, 1.6], [0.0, np.nan]]))
    np.testing.assert_array_equal(said, [[0.5, 0.5], [0, 1], [0, 1], [0, 1]])
    without = {name: each for name, each in trees().items() if name[0] == "t"}
    said = fitted_of(TREES, {}, without)(np.array([[np.nan, 0.0], [0.0, np.nan]]))
    np.testing.assert_array_equal(said, [[0.5, 0.5], [0, 1]])


@pytest.mark.parametrize("name", BAD_TREES)
def test_trees_that_are_none(name: str) -> None:
    """Arrays that are no trees are refused before a walk."""
    arrays = trees()
    BAD_TREES[name](arrays)
    assert refused(TREES, arrays)


@pytest.mark.parametrize("name", BAD_NEIGHBOURS)
def test_neighbours_that_are_none(name: str) -> None:
    """Arrays that are no neighbours are refused before a search."""
    arrays = neighbours()
    BAD_NEIGHBOURS[name](arrays)
    assert refused(NEIGHBOURS, arrays)


@pytest.mark.parametrize("told", TOLD, ids=str)
def test_what_is_told_of_them(told: dict[str, Any]) -> None:
    """A manifest that says too much, too little or another thing is refused."""
    assert refused(told, neighbours() if told.get("kind") == "neighbours" else trees())


@pytest.mark.parametrize("columns", [1, 3])
def test_other_numbers_of_features(columns: int) -> None:
    """Features of another number than in training are an error, and none are left out."""
    for told, arrays in ((TREES, trees()), (NEIGHBOURS, neighbours())):
        with pytest.raises(InputError, match=f"{columns} features"):
            fitted_of(told, {}, arrays)(np.zeros((1, columns)))


def test_a_graph_that_is_none() -> None:
    """Bytes that onnxruntime cannot run are an `InputError`."""
    with pytest.raises(InputError, match="onnxruntime cannot run"):
        fitted_of({"kind": "graph"}, {"classifier": b"graph"}, {})
