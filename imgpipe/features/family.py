"""What a feature and a family are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """

    name: str
    family: str
    ibsi: str | None
    aggregation: str | None
    unit: str
    description: str


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
    """

    name: str
    title: str
    describe: Callable[[ExtractionPlan], list[Feature]]
    compute: Callable[[Batch, ExtractionPlan], np.ndarray]
    ibsi: bool
    default: bool = False
    volumes: bool = True
