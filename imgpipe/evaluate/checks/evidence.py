"""What checks look at: data, one look at every image, and in a comparison its splits and scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from imgpipe._common import Fault
from imgpipe._common.texts import Text
from imgpipe.datasets.digests import equal_groups
from imgpipe.evaluate.data.measures import MEASURES
from imgpipe.evaluate.data.shift import Shift, shift
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.data.telling import Telling, by_number
from imgpipe.evaluate.results import Canary, DuplicatePair, ModelResult
from imgpipe.evaluate.scores.refusal import LEAST

_MORE = 0.02
CHANCE = 0.001  # how often the numbers of one check may seem to tell the classes of a clean set


@dataclass(frozen=True)
class Evidence:
    """All that a check may look at; without a comparison `splits` is None and `models` is empty.

    `faults` were found in the source, `pairs` look
    alike, `complaints` come from the search for them, `estimators` are the models before they were
    fitted, `canaries` the rows of the leaderboard that should score nothing.
    """

    dataset: Any
    survey: Survey
    pairs: tuple[DuplicatePair, ...] = ()
    complaints: tuple[Text, ...] = ()
    faults: tuple[Fault, ...] = ()
    splits: Sequence[Split] | None = None
    models: tuple[ModelResult, ...] = ()
    canaries: tuple[Canary, ...] = ()
    estimators: Mapping[str, Any] = field(default_factory=dict)
    trained_on: frozenset[str] | None = None
    folds: int = 5
    least: int = LEAST  # held-out images of a class below which its metrics are not given

    @cached_property
    def labels(self) -> np.ndarray:
        return np.asarray(self.dataset.labels).astype(np.int64)

    @property
    def measures(self) -> np.ndarray:
        """The numbers called `MEASURES`, (n, 16)."""
        return self.survey.measures

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(map(str, self.dataset.classes))

    @cached_property
    def ids(self) -> np.ndarray:
        """What images are called; with their part, where images of several parts have one id."""
        own = np.asarray(self.dataset.ids).astype(str)
        if self.split is None or len(np.unique(own)) == len(own):
            return own
        return np.array([f"{part} {name}" for part, name in zip(self.split, own, strict=True)])

    @property
    def groups(self) -> np.ndarray | None:
        """Patient of each image, where they are known."""
        return None if self.dataset.groups is None else np.asarray(self.dataset.groups)

    @property
    def split(self) -> np.ndarray | None:
        """Given part of each image."""
        return None if self.dataset.split is None else np.asarray(self.dataset.split)

    @cached_property
    def units(self) -> np.ndarray:
        """What counts once: a patient; where patients are unknown, an image and its copies."""
        known = self.survey.digests if self.groups is None else self.groups.tolist()
        return np.unique(np.array(known), return_inverse=True)[1]

    @cached_property
    def places(self) -> np.ndarray:
        """Given part of each image, else the fold that holds it out, else nothing."""
        if self.split is not None:
            return self.split.astype(object)
        places = np.full(len(self.labels), "", object)
        for split in self.splits or ():
            if split.fold is not None and not split.repeat:
                places[split.test] = f"fold {split.fold + 1}"
        return places

    def crossing(self, *places: str | None) -> bool:
        """Whether judged images are among these, beside others: training and validation may mix."""
        return len(set(places)) > 1 and (self.split is None or "test" in places)

    @cached_property
    def equals(self) -> list[list[int]]:
        """Positions of images with the same pixels, group by group."""
        return equal_groups(self.survey.digests)

    def at(self, pair: DuplicatePair) -> tuple[int, int]:
        """Where both images of a pair stand."""
        known = self.split is not None
        ends = ((pair.split_a, pair.id_a), (pair.split_b, pair.id_b))
        a, b = (self._position[str(part) if known else None, name] for part, name in ends)
        return a, b

    def names(self, pair: DuplicatePair) -> tuple[str, str]:
        """What both images of a pair are called."""
        a, b = self.at(pair)
        return str(self.ids[a]), str(self.ids[b])

    @cached_property
    def _position(self) -> dict[tuple[str | None, str], int]:
        """Where the image with an id stands; an id is unique within its part."""
        parts = [None] * len(self.labels) if self.split is None else map(str, self.split)
        own = map(str, self.dataset.ids)
        return {key: i for i, key in enumerate(zip(parts, own, strict=True))}

    @cached_property
    def near(self) -> list[DuplicatePair]:
        """Pairs that are surely copies, without those that are equal."""
        return [pair for pair in self.pairs if not pair.exact and pair.sure]

    @cached_property
    def tellings(self) -> dict[str, Telling]:
        """How each of the numbers tells the classes apart, where it is not the same for all."""
        found = (
            by_number(name, self.measures[:, k], self.labels, self.units)
            for k, name in enumerate(MEASURES)
        )
        return {telling.name: telling for telling in found if telling is not None}

    @cached_property
    def shift(self) -> Shift | None:
        """How far the test part of a given split can be told from the rest."""
        if self.split is None or not {"train", "test"} <= set(self.split):
            return None
        judged = self.split == "test"
        return shift(self.measures, self.survey.reduced, judged, self.labels, self.units)

    def telling(self, names: Sequence[str], least: float) -> list[Telling]:
        """Those of the numbers with an AUC of at least this, beyond chance, the best first."""
        named = [self.tellings[name] for name in names if name in self.tellings]
        return beyond_chance(named, least, tests=len(MEASURES))

    def beyond(self, names: Sequence[str], least: float) -> float:
        """AUC that a number must have to tell more than these of the whole image do."""
        areas = [self.tellings[name].auc + _MORE for name in names if name in self.tellings]
        return max([least, *areas])


def beyond_chance(
    found: Sequence[Telling | None], least: float, tests: int | None = None
) -> list[Telling]:
    """Those with an AUC of at least this, beyond what as many tests give by chance."""
    known = [telling for telling in found if telling is not None]
    tests = max(1, tests or len(known))
    kept = [t for t in known if t.auc >= least and t.p * tests < CHANCE]
    return sorted(kept, key=lambda telling: -telling.auc)
