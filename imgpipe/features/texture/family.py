"""Families of features that are computed from matrices of gray levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.prepare import prepare_one
from imgpipe.features.inputs.settings import ExtractionPlan, MatrixSettings, check_names
from imgpipe.features.texture.counts import count_formulas
from imgpipe.features.texture.merging import SumOfSlices
from imgpipe.features.texture.volumes import SCHEMES, Counted, Matrices, Volumes, volumes_of

# entries of the matrices of a stack, above which no sums over slices are kept
_MOST_SUMS = 2**22


@dataclass(frozen=True)
class TextureFamily:
    """How one kind of matrix is counted, aggregated and measured.

    Attributes
    ----------
    name, title, symbols : str
        As in `Family`.
    definitions : tuple of Definition
        The features, in the order in which `formulas` gives them.
    aggregations : dict
        Codes by the number of axes that they need.
    count : callable
        ``count(volumes, distance, by_direction) -> Counted``.
    formulas : callable
        Compiled ``formulas(matrices, out)``, which fills a row of `out` for each matrix: NaN where
        a feature is undefined.
    distances : bool
        Whether the features are given for each distance.
    default : bool
        As in `Family`.
    """

    name: str
    title: str
    symbols: str
    definitions: tuple[Definition, ...]
    aggregations: dict[int, tuple[str, ...]]
    count: Callable[[Volumes, int, bool], Counted]
    formulas: Callable[[Matrices, np.ndarray], None] = count_formulas
    distances: bool = False
    default: bool = False

    @property
    def family(self) -> Family:
        """The family for the registry."""
        return Family(
            self.name, self.title, self.describe, self.compute, ibsi=True, default=self.default,
            symbols=self.symbols,
        )  # fmt: skip

    def describe(self, plan: ExtractionPlan) -> list[Feature]:
        """Every definition for each distance and aggregation."""
        return [
            definition.feature(self.name, ("" if distance == 1 else f"_d{distance}") + suffix, code)
            for distance in self._distances(plan)
            for code, suffix in plan.aggregations(self.aggregations)
            for definition in self.definitions
        ]

    def compute(self, batch: Batch, plan: ExtractionPlan) -> np.ndarray:
        """Features of each image, averaged over the matrices for which they are defined."""
        codes = tuple(code for code, _ in plan.aggregations(self.aggregations))
        blocks = []
        for distance in self._distances(plan):
            values: dict[str, np.ndarray] = {}
            for group in _groups(codes, len(batch) * batch.top**2 <= _MOST_SUMS):
                values |= self._measure(batch, group, distance)
            blocks += [_average(values[code], len(batch)) for code in codes]
        return np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]

    def _measure(self, batch: Batch, group: _Group, distance: int) -> dict[str, np.ndarray]:
        """Values (matrices, f) for each code."""
        by_direction = any(SCHEMES[code].by_direction for code in group.codes + group.of_sums)
        blocks: dict[str, list[np.ndarray]] = {code: [] for code in group.codes}
        sums = None
        if group.of_sums:
            images = Volumes(batch, flat=True, by_slice=False)
            sums = SumOfSlices(images, batch.levels.shape[1])
        for volumes in volumes_of(batch, group.flat, group.by_slice):
            counted = self.count(volumes, distance, by_direction)
            for code in group.codes:
                blocks[code].append(self._values(counted, volumes, code))
            if sums is not None:
                sums.add(counted)
        values = {code: b[0] if len(b) == 1 else np.concatenate(b) for code, b in blocks.items()}
        if sums is not None:
            counted = sums.counted()
            values |= {code: self._values(counted, images, code) for code in group.of_sums}
        return values

    def _values(self, counted: Counted, volumes: Volumes, code: str) -> np.ndarray:
        """Features of each matrix."""
        matrices = counted.matrices(volumes, SCHEMES[code].by_direction)
        out = np.empty((len(matrices.counts), len(self.definitions)))
        self.formulas(matrices, out)
        return out

    def _distances(self, plan: ExtractionPlan) -> tuple[int, ...]:
        return plan.settings.distances if self.distances else (1,)

    def counted(
        self,
        image: Any,
        mask: Any,
        aggregation: Any,
        settings: MatrixSettings,
        *,
        distance: Any = 1,
        morphological_mask: Any = None,
    ) -> Matrices:
        """Matrices of one image under one aggregation, for the public ``matrix`` of a family."""
        check_names(settings, MatrixSettings, "matrix")
        if not isinstance(aggregation, str) or aggregation == "all":
            raise InputError(f"matrix takes one aggregation, not {aggregation!r}")
        batch, plan = prepare_one(
            image, mask, morphological_mask, families=self.name, aggregation=aggregation,
            distance=distance, **settings,
        )  # fmt: skip
        if len(plan.settings.distances) > 1:
            raise InputError(f"matrix takes one distance, not {distance!r}")
        [(code, _)] = plan.aggregations(self.aggregations)
        flat, by_slice, by_direction = SCHEMES[code]
        volumes = Volumes(batch, flat, by_slice)
        counted = self.count(volumes, plan.settings.distances[0], by_direction)
        return counted.matrices(volumes, by_direction)


class _Group(NamedTuple):
    """Codes whose matrices come from one count, and those whose matrices are sums over slices."""

    flat: bool
    by_slice: bool
    codes: tuple[str, ...]
    of_sums: tuple[str, ...] = ()


@cache
def _groups(codes: tuple[str, ...], may_sum: bool) -> list[_Group]:
    """The codes by what has to be counted: within slices or not, by slice or not."""
    kinds: dict[tuple[bool, bool], tuple[str, ...]] = {}
    for code in codes:
        kind = SCHEMES[code][:2]
        kinds[kind] = (*kinds.get(kind, ()), code)
    sums = kinds.pop((True, False), ()) if may_sum and (True, True) in kinds else ()
    return [_Group(*kind, each, sums if kind[1] else ()) for kind, each in kinds.items()]


def _average(values: np.ndarray, n: int) -> np.ndarray:
    """Mean over an image's matrices for which a feature is defined, NaN for none, (n, f)."""
    values = values.reshape(n, -1, values.shape[1])
    if values.shape[1] == 1:
        return values[:, 0]
    defined = ~np.isnan(values)
    return np.where(defined, values, 0.0).sum(axis=1) / np.count_nonzero(defined, axis=1)
