"""Graphs and arrays of a bundle: which there may be, of which type and shape, with which numbers.

One table for all arrays. Lengths are letters: f features, k classes that the fitted part knows, z
all classes, x the bytes of a digest; a digit is itself, and any other letter is a length that all
arrays share which have it.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.archive.fitted_check import check_neighbours, check_settings, check_trees
from imgpipe.bundle.archive.graph_check import Cost, check_graph
from imgpipe.bundle.archive.kept import DIGEST
from imgpipe.bundle.archive.manifest import Manifest
from imgpipe.bundle.archive.refusing import excerpt
from imgpipe.bundle.archive.shapes import N

Arrays = Mapping[str, np.ndarray]


def _finite(array: np.ndarray) -> bool:
    return bool(np.isfinite(array).all())


def _positive(array: np.ndarray) -> bool:
    return _finite(array) and bool((array > 0).all())


def _numbers(array: np.ndarray) -> bool:
    return not np.isnan(array).any()


def _shares(array: np.ndarray) -> bool:
    return bool(((array >= 0) & (array <= 1)).all())


def _not_negative(array: np.ndarray) -> bool:
    return bool((array >= 0).all())


def _finite_not_negative(array: np.ndarray) -> bool:
    return _finite(array) and bool((array >= 0).all())


def _not_infinite(array: np.ndarray) -> bool:
    return not np.isinf(array).any()


def _moderate(array: np.ndarray) -> bool:
    """Tell whether products and squares stay finite."""
    return bool((np.abs(array) <= 1e50).all())


def _moderate_not_negative(array: np.ndarray) -> bool:
    return _moderate(array) and bool((array >= 0).all())


def _any(array: np.ndarray) -> bool:
    return True


class Array(NamedTuple):
    """Type, shape in letters, and the numbers that may stand in it, in words and as a check."""

    dtype: str
    shape: str
    numbers: str = "finite"
    good: Callable[[np.ndarray], bool] = _finite


ARRAYS: Mapping[str, Array] = {
    "impute.median": Array("<f8", "f"),
    "scale.mean": Array("<f8", "f"),
    "scale.scale": Array("<f8", "f", "positive", _positive),
    "trees.roots": Array("<i4", "t", "any", _any),
    "trees.feature": Array("<i4", "d", "features", _not_negative),
    "trees.threshold": Array("<f8", "d", "numbers", _numbers),
    "trees.left": Array("<i4", "d", "any", _any),
    "trees.right": Array("<i4", "d", "any", _any),
    "trees.missing": Array("|u1", "d", "0 or 1", _shares),
    "trees.values": Array("<f8", "vm"),
    "neighbours.samples": Array("<f8", "sf"),
    "neighbours.codes": Array("<i8", "s", "classes", _not_negative),
    "neighbours.slopes": Array("<f8", "c"),
    "neighbours.offsets": Array("<f8", "c"),
    "selftest.points": Array("<f8", "pf"),
    "selftest.features": Array("<f8", "if", "any", _any),
    "selftest.probabilities": Array("<f8", "qk", "between 0 and 1", _shares),
    "selftest.distances": Array("<f8", "q", "finite, not negative", _finite_not_negative),
    "digests": Array("|u1", "ax", "any", _any),
    "summary.group_of": Array("<i8", "f", "groups", _not_negative),
    "summary.rows": Array("<f4", "bf", "not infinite", _not_infinite),
    "summary.quartiles": Array("<f8", "zg3", "not infinite", _not_infinite),
    "summary.span": Array("<f8", "g2", "not infinite", _not_infinite),
    "cases.labels": Array("<i8", "w", "classes", _not_negative),
    "cases.features": Array("<f4", "wf", "not infinite", _not_infinite),
    "cases.digests": Array("|u1", "wx", "any", _any),
    "cases.sheet": Array("|u1", "y", "any", _any),
    "novelty.centre": Array("<f8", "u"),
    "novelty.scale": Array("<f8", "u", "positive", _positive),
    "novelty.missing": Array("<f8", "u", "moderate", _moderate),
    "novelty.mean": Array("<f8", "u", "moderate", _moderate),
    "novelty.precision": Array("<f8", "u", "not negative, moderate", _moderate_not_negative),
    "novelty.directions": Array("<f4", "uh"),
}
_PREPARATION = ("impute.median", "scale.mean", "scale.scale")
_TREES = tuple(name for name in ARRAYS if name.startswith("trees."))
_NEIGHBOURS = tuple(name for name in ARRAYS if name.startswith("neighbours."))
_NOVELTY = tuple(name for name in ARRAYS if name.startswith("novelty."))
_GRAPHS = {"graph": "classifier", "network": "network"}


def check_parts(manifest: Manifest, graphs: Mapping[str, bytes], arrays: Arrays) -> Cost:
    """Refuse graphs and arrays that are not those of the manifest's kind of fitted part.

    Returns
    -------
    Cost
        Of the fitted part, for one image.
    """
    kind = manifest.fitted.get("kind")
    _check_names(kind, graphs, arrays)
    check_settings(manifest.fitted, len(manifest.codes))
    _check_arrays(manifest, arrays)
    _check_novelty(manifest, arrays)
    _check_selftest(manifest, arrays)
    if kind == "trees":
        return check_trees(manifest.fitted, arrays, len(manifest.features))
    if kind == "neighbours":
        return check_neighbours(manifest.fitted, arrays)
    name = _GRAPHS[str(kind)]
    given = ("images", "float32") if kind == "network" else ("features", "float64")
    shape = manifest.expected.image_shape if kind == "network" else (len(manifest.features),)
    result = ("probabilities", "float64", (N, len(manifest.codes)))
    try:
        return check_graph(graphs[name], (*given, (N, *shape)), result)
    except InputError as error:
        raise InputError(f"{name}.onnx {error}") from None


def _check_names(kind: object, graphs: Mapping[str, bytes], arrays: Arrays) -> None:
    """Each kind has its members, whole; the rest may stand beside any."""
    needed = {"trees": _TREES, "neighbours": _NEIGHBOURS}.get(str(kind), ())
    if kind not in (*_GRAPHS, "trees", "neighbours"):
        raise InputError(f"fitted.kind is {excerpt(kind)}, which this imgpipe does not know")
    graph = {_GRAPHS[str(kind)]} if kind in _GRAPHS else set()
    if set(graphs) != graph:
        found = ", ".join(sorted(graphs)) or "none"
        raise InputError(f"a fitted part of kind {kind} has the graphs {found}")
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise InputError(f"a fitted part of kind {kind} lacks {', '.join(missing)}")
    own = {*needed, *(_PREPARATION if needed else ())}
    for name in arrays:
        if name not in ARRAYS:
            raise InputError(f"holds the array {excerpt(name)}, which this imgpipe does not know")
        if name not in own and name in (*_PREPARATION, *_TREES, *_NEIGHBOURS):
            raise InputError(f"a fitted part of kind {kind} has no {name}")


def _check_arrays(manifest: Manifest, arrays: Arrays) -> None:
    """Compare types, shapes and numbers with the table."""
    lengths = {"f": len(manifest.features), "k": len(manifest.codes), "x": DIGEST, "2": 2, "3": 3}
    lengths["z"] = len(manifest.classes)
    for name, array in arrays.items():
        told = ARRAYS[name]
        if array.dtype.str != told.dtype or array.ndim != len(told.shape):
            raise InputError(
                f"{name} is {array.dtype} of {array.ndim} axes; "
                f"{np.dtype(told.dtype)} of {len(told.shape)} is needed"
            )
        for letter, length in zip(told.shape, array.shape, strict=True):
            if length != lengths.setdefault(letter, length):
                raise InputError(
                    f"{name} has the shape {array.shape}; {length} should be {lengths[letter]}"
                )
        if not told.good(array):
            raise InputError(f"{name} holds other numbers than it may: {told.numbers}")


def _check_novelty(manifest: Manifest, arrays: Arrays) -> None:
    """Let its arrays stand all or none, as the manifest tells, and be of the model's features."""
    missing = [name for name in _NOVELTY if name not in arrays]
    if len(missing) != (0 if manifest.novelty is not None else len(_NOVELTY)):
        raise InputError("has a novelty part without all its arrays, or arrays without the part")
    if manifest.novelty is None or not manifest.features:
        return
    n = len(arrays["novelty.centre"])
    if n != len(manifest.features):
        raise InputError(f"novelty.centre has {n} numbers for {len(manifest.features)} features")


def _check_selftest(manifest: Manifest, arrays: Arrays) -> None:
    """Let its arrays stand as the manifest tells: one row for each image, then for each point."""
    told = {name for name in arrays if name.startswith("selftest.")}
    if manifest.selftest is None:
        if told:
            raise InputError("has arrays of a self-test, and a manifest that tells of none")
        return
    images, measures = manifest.selftest.images, bool(manifest.features)
    wanted = {"selftest.probabilities"}
    wanted |= set() if manifest.novelty is None else {"selftest.distances"}
    own = told & {"selftest.features", "selftest.points"} if measures else set()
    if told != wanted | own:
        raise InputError(f"has a self-test of other arrays than {', '.join(sorted(wanted))}")
    points = len(arrays["selftest.points"]) if "selftest.points" in own else 0
    rows = images + points
    lengths = {"selftest.features": images, "selftest.points": points}
    for name in sorted(told):
        if len(arrays[name]) != lengths.get(name, rows):
            raise InputError(f"{name} has {len(arrays[name])} rows for {images} images")
