"""Nearest samples as arrays, and the sigmoids of their odds."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.preparation import Preparation, infinite
from imgpipe.learn.nearest import Nearest

_DTYPES = {"samples": np.float64, "codes": np.int64, "slopes": np.float64, "offsets": np.float64}


class NeighboursFitted:
    """Shares of the classes among the nearest samples, calibrated."""

    def __init__(self, fitted: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        if set(fitted) - {"kind"} != {"asked", "classes", "weights"}:
            raise InputError(f"neighbours of which {', '.join(map(str, fitted))} is told")
        asked, classes, weights = (fitted.get(name) for name in ("asked", "classes", "weights"))
        if type(asked) is not int or type(classes) is not int:
            raise InputError("neighbours that are not counted")
        if weights not in ("distance", "uniform"):
            raise InputError(f"neighbours weighted by {weights!r}")
        samples, codes, self._slopes, self._offsets = _checked(arrays, asked, classes)
        self._prepare = Preparation.of(arrays)
        self._nearest = Nearest(samples, codes, asked, weights == "distance", classes)

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Ask the neighbours."""
        prepared = self._prepare(inputs)
        if prepared.shape[1] != self._nearest.samples.shape[1]:
            raise InputError(f"{prepared.shape[1]} features; the neighbours have another number")
        if not np.isfinite(prepared).all():
            raise infinite()
        odds = self._nearest.odds(prepared)
        if not np.isfinite(odds).all():
            raise infinite()
        with np.errstate(over="ignore"):
            said = 1.0 / (1.0 + np.exp(self._slopes * odds + self._offsets))
        if said.shape[1] == 1:
            return np.column_stack([1 - said, said])
        total = said.sum(axis=1, keepdims=True)
        even = np.full_like(said, 1 / said.shape[1])
        return np.divide(said, total, out=even, where=total != 0)


def _checked(arrays: Mapping[str, np.ndarray], asked: int, classes: int) -> list[np.ndarray]:
    """Take what a bundle holds; an `InputError` where that is of no use."""
    given = []
    for name, dtype in _DTYPES.items():
        array = arrays.get(f"neighbours.{name}")
        if array is None or array.dtype != dtype or array.ndim != 1 + (name == "samples"):
            raise InputError(f"neighbours without an array {name} of {np.dtype(dtype)}")
        if not np.isfinite(array).all():
            raise InputError(f"neighbours with {name} that are no numbers")
        given.append(np.ascontiguousarray(array))
    samples, codes, slopes, offsets = given
    if len(codes) != len(samples) or not 1 <= asked <= len(samples) or not samples.shape[1]:
        raise InputError(f"{asked} of {len(samples)} neighbours, {len(codes)} of them with a class")
    if classes < 2 or ((codes < 0) | (codes >= classes)).any():
        raise InputError("neighbours of a class that is not there")
    if {len(slopes), len(offsets)} != {1 if classes == 2 else classes}:
        raise InputError(f"sigmoids of another number of classes than {classes}")
    return given
