"""Points of the intensity-volume histogram as ONNX."""

from functools import reduce

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.families.intensity import sample_of
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.levels import of_range, of_width, scaled
from imgpipe.bundle.single_graph.statistics import Sample
from imgpipe.features.inputs.settings import MAX_IVH_LEVELS

_PERCENT = (10, 90)


def write(image: MeasuredImage) -> str:
    """Append six points; NaN where intensity fractions have no range."""
    settings = image.plan.settings
    if settings.ivh_bins is not None:
        return _of_bins(image, settings.ivh_bins)
    if settings.ivh_bin_width is not None:
        return _of_width(image, settings.ivh_bin_width)
    return _of_intensities(image)


def _of_intensities(image: MeasuredImage) -> str:
    values, exact = Term(image.graph, image.values), image.weighted
    if len(image.channels) == 1:
        sample = sample_of(image.graph, image.channels[0])
    else:
        sample = Sample.sorted(values, image.n_pixels)
    places = _intensities(sample)
    # from one level to the next
    broken = (~values.of("Floor").equals(values)).to("float64").total()
    step = broken.equals(0).where(1, 0)
    low, high = exact.lowest(), exact.highest()
    return _points(
        _shares(exact, low, high, image.n_pixels), [p + step for p in places], high > low
    )


def _of_bins(image: MeasuredImage, bins: int) -> str:
    found = of_range(image.weighted, bins)
    levels, top = found.levels.to("float64"), found.highest.to("float64")
    places = _intensities(Sample.sorted(levels, image.n_pixels))
    one = Term(image.graph, image.graph.constant(np.float64(1)))
    shares = _shares(levels, one, top, image.n_pixels)
    return _points(shares, [place + 1 for place in places], top > one)


def _of_width(image: MeasuredImage, width: float) -> str:
    found = image.checked(
        of_width(image.weighted, image.units, width, None, image.ends, MAX_IVH_LEVELS)
    )
    values = Term(image.graph, image.values)
    levels, low = found.levels.to("float64"), values.lowest()
    one = Term(image.graph, image.graph.constant(np.float64(1)))
    # bins between the ends, the last of them perhaps a part of one
    own = scaled(image.weighted, image.units, width, None, image.ends)
    top = (own.pixels.highest() - own.pixels.lowest()) / own.width
    places = _intensities(Sample.sorted(levels, image.n_pixels))
    centres = [low + (place + 0.5) * width for place in places]
    return _points(_shares(levels, one, top, image.n_pixels), centres, top > one)


def _shares(x: Term, low: Term, high: Term, n: int) -> list[Term]:
    """Shares of the pixels at a tenth and nine tenths of the way, as products of whole numbers."""
    parts, size = (x - low) * 100, high - low
    reached = [(parts >= size * percent).to("float64") for percent in _PERCENT]
    return [(each.total() / n).shaped(1) for each in reached]


def _intensities(sample: Sample) -> list[Term]:
    """Highest numbers that more than a tenth, and nine tenths, of the pixels reach."""
    return sample.ordered([sample.n - 1 - sample.n * percent // 100 for percent in _PERCENT])


def _points(shares: list[Term], intensities: list[Term], some: Term) -> str:
    differences = [reduce(Term.__sub__, pair) for pair in (shares, intensities)]
    return some.where(joined([*shares, *intensities, *differences]), np.nan).name
