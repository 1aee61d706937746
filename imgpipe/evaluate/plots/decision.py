"""What a model is worth as a decision, over the threshold that one acts at."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.palette import DUMMY
from imgpipe._common.texts import say
from imgpipe.evaluate.plots import canvas
from imgpipe.evaluate.plots.lines import Names, lines_of

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison

_BELOW = -0.25  # of the highest benefit: what lies lower is of no use, however low


def plot_decision(
    comparison: "Comparison",
    ax: Any = None,
    models: Names = None,
    label: str | None = None,
    write: canvas.Write = str,
) -> Any:
    """Draw decision curves; see `Comparison.plot_decision`."""
    if label is None and len(comparison.dataset.classes) > 2:
        # acting on everyone is another line for each class
        label = comparison.dataset.classes[-1]
    found = {m.name: {one.name: one for one in m.operation} for m in comparison.models}
    lines = lines_of(comparison, models, label, found, "decision curve")
    ax = canvas.new_axes(ax, 4.8, 4.2)
    first = lines.lines[0][2].decision
    gray = {"color": canvas.GRAY, "linewidth": 1.1}
    handles = [
        ax.plot(first.thresholds, first.treat_all, **gray)[0],
        ax.plot([0, 1], [0, 0], linestyle=(0, (4, 3)), **gray)[0],
    ]
    names = [write(say("Acting on all")), write(say("Acting on none"))]
    for place, model, _, one in lines.from_last():
        style, curve = lines.style(place), one.decision
        if model != DUMMY:  # its band is that of acting on all
            band = {"color": style["color"], "alpha": 0.12, "linewidth": 0}
            ax.fill_between(curve.thresholds, curve.low, curve.high, **band)
        drawn = ax.plot(curve.thresholds, curve.net_benefit, linewidth=1.7, label=model, **style)
        handles.insert(0, drawn[0])
        names.insert(0, model)
    highest = max(
        0.02, *first.treat_all, *(h for _, _, one in lines.lines for h in one.decision.high)
    )
    room = canvas.legend_share(ax, names)
    span = (1.05 - _BELOW) * highest / (1 - room)
    ax.set(xlim=(0, 1), ylim=(_BELOW * highest, _BELOW * highest + span))
    below, beside = write(say("Threshold probability")), write(say("Net benefit"))
    canvas.titles(ax, below, beside, write(lines.title))
    canvas.legend(ax, handles, names, "upper right", canvas.columns(names))
    return ax
