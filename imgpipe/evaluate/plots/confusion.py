"""Which classes a model takes for which."""

from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common.palette import LIGHT
from imgpipe._common.texts import say
from imgpipe.evaluate.plots import canvas
from imgpipe.evaluate.plots.lines import chosen

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison

_WRITTEN = 12  # classes whose counts are written into the cells
_NAMED = 40  # classes that are named along the axes
_LONGEST = 18  # letters of a name


def plot_confusion(
    comparison: "Comparison", ax: Any = None, model: str | None = None, write: canvas.Write = str
) -> Any:
    """Draw a confusion matrix; see `Comparison.plot_confusion`."""
    shown = chosen(comparison, model)[0]
    classes = list(comparison.dataset.classes)
    counts = np.asarray(shown.confusion)
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    side = 3.4 + 0.36 * min(len(classes), 24)
    ax = canvas.new_axes(ax, side, side)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.imshow(shares, cmap=_colours(), vmin=0, vmax=1)
    if len(classes) <= _WRITTEN:
        for (row, column), n in np.ndenumerate(counts):
            text = f"{n:,}\n{100 * shares[row, column]:.1f} %" if totals[row] else f"{n:,}"
            ink = "#ffffff" if shares[row, column] > 0.75 else canvas.INK
            ax.text(column, row, text, ha="center", va="center", fontsize=9, color=ink)
    _name_classes(ax, classes)
    canvas.titles(ax, write(say("Predicted class")), write(say("True class")), shown.name)
    return ax


def _name_classes(ax: Any, classes: list[str]) -> None:
    """Names along both axes, or of every few classes where there are very many."""
    places = range(0, len(classes), -(-len(classes) // _NAMED))
    short = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in classes]
    names = [short[place] for place in places]
    slanted = len(classes) > 4 or max(map(len, names)) > 9
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
    size = 9 if len(classes) <= _WRITTEN else 6.5
    ax.set_xticks(places, names, fontsize=size, parse_math=False, **turned)
    ax.set_yticks(places, names, fontsize=size, parse_math=False)
    ax.tick_params(length=0)


def _colours() -> Any:
    """From white to the report's blue."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("imgpipe", ["#ffffff", LIGHT[0]])
