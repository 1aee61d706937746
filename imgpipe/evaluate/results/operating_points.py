"""What a model is worth as a decision: precision over recall, thresholds, net benefit, sets."""

from dataclasses import dataclass

from imgpipe.evaluate.results.scores import Curve, Interval


@dataclass(frozen=True)
class Counts:
    """Images of the class that were called (tp) and were not (fn), and those of others (fp, tn)."""

    tp: int
    fp: int
    fn: int
    tn: int


@dataclass(frozen=True)
class ThresholdTable:
    """Counts, as in `Counts`, at each threshold from 0 to 1 by hundredths.

    An image is called where its probability is at least the threshold.
    """

    thresholds: tuple[float, ...]
    tp: tuple[int, ...]
    fp: tuple[int, ...]
    fn: tuple[int, ...]
    tn: tuple[int, ...]


@dataclass(frozen=True)
class OperatingPoint:
    """What one threshold does on held-out images.

    `rule` says what it was chosen for: ``"highest probability"`` (the class that the model gives,
    no threshold chosen), ``"balanced accuracy"``, ``"specificity 0.95"`` and the like.
    `thresholds` holds one for each fold. `net_benefit` weighs false alarms by the odds of the
    threshold itself. `counts` are of all folds together, each with its own threshold.
    """

    rule: str
    thresholds: tuple[float, ...]
    sensitivity: Interval
    specificity: Interval
    ppv: Interval
    npv: Interval
    net_benefit: Interval
    counts: Counts


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit over the threshold probability, with its interval, beside treating all.

    Treating none has a net benefit of 0.
    """

    thresholds: tuple[float, ...]
    net_benefit: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    treat_all: tuple[float, ...]


@dataclass(frozen=True)
class Operation:
    """The positive class, or one class against the rest, on held-out images.

    A class of which fewer images were held out than metrics are given for has none.

    `on_curve` is read off the held-out images' own curve: what any threshold could reach there,
    chosen with hindsight. `points` are thresholds chosen on `chosen_on` (``"validation part"``,
    ``"inner folds"``, or None where none was chosen), without a look at held-out images.
    """

    name: str
    n: int
    positives: int
    prevalence: float
    precision_recall: Curve
    average_precision: Interval
    on_curve: dict[str, Interval]
    points: tuple[OperatingPoint, ...]
    chosen_on: str | None
    decision: DecisionCurve
    table: ThresholdTable | None = None


@dataclass(frozen=True)
class ConformalSets:
    """Sets of classes that should hold the true one with probability `level`.

    `sizes` are shares of held-out images whose set has 0, 1, 2, ... classes. `least` is the
    probability from which on a class is in the set, one for each fold.
    """

    level: float
    chosen_on: str
    coverage: Interval
    by_class: dict[str, Interval]
    mean_size: Interval
    sizes: tuple[float, ...]
    least: tuple[float, ...] = ()
