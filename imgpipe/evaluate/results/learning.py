"""How scores rise with the number of patients to learn from."""

import math
from dataclasses import dataclass

from imgpipe._common.texts import Text, say
from imgpipe.evaluate.results.scores import Interval


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

    def words(self, unit: str) -> Text:
        """Say who overtakes whom; `unit` is what is counted."""
        return say(
            "{ahead} overtakes {behind} at about {n} {unit}",
            ahead=self.ahead,
            behind=self.behind,
            n=self.about,
            unit=unit,
        )


@dataclass(frozen=True)
class LearningCurves:
    """How models do with fewer patients; `unit` is ``"patients"`` or ``"images"``."""

    unit: str
    curves: tuple[LearningCurve, ...]
    crossings: tuple[Crossing, ...]
    statement: str
