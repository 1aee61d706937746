"""The statistics that intensities, gray levels and gradients share."""

from itertools import starmap
from typing import NamedTuple

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Definition


class Statistic(NamedTuple):
    """One statistic, of whatever quantity.

    `ibsi` is its id as a statistic of intensities, `histogram_ibsi` as one of gray levels; `tag` is
    MIRP's name without the family.
    """

    name: str
    ibsi: str
    histogram_ibsi: str | None
    unit: str
    description: str
    pyradiomics: str | None
    tag: str
    formula: str

    def of(self, quantity: str, units: dict[str, str]) -> Definition:
        """Define it for another quantity than intensities, whose units are given by theirs."""
        text = f"Of the {quantity}: {self.description[0].lower()}{self.description[1:]}"
        return Definition(self.name, None, units[self.unit], text, formula=self.formula)


STATISTICS = tuple(starmap(Statistic, (
    ("mean", "Q4LE", "X6K6", "intensity", "Mean.", "firstorder_Mean", "mean", "m = sum x / N"),
    ("variance", "ECT3", "CH89", "intensity^2", "Mean squared distance from the mean.",
     "firstorder_Variance", "var", "sum (x - m)^2 / N"),
    ("skewness", "KE2A", "88K1", "1", "Asymmetry: positive with a long tail of high values.",
     "firstorder_Skewness", "skew", "sum (x - m)^3 / N / variance^(3/2)"),
    ("kurtosis", "IPH6", "C3I7", "1", "Excess kurtosis: weight of the tails, 0 for a Gaussian.",
     "firstorder_Kurtosis", "kurt", "sum (x - m)^4 / N / variance^2 - 3"),
    ("median", "Y12H", "WIFQ", "intensity", "Value that half of the pixels do not exceed.",
     "firstorder_Median", "median", "P50, linear between order statistics"),
    ("minimum", "1GSF", "1PR8", "intensity", "Lowest value.", "firstorder_Minimum", "min", "min x"),
    ("percentile_10", "QG58", "1PR8", "intensity", "Value that a tenth of the pixels stay below.",
     "firstorder_10Percentile", "p10", "P10, linear between order statistics"),
    ("percentile_90", "8DWT", "GPMT", "intensity", "Value that a tenth of the pixels exceed.",
     "firstorder_90Percentile", "p90", "P90, linear between order statistics"),
    ("maximum", "84IY", "3NCY", "intensity", "Highest value.", "firstorder_Maximum", "max",
     "max x"),
    ("interquartile_range", "SALO", "WR0O", "intensity", "Spread of the middle half.",
     "firstorder_InterquartileRange", "iqr", "P75 - P25"),
    ("range", "2OJQ", "5Z3W", "intensity", "Highest minus lowest value.", "firstorder_Range",
     "range", "max x - min x"),
    ("mean_absolute_deviation", "4FUA", "D2ZX", "intensity", "Mean distance from the mean.",
     "firstorder_MeanAbsoluteDeviation", "mad", "sum |x - m| / N"),
    ("robust_mean_absolute_deviation", "1128", "WRZB", "intensity",
     "Mean distance from the mean between the 10th and 90th percentile.",
     "firstorder_RobustMeanAbsoluteDeviation", "rmad",
     "mean |x - m'| over P10 <= x <= P90, m' the mean of these"),
    ("median_absolute_deviation", "N72L", "4RNL", "intensity", "Mean distance from the median.",
     None, "medad", "sum |x - median| / N"),
    ("coefficient_of_variation", "7TET", "CWYJ", "1", "Standard deviation over mean.", None, "cov",
     "sqrt(variance) / m"),
    ("quartile_coefficient_of_dispersion", "9S40", "SLWD", "1",
     "Difference of the quartiles over their sum.", None, "qcod", "(P75 - P25) / (P75 + P25)"),
    ("energy", "N8CA", None, "intensity^2", "Sum of squared values.", "firstorder_Energy", "energy",
     "sum x^2"),
    ("root_mean_square", "5ZWQ", None, "intensity", "Root of the mean squared value.",
     "firstorder_RootMeanSquared", "rms", "sqrt(sum x^2 / N)"),
)))  # fmt: skip


@jit
def fill_statistics(values: np.ndarray, counts: np.ndarray, out: np.ndarray) -> None:
    """Fill each row of `out` with the `STATISTICS` of ascending values, NaN where there is none."""
    for k in range(values.shape[0]):
        if counts[k] > 0:
            _statistics(values[k, : counts[k]], out[k])
        else:
            out[k] = np.nan


@jit_helper
def _percentile(x: np.ndarray, q: float) -> float:
    """Linear interpolation between the order statistics of ascending `x`."""
    h = (x.size - 1) * q
    i = int(h)
    if i >= x.size - 1:
        return x[x.size - 1]
    return x[i] + (x[i + 1] - x[i]) * (h - i)


@jit_helper
def _statistics(x: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` with the `STATISTICS` of ascending `x`."""
    n = x.size
    low = x[0]
    median = _percentile(x, 0.5)
    p10 = _percentile(x, 0.10)
    p90 = _percentile(x, 0.90)
    p25 = _percentile(x, 0.25)
    p75 = _percentile(x, 0.75)
    # each sum waits for its last addition: those that can run side by side share a pass
    total = 0.0
    from_median = 0.0
    energy = 0.0
    inner = 0
    inner_total = 0.0
    for i in range(n):
        total += x[i] - low
        from_median += abs(x[i] - median)
        energy += x[i] * x[i]
        if p10 <= x[i] <= p90:
            inner_total += x[i] - p10
            inner += 1
    # relative to the minimum, so that a constant image has exactly zero variance
    mean = low + total / n
    inner_mean = p10 + inner_total / inner if inner > 0 else np.nan
    m2 = 0.0
    m3 = 0.0
    m4 = 0.0
    absolute = 0.0
    inner_absolute = 0.0
    for i in range(n):
        d = x[i] - mean
        d2 = d * d
        m2 += d2
        m3 += d2 * d
        m4 += d2 * d2
        absolute += abs(d)
        if p10 <= x[i] <= p90:
            inner_absolute += abs(x[i] - inner_mean)
    variance = m2 / n
    out[0] = mean
    out[1] = variance
    out[2] = m3 / n / variance**1.5 if variance > 0 else np.nan
    out[3] = m4 / n / (variance * variance) - 3 if variance > 0 else np.nan
    out[4] = median
    out[5] = low
    out[6] = p10
    out[7] = p90
    out[8] = x[n - 1]
    out[9] = p75 - p25
    out[10] = x[n - 1] - low
    out[11] = absolute / n
    out[12] = inner_absolute / inner if inner > 0 else np.nan
    out[13] = from_median / n
    out[14] = np.sqrt(variance) / mean if mean != 0 else np.nan
    out[15] = (p75 - p25) / (p75 + p25) if p75 + p25 != 0 else np.nan
    out[16] = energy
    out[17] = np.sqrt(energy / n)
