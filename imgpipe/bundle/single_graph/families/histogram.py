"""Statistics of the gray levels as ONNX."""

import numpy as np

from imgpipe.bundle.single_graph.arithmetic import Term, joined
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.statistics import Sample, statistics
from imgpipe.features.histogram import DEFINITIONS


def write(image: MeasuredImage) -> str:
    """Append twenty-three statistics."""
    graph = image.graph
    sample = Sample.counted(Term(graph, image.levels), image.n_pixels, 1, image.most_levels)
    found = statistics(sample)
    assert sample.times is not None
    found["mode"] = _mode(sample.values, sample.times, found["mean"])
    share = sample.times / image.n_pixels
    some = share.equals(0).where(1, share)  # the logarithm of none is none
    found["entropy"] = abs((share * some.of("Log")).total(keep=True)) / np.log(2)
    found["uniformity"] = (share * share).total(keep=True)
    top = Term(graph, image.n_levels).to("float64")
    found.update(_gradients(sample.values, sample.times, top))
    return joined([found[definition.name] for definition in DEFINITIONS]).name


def _mode(levels: Term, times: Term, mean: Term) -> Term:
    """Give the most frequent level, of several the nearest to the mean, of two the lower."""
    most = times.equals(times.highest())
    distance = most.where(abs(levels - mean), np.inf)
    return _first(levels, distance.equals(distance.lowest()))


def _gradients(levels: Term, times: Term, top: Term) -> dict[str, Term]:
    """Steepest rise and fall from level to level, NaN where there is one level."""
    inner = levels < top
    after = inner.where(_next(times), times)
    before = (levels > 1).where(_previous(times), times)
    steps = inner.to("float64") + (levels > 1).to("float64")
    known = (levels <= top) & (steps > 0)
    # of a single level: zero by zero, and not taken
    slopes = (after - before) / steps
    several = top > 1
    found = {}
    for name, none, end in (("maximum", -np.inf, "highest"), ("minimum", np.inf, "lowest")):
        each = known.where(slopes, none)
        steepest = getattr(each, end)(keep=True)
        level = _first(levels, each.equals(steepest))
        found[f"{name}_gradient"] = several.where(steepest, np.nan)
        found[f"{name}_gradient_level"] = several.where(level, np.nan)
    return found


def _first(levels: Term, good: Term) -> Term:
    return good.where(levels, np.inf).lowest(keep=True)


def _next(times: Term) -> Term:
    rest = times.of("Slice", np.array([1]), np.array([2**31]))
    return joined([rest, Term(times.graph, times.graph.constant(np.zeros(1)))])


def _previous(times: Term) -> Term:
    rest = times.of("Slice", np.array([0]), np.array([-1]))
    return Term(times.graph, times.graph.constant(np.zeros(1))).of("Concat", rest, axis=0)
