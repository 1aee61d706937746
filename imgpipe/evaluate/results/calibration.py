"""Whether a model's probabilities mean what they say."""

import math
from dataclasses import dataclass

from imgpipe.evaluate.results.scores import Interval


@dataclass(frozen=True)
class ReliabilityBin:
    """Held-out images of similar probability: its mean, and the share of them that came true.

    `low` and `high` are the smallest and the largest probability in the bin.
    """

    n: int
    probability: float
    observed: Interval
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Reliability:
    """Bins of one class against the rest, the lowest probabilities first."""

    name: str
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True)
class Calibration:
    """Calibration on held-out images, folds of the first repeat and seed pooled.

    `brier` is `reliability` (lower is better) - `resolution` (higher is better) + `uncertainty` (of
    the data alone) + `within_bins` (what bins of equal width would not need), of the positive
    class, or summed over classes. `ece` is the expected calibration error of `ece_of`: the positive
    class, or the top label. A model whose probabilities are all true has on so many images an
    `ece` of `ece_by_chance` in the mean, and stays below `ece_chance_limit` 95 % of the time.
    `log_loss_clipped` images had a probability of 0 for what they are.
    """

    brier: Interval
    reliability: Interval
    resolution: Interval
    uncertainty: Interval
    within_bins: float
    ece: Interval
    ece_of: str
    ece_by_chance: float
    ece_chance_limit: float
    log_loss_clipped: int
    curves: tuple[Reliability, ...]
