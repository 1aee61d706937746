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
def fill_statistics(
    values: np.ndarray, times: np.ndarray, sizes: np.ndarray, out: np.ndarray
) -> None:
    """Fill each row of `out` with the `STATISTICS` of ascending values, NaN where there is none.

    `times` says how often each value is there: a row for each image, or one for all.
    """
    for k in range(values.shape[0]):
        m = sizes[k]
        if m > 0:
            _statistics(values[k, :m], times[min(k, times.shape[0] - 1), :m], out[k])
        else:
            out[k] = np.nan


@jit_helper
def _percentiles(x: np.ndarray, times: np.ndarray, n: int, at: np.ndarray) -> np.ndarray:
    """Linear interpolation between the order statistics of ascending `x`, at ascending shares."""
    found = np.empty(at.size)
    entry, before = 0, 0.0  # where a value stands, and how many lie before it
    for p in range(at.size):
        h = (n - 1) * at[p]
        i = int(h)
        if x.size == n:
            entry, before = i, float(i)
        while before + times[entry] <= i:
            before += times[entry]
            entry += 1
        here = x[entry]
        last = i >= n - 1
        above = here if last or before + times[entry] > i + 1 else x[entry + 1]
        found[p] = here if last else here + (above - here) * (h - i)
    return found


@jit_helper
def _statistics(x: np.ndarray, times: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` with the `STATISTICS` of ascending `x`, each of which is there so many times."""
    n = int(times.sum())
    low = x[0]
    p10, p25, median, p75, p90 = _percentiles(x, times, n, np.array([0.10, 0.25, 0.5, 0.75, 0.90]))
    # each sum waits for its last addition: those that can run side by side share a pass
    total = 0.0
    from_median = 0.0
    energy = 0.0
    inner = 0.0
    inner_total = 0.0
    for i in range(x.size):
        t = times[i]
        total += t * (x[i] - low)
        from_median += t * abs(x[i] - median)
        energy += t * (x[i] * x[i])
        if p10 <= x[i] <= p90:
            inner_total += t * (x[i] - p10)
            inner += t
    # relative to the minimum, so that a constant image has exactly zero variance
    mean = low + total / n
    inner_mean = p10 + inner_total / inner if inner > 0 else np.nan
    m2 = 0.0
    m3 = 0.0
    m4 = 0.0
    absolute = 0.0
    inner_absolute = 0.0
    for i in range(x.size):
        t = times[i]
        d = x[i] - mean
        d2 = d * d
        m2 += t * d2
        m3 += t * (d2 * d)
        m4 += t * (d2 * d2)
        absolute += t * abs(d)
        if p10 <= x[i] <= p90:
            inner_absolute += t * abs(x[i] - inner_mean)
    variance = m2 / n
    out[0] = mean
    out[1] = variance
    out[2] = m3 / n / variance**1.5 if variance > 0 else np.nan
    out[3] = m4 / n / (variance * variance) - 3 if variance > 0 else np.nan
    out[4] = median
    out[5] = low
    out[6] = p10
    out[7] = p90
    out[8] = x[x.size - 1]
    out[9] = p75 - p25
    out[10] = x[x.size - 1] - low
    out[11] = absolute / n
    out[12] = inner_absolute / inner if inner > 0 else np.nan
    out[13] = from_median / n
    out[14] = np.sqrt(variance) / mean if mean != 0 else np.nan
    out[15] = (p75 - p25) / (p75 + p25) if p75 + p25 != 0 else np.nan
    out[16] = energy
    out[17] = np.sqrt(energy / n)
