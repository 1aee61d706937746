"""What a comparison found, as frozen data: the report renders it, the command line prints it."""

import math
import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import atomic_path
from imgpipe._common.html import html_list, html_table
from imgpipe.evaluate.leaderboard import in_short, leaderboard
from imgpipe.evaluate.strict_json import plain, write_json

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc")
BINARY_METRICS = ("sensitivity", "specificity")


@dataclass(frozen=True)
class Interval:
    """A metric's value with its 95 % interval; NaN where it is undefined.

    `seed_sd` is the standard deviation over the models' seeds (None for one seed).
    """

    value: float
    low: float
    high: float
    seed_sd: float | None = None


@dataclass(frozen=True)
class DuplicatePair:
    """Two images with the same pixels (`exact`), or nearly so.

    `split_a` and `split_b` name the given split, or the fold of the first repeat.
    """

    id_a: str
    id_b: str
    split_a: str | None
    split_b: str | None
    same_label: bool
    exact: bool = True


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

    `region` is what features looked at: ``"mask"``, ``"box"`` or ``"image"``. `area_auc` is the
    AUC of the area of the mask alone, of the class that it tells best from the others.
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
    examples: tuple[Example, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class Protocol:
    """How the models were compared; `statement` says it in sentences.

    `kind` is ``"given split"``, ``"cross-validation"`` or ``"held-out evaluation"``.
    """

    kind: str
    folds: int | None
    repeats: int | None
    seeds: int
    tuned: bool
    grid: dict[str, dict[str, list[Any]]] | None
    positive_class: str | None
    statement: str


@dataclass(frozen=True)
class Curve:
    """A line to draw: for ROC, `x` is 1 - specificity and `y` sensitivity."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Importance:
    """Drop of the AUC when this feature, or block of features, is shuffled in held-out data.

    `low` and `high` are the smallest and largest drop over the repetitions.
    """

    feature: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Mistake:
    """A held-out image put confidently into the wrong class; `image` is uint8, for display.

    `maps` tell what spoke for (up to 1) and against (down to -1) the class it was put into: pairs
    of a name, ``"occlusion"`` or for networks ``"Grad-CAM"``, and an array of the image's size.
    """

    id: str
    index: int
    label: str
    predicted: str
    probability: float
    image: np.ndarray = field(repr=False, compare=False)
    maps: tuple[tuple[str, np.ndarray], ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class ModelResult:
    """One model's scores on held-out data, their price, and where it went wrong.

    `metrics` are the headline (the test part, or the mean over folds); `splits` holds them for
    ``"val"`` and ``"test"`` where splits were given. `confusion` has true classes as rows, summed
    over folds, of the first repeat and seed. `pipeline` is the fitted model: on the training part,
    or, in cross-validation, that of the first fold.
    """

    name: str
    metrics: dict[str, Interval]
    splits: dict[str, dict[str, Interval]]
    roc: tuple[Curve, ...]
    confusion: np.ndarray = field(compare=False)
    cost: dict[str, float]
    importances: tuple[Importance, ...]
    mistakes: tuple[Mistake, ...]
    best_params: dict[str, Any] | None = None
    pipeline: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class LearningCurve:
    """One model's AUC on held-out data for rising numbers of training patients."""

    name: str
    patients: tuple[int, ...]
    auc: tuple[Interval, ...]


@dataclass(frozen=True)
class Crossing:
    """From about `at` patients on, the AUC of `ahead` lies above that of `behind`."""

    ahead: str
    behind: str
    at: float

    @property
    def about(self) -> int:
        """Round `at` to two digits: the place of a crossing is no more certain than that."""
        scale = 10 ** max(0, math.floor(math.log10(self.at)) - 1)
        return int(round(self.at / scale) * scale)

    def words(self, unit: str) -> str:
        """Say who overtakes whom; `unit` is what is counted."""
        return f"{self.ahead} overtakes {self.behind} at about {self.about:,} {unit}"


@dataclass(frozen=True)
class LearningCurves:
    """How models do with fewer patients; `unit` is ``"patients"`` or ``"images"``."""

    unit: str
    curves: tuple[LearningCurve, ...]
    crossings: tuple[Crossing, ...]
    statement: str


@dataclass(frozen=True)
class RunFacts:
    """What another person needs to run the comparison again."""

    versions: dict[str, str]
    seed: int
    seeds: int
    data_hash: str
    cpu: str
    threads: int
    wall_seconds: float
    cpu_seconds: float
    started: str
    command: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Models compared on one data set, by one protocol, on the same folds."""

    dataset: DataCard
    protocol: Protocol
    models: tuple[ModelResult, ...]
    predictions: "pd.DataFrame" = field(repr=False, compare=False)
    run: RunFacts
    learning: LearningCurves | None = None

    def __repr__(self) -> str:
        _, rows = in_short(self.models)
        scores = ", ".join(f"{name} {auc}" for name, auc, *_ in rows)
        return f"<Comparison on {self.dataset.name}, {self.protocol.kind}: AUC {scores}>"

    def _repr_html_(self) -> str:
        title = f"{self.dataset.name}: {self.protocol.kind}, {self.dataset.n} images"
        return html_table(title, *in_short(self.models)) + html_list(self.dataset.warnings)

    def leaderboard(self) -> "pd.DataFrame":
        """Table of the models, best AUC first, with intervals, spread over seeds, and cost.

        With two classes its last column names the positive one.
        """
        return leaderboard(self.models, self.protocol.positive_class)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the per-sample predictions and the pictures, ready for strict JSON."""
        return {
            "dataset": _card_dict(self.dataset),
            "protocol": plain(self.protocol),
            "models": {model.name: _model_dict(model) for model in self.models},
            "run": plain(self.run),
            **({} if self.learning is None else {"learning_curve": plain(self.learning)}),
        }

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write `to_dict` to `path`; an undefined number becomes null."""
        with atomic_path(path) as scratch:
            write_json(scratch, self.to_dict())


def _card_dict(card: DataCard) -> dict[str, Any]:
    """Leave the pictures out of the data card."""
    return {f.name: plain(getattr(card, f.name)) for f in fields(card) if f.name != "examples"}


def _model_dict(model: ModelResult) -> dict[str, Any]:
    """Leave the fitted pipeline and the pictures out of a model's result."""
    kept = (f.name for f in fields(model) if f.name not in ("name", "pipeline", "mistakes"))
    content = {name: plain(getattr(model, name)) for name in kept}
    content["mistakes"] = [
        {f.name: plain(getattr(m, f.name)) for f in fields(m) if f.name not in ("image", "maps")}
        for m in model.mistakes
    ]
    return content
