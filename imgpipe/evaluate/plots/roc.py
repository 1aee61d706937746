"""Curves over all thresholds: sensitivity and specificity, precision and recall."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import say
from imgpipe.evaluate.plots import canvas
from imgpipe.evaluate.plots.lines import Names, lines_of

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison


def plot_roc(
    comparison: "Comparison",
    ax: Any = None,
    models: Names = None,
    label: str | None = None,
    write: canvas.Write = str,
) -> Any:
    """Draw receiver operating characteristics; see `Comparison.plot_roc`."""
    found = {m.name: {curve.name: curve for curve in m.roc} for m in comparison.models}
    lines = lines_of(comparison, models, label, found, "ROC curve")
    aucs = {m.name: m.metrics["auc"].value for m in comparison.models}
    ax = canvas.new_axes(ax, 4.4, 4.4)
    canvas.square(ax, write(say("1 − specificity")), write(say("Sensitivity")), write(lines.title))
    canvas.guide(ax, [0, 1], [0, 1])
    handles: list[Any] = []
    names: list[str] = []
    for place, model, _, curve in lines.from_last():
        drawn = ax.plot(curve.x, curve.y, linewidth=1.7, label=model, **lines.style(place))
        handles.insert(0, drawn[0])
        name = lines.name(place)
        if lines.of_two_classes:  # of several, the leaderboard's is that of all together
            name = say("{name} (AUC = {auc:.3f})", name=name, auc=aucs[model])
        names.insert(0, write(name))
    canvas.legend(ax, handles, names, "lower right")
    return ax


def plot_precision_recall(
    comparison: "Comparison",
    ax: Any = None,
    models: Names = None,
    label: str | None = None,
    write: canvas.Write = str,
) -> Any:
    """Draw precision over recall; see `Comparison.plot_precision_recall`."""
    found = {m.name: {one.name: one for one in m.operation} for m in comparison.models}
    lines = lines_of(comparison, models, label, found, "precision-recall curve")
    ax = canvas.new_axes(ax, 4.4, 4.4)
    below, beside = write(say("Recall (sensitivity)")), write(say("Precision (PPV)"))
    canvas.square(ax, below, beside, write(lines.title))
    for prevalence in dict.fromkeys(one.prevalence for _, _, one in lines.lines):
        canvas.guide(ax, [0, 1], [prevalence, prevalence])
    handles: list[Any] = []
    names: list[str] = []
    for place, model, _, one in lines.from_last():
        # nothing lies on a slope between two thresholds
        x, y = (0.0, *one.precision_recall.x), (one.precision_recall.y[0], *one.precision_recall.y)
        look = {"linewidth": 1.7, "drawstyle": "steps-pre", "label": model}
        handles.insert(0, ax.plot(x, y, **look, **lines.style(place))[0])
        ap = one.average_precision.value
        names.insert(0, write(say("{name} (AP = {ap:.3f})", name=lines.name(place), ap=ap)))
    canvas.legend(ax, handles, names, "lower left")
    return ax
