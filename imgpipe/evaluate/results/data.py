"""What was in the data, and what to beware of."""

from dataclasses import dataclass, field

import numpy as np

MOST_LISTED = 1000
"""Pairs of look-alikes in `result.json`; `duplicates.csv` has all."""


@dataclass(frozen=True)
class DuplicatePair:
    """Two images with the same pixels (`exact`), or nearly so.

    `split_a` and `split_b` name the given split, or the fold of the first repeat. `similarity` is
    the correlation of their detail, and `way` says how the second one was turned or mirrored. Where
    they are not `sure` copies, they may be two images that are much alike.
    """

    id_a: str
    id_b: str
    split_a: str | None
    split_b: str | None
    same_label: bool
    exact: bool = True
    similarity: float = 1.0
    way: str = ""
    label_a: str = ""
    label_b: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Copies:
    """How many images have the same pixels as another, counted by groups of equals.

    `images` stand in `groups`; `torn` groups have several labels. `judged` images were judged by
    models whose training held an equal one; None where it is not known what they were trained on.
    """

    images: int
    groups: int
    torn: int
    judged: int | None


@dataclass(frozen=True)
class Example:
    """An image with the outline of its mask drawn on it: uint8, for display."""

    id: str
    label: str
    image: np.ndarray = field(repr=False, compare=False)


@dataclass(frozen=True)
class DataCard:
    """What was in the data set, and what to beware of.

    `region` is what features looked at: ``"mask"``, ``"box"`` or ``"image"``, or ``"table"`` where
    rows of features were given. `area_auc` is the
    AUC of the area of the mask alone, of the class that it tells best from the others. `spacings`
    (mm) and `units` count images as `sizes` does, and are empty where no file says them; `slices`
    are those that were taken of volumes. `found` says what found the region, and in how many
    images; it is blank where masks were given, or whole images looked at.
    """

    name: str
    source: str | None
    n: int
    classes: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    sizes: dict[str, int]
    dtype: str
    channels: int
    patients: int | None
    shared_patients: int
    duplicates: tuple[DuplicatePair, ...]
    warnings: tuple[str, ...]
    copies: Copies = Copies(0, 0, 0, None)
    region: str = "image"
    area_auc: float | None = None
    rough: tuple[str, ...] = ()
    spacings: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    slices: str | None = None
    examples: tuple[Example, ...] = field(default=(), repr=False, compare=False)
    found: str = ""
