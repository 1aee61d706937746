"""Scores of all models with their intervals, the best on top."""

import math
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.texts import say
from imgpipe.evaluate.plots import canvas
from imgpipe.evaluate.plots.lines import Names, chosen

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison

_LONGEST = 28  # letters of a name


def plot_leaderboard(
    comparison: "Comparison",
    ax: Any = None,
    models: Names = None,
    metric: str | None = None,
    write: canvas.Write = str,
) -> Any:
    """Draw scores with their intervals; see `Comparison.plot_leaderboard`."""
    shown = chosen(comparison, models)
    known = list(shown[0].metrics)
    if metric is None:
        metric = "accuracy" if math.isnan(shown[0].metrics["auc"].value) else "auc"
    if metric not in known:
        hint = did_you_mean(str(metric), known)
        raise InputError(f"no metric {metric!r}; there are {', '.join(known)}{hint}")
    ax = canvas.new_axes(ax, 5.6, 1.1 + 0.36 * len(shown))
    for row, model in enumerate(shown):
        score, colour = model.metrics[metric], canvas.look(comparison, model.name)["color"]
        if not math.isnan(score.low) and not math.isnan(score.high):
            ax.plot([score.low, score.high], [row, row], color=colour, linewidth=1.8)
        ax.plot([score.value], [row], marker="s", markersize=6, color=colour, label=model.name)
        # above its row: beside the field there may be another one
        ax.text(1, row - 0.13, _told(score.value, score.low, score.high), fontsize=8, ha="right",
                va="bottom", transform=ax.get_yaxis_transform(), color=canvas.INK)  # fmt: skip
    ax.set_ylim(len(shown) - 0.5, -0.75)
    names = [m.name if len(m.name) <= _LONGEST else f"{m.name[:_LONGEST]}…" for m in shown]
    ax.set_yticks(range(len(shown)), names, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="y", visible=False)
    if metric == "auc":
        ax.axvline(0.5, color=canvas.GRAY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    name = {"auc": "AUC"}.get(metric, metric.replace("_", " "))
    canvas.titles(ax, write(say("{metric} with its 95 % interval", metric=name)))
    return ax


def _told(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "–"
    ends = "" if math.isnan(low) or math.isnan(high) else f" ({low:.3f}–{high:.3f})"
    return f"{value:.3f}{ends}"
