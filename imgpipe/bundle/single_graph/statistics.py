"""The statistics that intensities, gray levels and gradients share, as nodes of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, ratio
from imgpipe.bundle.single_graph.counting import counted

_SHARES = (0.10, 0.25, 0.5, 0.75, 0.90)


@dataclass(frozen=True)
class Sample:
    """Numbers of a picture: each on its own, or each that there can be and how often it is there.

    Parameters
    ----------
    values : Term
        float64 (m,).
    times : Term or None
        float64 (m,), how often each is there; None for once.
    n : int
        How many there are together.
    ascending : Term
        What gives order statistics: the values in ascending order, or where there are times, how
        many numbers each does not exceed.
    """

    values: Term
    times: Term | None
    n: int
    ascending: Term

    @classmethod
    def sorted(cls, values: Term, n: int) -> Sample:
        """Take `n` numbers, float64 of any shape, as they are."""
        flat = values.shaped(-1)
        ranked, _ = values.graph.several(
            "TopK", [flat.name, values.graph.constant(np.array([n]))], 2, largest=0
        )
        return cls(flat, None, n, Term(values.graph, ranked))

    @classmethod
    def counted(cls, values: Term, n: int, first: int, last: int) -> Sample:
        """Take `n` whole numbers from `first` to `last`, int64 of any shape."""
        graph = values.graph
        places = values.shaped(-1) - np.int64(first)
        size = Term(graph, graph.constant(np.int64(last - first + 1)))
        times = counted([places], size).to("float64")
        known = Term(graph, graph.constant(np.arange(first, last + 1, dtype=float)))
        return cls(known, times, n, times.of("CumSum", np.array(0)))

    def ordered(self, places: Sequence[int]) -> list[Term]:
        """Give the numbers at some places, 0 the lowest, (1,) each."""
        graph = self.values.graph
        at = np.array(places)
        if self.times is None:
            found = self.ascending.of("Gather", at)
        else:
            before = self.ascending <= at[:, None].astype(float)
            index = before.to("int64").of("ReduceSum", np.array([1]), keepdims=0)
            found = self.values.of("Gather", index)
        if len(places) == 1:
            return [found]
        return [Term(graph, name) for name in graph.several("Split", [found.name], len(places))]

    def total(self, numbers: Term) -> Term:
        """Add up numbers that belong to the values, each as often as its value is there; (1,)."""
        return (numbers if self.times is None else numbers * self.times).total(keep=True)


def statistics(sample: Sample) -> dict[str, Term]:
    """Append the statistics of `imgpipe.features.first_order.statistics`, (1,) each, by name.

    NaN where there is none: of one number skewness and kurtosis, which divide zero by zero, and
    ratios of which the denominator is zero.
    """
    x, n, total = sample.values, sample.n, sample.total
    low, high, (p10, p25, median, p75, p90) = _ends_and_percentiles(sample)
    # relative to the minimum, so that a constant image has exactly zero variance
    mean = low + total(x - low) / n
    d = x - mean
    squares = d * d
    variance = total(squares) / n
    energy = total(x * x)
    return {
        "mean": mean,
        "variance": variance,
        "skewness": total(squares * d) / n / variance**1.5,
        "kurtosis": total(squares * squares) / n / (variance * variance) - 3,
        "median": median,
        "minimum": low,
        "percentile_10": p10,
        "percentile_90": p90,
        "maximum": high,
        "interquartile_range": p75 - p25,
        "range": high - low,
        "mean_absolute_deviation": total(abs(d)) / n,
        "robust_mean_absolute_deviation": _robust_deviation(sample, p10, p90),
        "median_absolute_deviation": total(abs(x - median)) / n,
        "coefficient_of_variation": ratio(variance.sqrt(), mean),
        "quartile_coefficient_of_dispersion": ratio(p75 - p25, p75 + p25),
        "energy": energy,
        "root_mean_square": (energy / n).sqrt(),
    }


def _ends_and_percentiles(sample: Sample) -> tuple[Term, Term, list[Term]]:
    """Lowest and highest number, and between order statistics what lies at the shares."""
    last = sample.n - 1
    heights = [last * share for share in _SHARES]
    below = [int(height) for height in heights]
    above = [min(place + 1, last) for place in below]
    low, high, *found = sample.ordered([0, last, *below, *above])
    pairs = zip(found[: len(below)], found[len(below) :], heights, below, strict=True)
    return low, high, [here + (next_ - here) * (h - i) for here, next_, h, i in pairs]


def _robust_deviation(sample: Sample, p10: Term, p90: Term) -> Term:
    """Mean distance from the mean of what lies between two percentiles; NaN where nothing does."""
    x = sample.values
    inner = ((x >= p10) & (x <= p90)).to("float64")
    number = sample.total(inner)
    mean = p10 + sample.total(inner * (x - p10)) / number
    return sample.total(inner * abs(x - mean)) / number
