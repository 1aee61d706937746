"""How scores rise with the number of patients to learn from."""

import math
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.evaluate.plots import canvas
from imgpipe.evaluate.plots.lines import Names, chosen

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison


def plot_learning(
    comparison: "Comparison", ax: Any = None, models: Names = None, write: canvas.Write = str
) -> Any:
    """Draw learning curves; see `Comparison.plot_learning`."""
    learning = comparison.learning
    if learning is None:
        raise InputError(
            "there is no learning curve: compare with learning_curve=True (--learning-curve)"
        )
    wanted = [model.name for model in chosen(comparison, models)]
    curves = {
        curve.name: curve
        for curve in learning.curves
        if not any(math.isnan(auc.value) for auc in curve.auc)
    }
    names = [name for name in wanted if name in curves]
    if not names:
        raise InputError(f"there is no learning curve of {', '.join(wanted)}")
    ax = canvas.new_axes(ax, 5.2, 3.9)
    handles: list[Any] = []
    for name in reversed(names):
        curve, style = curves[name], canvas.look(comparison, name)
        y = [auc.value for auc in curve.auc]
        shown = {"marker": "o", "markersize": 4.5, "linewidth": 1.6, "label": name}
        handles.insert(0, ax.plot(curve.patients, y, **shown, **style)[0])
        low, high = [auc.low for auc in curve.auc], [auc.high for auc in curve.auc]
        ax.fill_between(curve.patients, low, high, color=style["color"], alpha=0.12, linewidth=0)
    for crossing in learning.crossings:
        if {crossing.ahead, crossing.behind} <= set(names):
            ax.axvline(crossing.at, color=canvas.GRAY, linewidth=0.9, linestyle=(0, (4, 3)))
    _count(ax, sorted({n for name in names for n in curves[name].patients}))
    units = {"patients": say("Training patients"), "images": say("Training images")}
    below = units.get(learning.unit, learning.unit)
    canvas.titles(ax, write(below), write(say("AUC on held-out data")))
    canvas.legend(ax, handles, names, "best")
    return ax


def _count(ax: Any, sizes: list[int]) -> None:
    """A logarithmic axis with the sizes that were tried, those that have room for their number."""
    from matplotlib.ticker import NullFormatter, NullLocator

    ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    least = (math.log(sizes[-1]) - math.log(sizes[0])) / 9
    kept: list[int] = []
    for size in reversed(sizes):
        if not kept or math.log(kept[-1]) - math.log(size) >= least:
            kept.append(size)
    ax.set_xticks(kept, [f"{size:,}" for size in kept])
