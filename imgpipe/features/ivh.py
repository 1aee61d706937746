"""Intensity-volume histogram (IBSI family P88C): which share of the mask is how bright.

With v(x) the share of the pixels whose intensity is at least x: v falls from 1 at the minimum.
It has bins of its own, for which IBSI has three cases:

- Calibrated whole numbers, such as Hounsfield units: no bins, a level is one unit.
- Other calibrated intensities, such as SUV: bins of a fixed size, ``ivh_bin_width``, from the lower
  bound of ``range``, else the minimum. Each stands for the intensity at its centre.
- Arbitrary units: a fixed number of bins, ``ivh_bins`` (IBSI's is 1000); a level is a bin's number.

Intensities that are not whole are without bins a continuum, the limit of ever finer ones.
Intensity fractions lie between the bounds of ``range`` where it has them, half a bin less at both
ends with bins of a fixed size, else between minimum and maximum.
"""

from fractions import Fraction
from itertools import starmap

import numpy as np

from imgpipe._runtime.jit import jit, jit_helper
from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.edges import PARTS, Scale, reaches, scale_of_range
from imgpipe.features.inputs.labels import image_error
from imgpipe.features.inputs.levels import fixed_number, fixed_size
from imgpipe.features.inputs.settings import MAX_IVH_LEVELS, ExtractionPlan

DEFINITIONS = tuple(starmap(Definition, (
    ("volume_at_intensity_fraction_10", "BC2M", "1",
     "Share of pixels at least a tenth of the way from minimum to maximum.", None, "ivh_v10",
     "v(min + 0.1 (max - min))"),
    ("volume_at_intensity_fraction_90", "BC2M", "1",
     "Share of pixels at least nine tenths of the way from minimum to maximum.", None, "ivh_v90",
     "v(min + 0.9 (max - min))"),
    ("intensity_at_volume_fraction_10", "GBPN", "intensity",
     "Lowest intensity that at most a tenth of the pixels reach or exceed.", None, "ivh_i10",
     "least x with v(x) <= 0.1"),
    ("intensity_at_volume_fraction_90", "GBPN", "intensity",
     "Lowest intensity that at most nine tenths of the pixels reach or exceed.", None, "ivh_i90",
     "least x with v(x) <= 0.9"),
    ("volume_fraction_difference", "DDTU", "1",
     "Difference of the shares at a tenth and nine tenths of the intensity range.", None,
     "ivh_diff_v10_v90", "difference of the two volume fractions"),
    ("intensity_fraction_difference", "CNV2", "intensity",
     "Difference of the intensities at a tenth and nine tenths of the pixels.", None,
     "ivh_diff_i10_i90", "difference of the two intensities"),
)))  # fmt: skip


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Six points of the cumulated histogram."""
    rows = DEFINITIONS
    if plan.settings.ivh_bins is not None:
        rows = tuple(r._replace(unit=r.unit.replace("intensity", "gray level")) for r in rows)
    return [row.feature("ivh") for row in rows]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Points of the intensity-volume histogram of each image of a stack.

    Undefined, hence NaN: everything where intensity fractions have no range, as those of a single
    intensity, which has one bin, too, or of bins of a fixed size that span less than two.
    """
    settings = plan.settings
    values = batch.sorted(batch.values)
    inside = np.arange(values.shape[1]) < batch.counts[:, None]
    minimum, maximum = values[:, 0], values[np.arange(len(batch)), batch.counts - 1]
    low, high = (
        extreme if bound is None else np.full(len(batch), bound)
        for bound, extreme in zip(settings.bounds, (minimum, maximum), strict=True)
    )
    levels, highest = np.empty(values.shape, np.int32), np.empty(len(batch), np.int64)
    out = np.empty((len(batch), len(DEFINITIONS)))
    if settings.ivh_bins is not None:
        fixed_number(values, inside, settings.ivh_bins, levels, highest)
        top = highest.astype(np.float64)
        _stack(levels.astype(np.float64), batch.counts, np.ones_like(top), top, out)
    elif settings.ivh_bin_width is not None:
        width = settings.ivh_bin_width
        numbers = fixed_size(values, inside, low, width, MAX_IVH_LEVELS, levels, highest)
        k = int(numbers.argmax())
        if numbers[k] > MAX_IVH_LEVELS:
            raise image_error(
                f"ivh_bin_width={width:g} makes {numbers[k]:.0f} bins of {{image}}, more than the "
                f"{MAX_IVH_LEVELS} that there may be; choose a larger one",
                batch.labels[k],
            )
        top = np.array([_length(*ends, width) for ends in zip(low, high, strict=True)])
        _stack(levels.astype(np.float64), batch.counts, np.ones_like(top), top, out)
        out[:, 2:4] = low[:, None] + (out[:, 2:4] - 0.5) * width
        out[:, 5] = out[:, 2] - out[:, 3]
    else:
        _stack(values, batch.counts, low, high, out)
    return out


def _length(low: float, high: float, width: float) -> float:
    """Bins between two intensities, as decimals: from 0.1 to 0.3 there are two of 0.1."""
    ends = [Fraction(repr(float(end))) for end in (low, high)]
    return float((ends[1] - ends[0]) / Fraction(repr(width)))


FAMILY = Family(
    "ivh",
    "Intensity-volume histogram",
    describe,
    compute,
    ibsi=True,
    symbols="v(x) is the share of the pixels whose intensity is at least x; min and max are the "
    "bounds of `range` where it has them. With `ivh_bin_width` an intensity is the centre of its "
    "bin, with `ivh_bins` its number.",
    brightness=True,
)


@jit
def _stack(
    values: np.ndarray, counts: np.ndarray, lows: np.ndarray, highs: np.ndarray, out: np.ndarray
) -> None:
    """Fill `out` from rows of ascending values, with fractions between `lows` and `highs`."""
    parts = np.empty(PARTS)
    for k in range(values.shape[0]):
        x = values[k, : counts[k]]
        n = x.size
        if lows[k] >= highs[k]:
            out[k] = np.nan
            continue
        # from one level to the next
        step = 1.0
        for i in range(n):
            if x[i] != np.rint(x[i]):
                step = 0.0
        scale = scale_of_range(lows[k], highs[k], 100)
        for f, percent in ((0, 10), (1, 90)):
            out[k, f] = (n - _count_below(x, percent, scale, parts)) / n
            allowed = n * percent // 100
            out[k, 2 + f] = x[n - 1 - allowed] + step
        out[k, 4] = out[k, 0] - out[k, 1]
        out[k, 5] = out[k, 2] - out[k, 3]


@jit_helper
def _count_below(x: np.ndarray, percent: int, scale: Scale, parts: np.ndarray) -> int:
    """Count the ascending values that do not reach a fraction."""
    first, last = 0, x.size
    while first < last:
        middle = (first + last) // 2
        if reaches(x[middle], float(percent), scale, parts):
            last = middle
        else:
            first = middle + 1
    return first
