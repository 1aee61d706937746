"""What a feature and a family are, and what each says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from imgpipe.features.inputs.batch import Batch
    from imgpipe.features.inputs.settings import ExtractionPlan


@dataclass(frozen=True)
class Feature:
    """One named number of an image.

    Attributes
    ----------
    name : str
        Key in the result of `extract` and column name in that of `extract_many`.
    family : str
        Name of its family, a key of `FAMILIES`.
    ibsi : str or None
        Four-letter id in the IBSI reference manual, None where IBSI does not define the feature.
    aggregation : str or None
        IBSI's four-letter code of the way matrices were merged or averaged, None where there is
        no choice.
    unit : str
        ``"intensity"`` stands for the unit of the pixels, ``"1"`` for a pure number.
    description : str
        What it tells, in one sentence.
    pyradiomics, mirp : str or None
        Name in PyRadiomics, without the image type in front, and in MIRP, without aggregation and
        discretisation behind. A peer's defaults may differ: PyRadiomics reports kurtosis 3 higher,
        and averages matrices over directions.
    formula : str
        In plain characters; the family's ``symbols`` say what the letters stand for.
    base_name : str
        Name without aggregation, distance and channel; `name` where none is given.
    """

    name: str
    family: str
    ibsi: str | None
    aggregation: str | None
    unit: str
    description: str
    pyradiomics: str | None = None
    mirp: str | None = None
    formula: str = ""
    base_name: str = ""

    def __post_init__(self) -> None:
        if not self.base_name:
            object.__setattr__(self, "base_name", self.name)

    def _repr_html_(self) -> str:
        from imgpipe.features.shown import show_feature

        return show_feature(self)


class Definition(NamedTuple):
    """A feature of a family, whatever the aggregation: the family's name is not part of `name`."""

    name: str
    ibsi: str | None
    unit: str
    description: str
    pyradiomics: str | None = None
    mirp: str | None = None
    formula: str = ""

    def feature(self, family: str, suffix: str = "", aggregation: str | None = None) -> Feature:
        """Make the feature whose name ends in `suffix`."""
        base = f"{family}_{self.name}"
        return Feature(
            base + suffix, family, self.ibsi, aggregation, self.unit, self.description,
            self.pyradiomics, self.mirp, self.formula, base,
        )  # fmt: skip


@dataclass(frozen=True)
class Family:
    """A group of features that are computed together.

    Attributes
    ----------
    name : str
        Key in `FAMILIES`.
    title : str
        What the family measures, in a few words.
    describe : callable
        ``describe(plan) -> list[Feature]``, the features under these settings, in order.
    compute : callable
        ``compute(batch, plan) -> float64 (n, f)``, their values for a prepared stack of images.
    ibsi : bool
        Whether IBSI defines the family; such families form ``families="ibsi"``.
    default : bool
        Whether it belongs to ``families="default"``.
    volumes : bool
        Whether it is defined for volumes; if not, groups of families leave it out there.
    symbols : str
        What the letters in the formulas stand for; empty where the features are shares of
        patterns, which differ by a number only.
    directional : bool
        Whether turning an image changes its features.
    brightness : bool
        Whether adding a constant to an image changes its features.
    beyond_mask : bool
        Whether pixels outside the mask count.
    rounds_by_order : bool
        Whether sums take the order of the axes, so that turning changes their last digits.
    """

    name: str
    title: str
    describe: Callable[[ExtractionPlan], list[Feature]]
    compute: Callable[[Batch, ExtractionPlan], np.ndarray]
    ibsi: bool
    default: bool = False
    volumes: bool = True
    symbols: str = ""
    directional: bool = False
    brightness: bool = False
    beyond_mask: bool = False
    rounds_by_order: bool = False
