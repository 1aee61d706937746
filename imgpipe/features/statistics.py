"""The statistics that intensities and gray levels share."""

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper

# name, IBSI id as an intensity statistic, IBSI id as a histogram statistic, unit, description
STATISTICS = (
    ("mean", "Q4LE", "X6K6", "intensity", "Mean."),
    ("variance", "ECT3", "CH89", "intensity^2", "Mean squared distance from the mean."),
    ("skewness", "KE2A", "88K1", "1", "Asymmetry: positive with a long tail of high values."),
    ("kurtosis", "IPH6", "C3I7", "1", "Excess kurtosis: weight of the tails, 0 for a Gaussian."),
    ("median", "Y12H", "WIFQ", "intensity", "Value that half of the pixels do not exceed."),
    ("minimum", "1GSF", "1PR8", "intensity", "Lowest value."),
    ("percentile_10", "QG58", "1PR8", "intensity", "Value that a tenth of the pixels stay below."),
    ("percentile_90", "8DWT", "GPMT", "intensity", "Value that a tenth of the pixels exceed."),
    ("maximum", "84IY", "3NCY", "intensity", "Highest value."),
    ("interquartile_range", "SALO", "WR0O", "intensity", "Spread of the middle half."),
    ("range", "2OJQ", "5Z3W", "intensity", "Highest minus lowest value."),
    ("mean_absolute_deviation", "4FUA", "D2ZX", "intensity", "Mean distance from the mean."),
    ("robust_mean_absolute_deviation", "1128", "WRZB", "intensity",
     "Mean distance from the mean between the 10th and 90th percentile."),
    ("median_absolute_deviation", "N72L", "4RNL", "intensity", "Mean distance from the median."),
    ("coefficient_of_variation", "7TET", "CWYJ", "1", "Standard deviation over mean."),
    ("quartile_coefficient_of_dispersion", "9S40", "SLWD", "1",
     "Difference of the quartiles over their sum."),
)  # fmt: skip


@jit
def percentile(x: np.ndarray, n: int, q: float) -> float:
    """Linear interpolation between the order statistics of ascending `x[:n]`."""
    h = (n - 1) * q
    i = int(h)
    if i >= n - 1:
        return x[n - 1]
    return x[i] + (x[i + 1] - x[i]) * (h - i)


@jit_helper
def statistics(x: np.ndarray, n: int, out: np.ndarray) -> None:
    """Fill `out` with the 16 `STATISTICS` of ascending `x[:n]`, n >= 1."""
    x = x[:n]
    low = x[0]
    total = 0.0
    for i in range(n):
        total += x[i] - low
    # relative to the minimum, so that a constant image has exactly zero variance
    mean = low + total / n
    m2 = 0.0
    m3 = 0.0
    m4 = 0.0
    absolute = 0.0
    for i in range(n):
        d = x[i] - mean
        d2 = d * d
        m2 += d2
        m3 += d2 * d
        m4 += d2 * d2
        absolute += abs(d)
    variance = m2 / n
    median = percentile(x, n, 0.5)
    from_median = 0.0
    for i in range(n):
        from_median += abs(x[i] - median)
    p10 = percentile(x, n, 0.10)
    p90 = percentile(x, n, 0.90)
    p25 = percentile(x, n, 0.25)
    p75 = percentile(x, n, 0.75)
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
    out[12] = _robust_deviation(x, p10, p90)
    out[13] = from_median / n
    out[14] = np.sqrt(variance) / mean if mean != 0 else np.nan
    out[15] = (p75 - p25) / (p75 + p25) if p75 + p25 != 0 else np.nan


@jit_helper
def _robust_deviation(x: np.ndarray, low: float, high: float) -> float:
    """Mean absolute deviation of the values in [low, high] from their own mean; NaN for none."""
    m = 0
    total = 0.0
    for i in range(x.size):
        if low <= x[i] <= high:
            total += x[i] - low
            m += 1
    if m == 0:
        return np.nan
    mean = low + total / m
    deviation = 0.0
    for i in range(x.size):
        if low <= x[i] <= high:
            deviation += abs(x[i] - mean)
    return deviation / m
