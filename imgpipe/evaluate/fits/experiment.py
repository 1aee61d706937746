"""What all fits of one comparison share, and what a model gathers over them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.evaluate.data.lookalikes.handling import Handled
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.data.subgroups import Grouping
from imgpipe.evaluate.fits.feature_store import FeatureStore
from imgpipe.evaluate.fits.tuning import Choice
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.evaluate.scores.refusal import LEAST
from imgpipe.evaluate.statistics.equivalence import check_margin
from imgpipe.learn.pipelines import final_step


def check_rules(margin: float | None, least: int) -> None:
    """Refuse a margin or a least count that means nothing."""
    if margin is not None:
        check_margin(margin)
    if least < 1:
        raise InputError(f"least is {least}; it must be at least 1 held-out image of a class")


@dataclass(frozen=True)
class Experiment:
    """What all fits of one comparison have in common."""

    dataset: Any
    splits: list[Split]
    store: FeatureStore
    seed: int = 0
    seeds: int = 1
    tune: bool = False
    budget: float | None = None
    n_jobs: int | None = None
    held_out: str | None = None
    subgroups: tuple[Grouping, ...] = ()
    thresholds: bool = False  # also where that takes fits of inner folds
    conformal: float | None = None
    folds_of: str | None = None
    cost: bool = False  # also of a cold start, in a process of its own
    least: int = LEAST
    margin: float | None = None
    copies: Handled | None = None  # what was done about look-alikes
    idle: str | None = None  # what was asked for and changed nothing
    found: Text | None = None  # in how many images the models found their region

    @property
    def labels(self) -> np.ndarray:
        return np.asarray(self.dataset.labels).astype(np.int64)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self.dataset.classes)

    @property
    def clusters(self) -> np.ndarray:
        """Patient of each sample; its own index where patients are unknown."""
        groups = self.dataset.groups
        return np.arange(len(self.labels)) if groups is None else np.asarray(groups)

    @property
    def unit(self) -> Text:
        """What is divided and resampled."""
        return say("images") if self.dataset.groups is None else say("patients")

    @property
    def first_repeat(self) -> list[Split]:
        """Splits that hold out every sample once."""
        return [split for split in self.splits if not split.repeat]

    def groups(self, index: np.ndarray) -> np.ndarray | None:
        """Patients of these samples, where patients are known, and their look-alikes."""
        if self.copies is not None and self.copies.together is not None:
            return self.copies.together[index]
        return None if self.dataset.groups is None else np.asarray(self.dataset.groups)[index]

    def position(self, split: Split) -> int:
        """Place of this split among all."""
        return next(i for i, other in enumerate(self.splits) if other is split)


@dataclass
class ModelRecord:
    """What one model said and cost, split by split: one seed after the other."""

    name: str
    test: list[HeldOut] = field(default_factory=list)
    val: list[HeldOut] = field(default_factory=list)
    inner: list[HeldOut | None] = field(default_factory=list)  # to choose thresholds on, by fold
    fit_seconds: list[float] = field(default_factory=list)
    cost: dict[str, float] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    drops: list[np.ndarray] = field(default_factory=list)
    pipeline: Any = None
    cut_short: int = 0  # fits that the budget ended
    epochs: list[int] = field(default_factory=list)  # of networks, fit by fit
    explained: list[Any] = field(default_factory=list)  # of the first repeat and seed, by split

    def note_fit(self, model: Any, seconds: float) -> None:
        """Keep the price of a fit, and how the training of a network went."""
        classifier = final_step(model)
        self.fit_seconds.append(seconds)
        self.cut_short += getattr(classifier, "stopped_", None) == "budget"
        if hasattr(classifier, "history_"):
            self.epochs.append(len(classifier.history_))
