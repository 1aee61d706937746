"""Families of features that are computed from matrices of gray levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.prepare import prepare_one
from imgpipe.features.inputs.settings import ExtractionPlan, MatrixSettings, check_names
from imgpipe.features.texture.counts import count_formulas
from imgpipe.features.texture.volumes import SCHEMES, Counted, Matrices, Volumes, volumes_of


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
            for flat, by_slice, members in _groups(codes):
                parts = volumes_of(batch, flat, by_slice)
                values |= zip(members, self._measure(parts, members, distance), strict=True)
            blocks += [_average(values[code], len(batch)) for code in codes]
        return np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]

    def _measure(
        self, parts: list[Volumes], codes: tuple[str, ...], distance: int
    ) -> list[np.ndarray]:
        """Values (matrices, f) for each code; all count the same volumes."""
        by_direction = [SCHEMES[code].by_direction for code in codes]
        blocks: list[list[np.ndarray]] = [[] for _ in codes]
        for volumes in parts:
            counted = self.count(volumes, distance, any(by_direction))
            for apart, values in zip(by_direction, blocks, strict=True):
                matrices = counted.matrices(volumes, apart)
                values.append(np.empty((len(matrices.counts), len(self.definitions))))
                self.formulas(matrices, values[-1])
        return [np.concatenate(values) if len(values) > 1 else values[0] for values in blocks]

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


@cache
def _groups(codes: tuple[str, ...]) -> list[tuple[bool, bool, tuple[str, ...]]]:
    """The codes whose matrices come from one count: within slices or not, by slice or not."""
    kinds: dict[tuple[bool, bool], list[str]] = {}
    for code in codes:
        kinds.setdefault(SCHEMES[code][:2], []).append(code)
    return [(flat, by_slice, tuple(members)) for (flat, by_slice), members in kinds.items()]


def _average(values: np.ndarray, n: int) -> np.ndarray:
    """Mean over an image's matrices for which a feature is defined, NaN for none, (n, f)."""
    values = values.reshape(n, -1, values.shape[1])
    if values.shape[1] == 1:
        return values[:, 0]
    defined = ~np.isnan(values)
    return np.where(defined, values, 0.0).sum(axis=1) / np.count_nonzero(defined, axis=1)
