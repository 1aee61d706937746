"""Arrays: each of its type, shape and range, and trees that lead to a leaf."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.fuzz.mutations import parts_of, repacked
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.container import packed

Refusal = Callable[[bytes], str]


def arrays_of(bundle: bytes) -> dict[str, np.ndarray]:
    """Arrays of a bundle, by member."""
    members, told = parts_of(bundle)
    return {
        name: np.frombuffer(content, told["members"][name]["dtype"])
        .reshape(told["members"][name]["shape"])
        .copy()
        for name, content in members.items()
        if name.endswith(".array")
    }


def with_arrays(bundle: bytes, arrays: dict[str, Any]) -> bytes:
    """The bundle with some arrays changed, added, or left out (None), signed."""
    members, told = parts_of(bundle)
    for stem, array in arrays.items():
        name = f"{stem}.array"
        if array is None:
            del members[name], told["members"][name]
            continue
        members[name] = np.ascontiguousarray(array).tobytes()
        told["members"][name] = {"bytes": 0, "sha256": "", "dtype": array.dtype.str,
                                 "shape": list(array.shape)}  # fmt: skip
    return repacked(members, told)


def put(name: str, place: Any, value: Any) -> Callable[[dict[str, np.ndarray]], dict[str, Any]]:
    """Another number in one place."""

    def change(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
        array = arrays[f"{name}.array"]
        array[place] = value
        return {name: array}

    return change


def other(name: str, change: Callable[[np.ndarray], Any]) -> Callable[..., dict[str, Any]]:
    """Another array."""
    return lambda arrays: {name: change(arrays[f"{name}.array"])}


@pytest.mark.parametrize(
    ("bundle", "change", "words"),
    [
        ("forest-2", put("trees.left", -1, 0), "trees.left leads back, in a circle"),
        ("forest-2", put("trees.right", 3, 3), "trees.right leads back, in a circle"),
        ("forest-2", put("trees.left", 0, 2**31 - 1), "node or a leaf that is not there"),
        ("forest-2", put("trees.left", 0, -(2**31)), "node or a leaf that is not there"),
        ("forest-2", put("trees.roots", 0, -99), "node or a leaf that is not there"),
        ("forest-2", put("trees.roots", slice(None), 0), "reached from several places, or from"),
        ("forest-2", put("trees.roots", 0, -1), "reached from several places, or from none"),
        ("forest-2", put("trees.feature", 0, 10**6), "features beyond the"),
        ("forest-2", put("trees.feature", 0, -1), "trees.feature holds other numbers"),
        ("forest-2", put("trees.threshold", 0, np.nan), "trees.threshold holds other numbers"),
        ("forest-2", put("trees.values", (0, 0), np.inf), "trees.values holds other numbers"),
        ("forest-2", put("trees.missing", 0, 2), "trees.missing holds other numbers"),
        ("forest-2", other("trees.values", lambda a: a[:0]), "that is not there"),
        ("forest-2", other("trees.roots", lambda a: a[:0]), "has no tree"),
        ("forest-2", other("trees.left", lambda a: a[:-1]), "has the shape"),
        ("forest-2", other("trees.left", lambda a: a.astype("<i8")), "int32 of 1 is needed"),
        ("forest-2", other("trees.left", lambda a: a[None]), "int32 of 1 is needed"),
        ("forest-2", other("trees.left", lambda a: None), "lacks trees.left"),
        ("forest-2", put("scale.scale", 0, 0.0), "scale.scale holds other numbers"),
        ("forest-2", put("scale.scale", 0, -1.0), "scale.scale holds other numbers"),
        ("forest-2", put("impute.median", 0, np.nan), "impute.median holds other numbers"),
        ("forest-2", other("scale.mean", lambda a: a[:-1]), "scale.mean has the shape"),
        ("forest-2", lambda arrays: {"evil": np.zeros(3)}, "array 'evil', which this imgpipe"),
        ("logistic-2", lambda arrays: {"scale.mean": np.zeros(3)}, "kind graph has no scale.mean"),
        ("logistic-2", lambda arrays: {"trees.roots": np.zeros(3, "<i4")}, "has no trees.roots"),
        ("knn-2", put("neighbours.codes", 0, 2), "classes beyond the 2"),
        ("knn-2", put("neighbours.codes", 0, -1), "neighbours.codes holds other numbers"),
        ("knn-2", put("neighbours.samples", (0, 0), np.nan), "neighbours.samples holds other"),
        ("knn-2", other("neighbours.samples", lambda a: a[:, :-1]), "has the shape"),
        ("knn-2", other("neighbours.codes", lambda a: a[:-1]), "has the shape"),
        ("logistic-2", put("selftest.probabilities", (0, 0), 2.0), "between 0 and 1"),
        ("kept-3", put("selftest.distances", 0, -1.0), "selftest.distances holds other"),
        ("kept-3", put("selftest.distances", 0, np.inf), "selftest.distances holds other"),
        ("kept-3", other("selftest.distances", lambda a: None), "self-test of other arrays"),
        ("kept-3", other("selftest.distances", lambda a: a[:-1]), "has the shape"),
        ("logistic-2", other("selftest.probabilities", lambda a: None), "self-test of other"),
        ("logistic-2", other("selftest.features", lambda a: a[:-1]), "1 rows for 2 images"),
        ("kept-3", other("selftest.points", lambda a: a[:-1]), "6 rows for 2 images"),
    ],
)  # fmt: skip
def test_arrays_that_no_model_has(
    bundle: str,
    change: Callable[..., dict[str, Any]],
    words: str,
    bundles: dict[str, bytes],
    refusal: Refusal,
) -> None:
    """An array with numbers out of range, of another type or length is refused by name."""
    said = refusal(with_arrays(bundles[bundle], change(arrays_of(bundles[bundle]))))
    assert words in said, said


@pytest.mark.parametrize(
    ("name", "key", "value", "words"),
    [
        ("forest-2", "classes", 3, "fitted.classes is not the 2"),
        ("forest-2", "combine", "sum", "fitted.combine is 'sum'; it must be mean or"),
        ("forest-2", "precision", "float16", "fitted.precision is 'float16'"),
        ("forest-2", "evil", 1, "and nothing else"),
        ("logistic-2", "classes", 2, "must tell of kind and nothing else"),
        ("forest-2", "combine", "logistic", "trees.values has 2 numbers a leaf"),
        ("forest-3", "combine", "logistic", "is logistic for 3 classes"),
        ("forest-2", "combine", ["mean"], "fitted.combine is"),
        ("forest-2", "missing", 1, "fitted.missing is 1; bool is needed"),
        ("boosted-3", "combine", "mean", "trees.values has 1 numbers a leaf"),
        ("boosted-2", "classes", 2.0, "fitted.classes is 2.0; int is needed"),
        ("knn-2", "asked", 10**6, "of 16 neighbours"),
        ("knn-2", "asked", 0, "fitted.asked is 0"),
        ("knn-2", "asked", True, "fitted.asked is"),
        ("knn-2", "weights", "none", "fitted.weights is 'none'"),
        ("knn-2", "classes", 3, "fitted.classes is not the 2"),
    ],
)
def test_settings_of_the_fitted_part(
    name: str, key: str, value: Any, words: str, bundles: dict[str, bytes], refusal: Refusal
) -> None:
    """What the manifest says of the fitted part is of its kind and in range."""
    members, told = parts_of(bundles[name])
    told["fitted"][key] = value
    said = refusal(repacked(members, told))
    assert words in said, said


def test_members_change_places(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """Any two members that are swapped are seen, though the digest is right."""
    for bundle in ("forest-2", "knn-3", "logistic-2"):
        members, told = parts_of(bundles[bundle])
        names = [n for n in members if not n.startswith("selftest")]
        for i, one in enumerate(names):
            for another in names[:i]:
                swapped = members | {one: members[another], another: members[one]}
                if members[one] == members[another]:
                    continue
                text = json.dumps(told).encode()
                said = refusal(packed({"manifest.json": text, **swapped}))
                assert "is not the one that manifest.json tells of" in said


def test_a_graph_of_another_bundle(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """The graph of a model of three classes does not go with the manifest of two."""
    members, told = parts_of(bundles["logistic-2"])
    members["classifier.onnx"] = parts_of(bundles["logistic-3"])[0]["classifier.onnx"]
    assert "classifier.onnx has the output" in refusal(repacked(members, told))


def test_a_kind_with_the_members_of_another(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """Kind and members must go together."""
    for name, kind, words in (
        ("logistic-2", "trees", "of kind trees has the graphs classifier"),
        ("forest-2", "graph", "of kind graph has the graphs none"),
        ("forest-2", "neighbours", "of kind neighbours lacks neighbours.samples"),
        ("knn-2", "trees", "of kind trees lacks trees.roots"),
    ):
        members, told = parts_of(bundles[name])
        assert told["fitted"]["kind"] != kind
        told["fitted"]["kind"] = kind
        assert words in refusal(repacked(members, told))


def test_trees_that_take_long(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """A million trees of leaves with very many numbers each are refused before one is walked."""
    members, told = parts_of(bundles["forest-2"])
    classes = [f"c{i}" for i in range(1000)]
    told |= {"classes": classes, "codes": list(range(1000)), "selftest": None, "novelty": None}
    told["kept"], told["card"] = {"summary": None, "cases": None}, {}
    told["fitted"]["classes"] = 1000
    for name in list(members):
        if name.partition(".")[0] in ("selftest", "novelty", "summary", "digests", "trees"):
            del members[name], told["members"][name]
    empty = np.zeros(0, "<i4")
    few = {"trees.left": empty, "trees.right": empty, "trees.feature": empty,
           "trees.threshold": np.zeros(0), "trees.missing": np.zeros(0, "u1"),
           "trees.values": np.full((1, 1000), 1e-3)}  # fmt: skip
    content = with_arrays(
        repacked(members, told), {**few, "trees.roots": np.full(2**19, -1, "<i4")}
    )
    said = refusal(content)
    assert "trees take 524,288,000 steps for one image" in said, said


def test_neighbours_that_take_long(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """To ask all of very many samples is refused: each finds its place among the others."""
    members, told = parts_of(bundles["knn-2"])
    n, f = 20_000, len(told["features"])
    told["fitted"]["asked"] = n
    samples = {"neighbours.samples": np.zeros((n, f)), "neighbours.codes": np.zeros(n, "<i8")}
    said = refusal(with_arrays(repacked(members, told), samples))
    assert f"asks 20,000 of 20,000 neighbours with {f} features" in said, said


def test_work_at_a_time_is_bounded(bundles: dict[str, bytes], tmp_path: Path) -> None:
    """Of trees with very many leaves, few rows are walked at a time, so that Ctrl-C is seen."""
    path = tmp_path / "m.imgpipe"
    path.write_bytes(bundles["forest-2"])
    usual = Bundled.read(path).rows
    members, told = parts_of(bundles["forest-2"])
    roots = arrays_of(bundles["forest-2"])["trees.roots.array"]
    many = np.append(roots, np.full(2**20, -1, "<i4"))
    path.write_bytes(with_arrays(repacked(members, told), {"trees.roots": many}))
    assert 1 <= Bundled.read(path).rows <= 2**8 < usual
