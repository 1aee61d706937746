"""How often what was said came true."""

import math
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import say
from imgpipe.evaluate.plots import canvas
from imgpipe.evaluate.plots.lines import Names, lines_of

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison, ReliabilityBin


def plot_calibration(
    comparison: "Comparison",
    ax: Any = None,
    models: Names = None,
    label: str | None = None,
    write: canvas.Write = str,
) -> Any:
    """Draw reliability diagrams; see `Comparison.plot_calibration`."""
    judged = {m.name: m.calibration for m in comparison.models if m.calibration is not None}
    found = {name: {curve.name: curve for curve in c.curves} for name, c in judged.items()}
    lines = lines_of(comparison, models, label, found, "reliability curve")
    ax = canvas.new_axes(ax, 4.4, 4.4)
    below, beside = write(say("Probability given")), write(say("Share that came true"))
    canvas.square(ax, below, beside, write(lines.title))
    canvas.guide(ax, [0, 1], [0, 1])
    handles: list[Any] = []
    names: list[str] = []
    for place, model, _, curve in lines.from_last():
        style = lines.style(place)
        x = [each.probability for each in curve.bins]
        y = [each.observed.value for each in curve.bins]
        look = {"linewidth": 1.5, "marker": "o", "markersize": 4.5, "label": model}
        handles.insert(0, ax.plot(x, y, **look, **style)[0])
        _whiskers(ax, curve.bins, style["color"])
        name = lines.name(place)
        if lines.of_two_classes:
            name = say("{name} (ECE = {ece:.3f})", name=name, ece=judged[model].ece.value)
        names.insert(0, write(name))
    canvas.legend(ax, handles, names, "upper left")
    return ax


def _whiskers(ax: Any, bins: "tuple[ReliabilityBin, ...]", colour: str) -> None:
    """Intervals of the bins that have one."""
    ends = [(each.probability, each.observed.low, each.observed.high) for each in bins]
    known = [(x, low, high) for x, low, high in ends if not math.isnan(low + high)]
    if known:
        at, low, high = zip(*known, strict=True)
        ax.vlines(at, low, high, color=colour, linewidth=1, alpha=0.5)
