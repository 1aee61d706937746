"""Axes to draw in, made on demand, and the look of all that is drawn in them.

Nothing global of matplotlib is changed. Names of models and classes are never read as formulas.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError
from imgpipe._common.palette import DUMMY, LIGHT, places
from imgpipe._common.palette import GRAY_LIGHT as GRAY

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison

Write = Callable[[object], str]

INK = "#191d22"
SOFT = "#59636f"
GRID = "#e3e6ea"
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
_INSIDE = 6  # names that a legend holds inside the field
_ROW = 0.18  # inches, of each of them
_SHORT = 16  # letters of names of which two stand beside one another


def new_axes(ax: Any, width: float, height: float) -> Any:
    """Give the axes, or those of a new figure of pyplot, with the common look."""
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise missing(error) from None
        _, ax = pyplot.subplots(figsize=(width, height), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(SOFT)
    ax.tick_params(labelsize=9, color=SOFT, labelcolor=INK, length=3)
    ax.grid(color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def missing(error: ImportError) -> InputError:
    """Say how to get matplotlib."""
    return InputError(f"drawing needs matplotlib: pip install 'imgpipe[plot]' ({error})")


def square(ax: Any, below: str, beside: str, above: str) -> None:
    """Both axes from 0 to 1, with their titles."""
    margin = 0.012  # so that lines along an edge are seen whole
    ax.set(xlim=(-margin, 1 + margin), ylim=(-margin, 1 + margin), aspect="equal")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    titles(ax, below, beside, above)


def titles(ax: Any, below: str, beside: str = "", above: str = "") -> None:
    """Write what the axes show, and above them of what."""
    ax.set_xlabel(below, fontsize=10, color=INK, parse_math=False)
    ax.set_ylabel(beside, fontsize=10, color=INK, parse_math=False)
    if above:
        ax.set_title(above, fontsize=9.5, color=SOFT, loc="left", parse_math=False)


def guide(ax: Any, x: Sequence[float], y: Sequence[float], dash: Any = (0, (4, 3))) -> None:
    """Draw a thin line to compare with, such as that of chance; the legend leaves it out."""
    ax.plot(x, y, color=GRAY, linewidth=0.9, linestyle=dash, label="_guide", zorder=1)


def legend(
    ax: Any, handles: Sequence[Any], names: Sequence[str], place: str, columns: int = 1
) -> None:
    """Name the lines inside the field, or beside it where there are many."""
    # a name that begins with an underscore would be left out
    told = [f" {name}" if name.startswith("_") else name for name in names]
    where: dict[str, Any] = {"loc": place, "ncols": columns}
    if len(told) > _INSIDE:
        where = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)}
    box = ax.legend(handles, told, fontsize=8.5, frameon=False, labelcolor=INK, **where)
    for text in box.get_texts():
        text.set_parse_math(False)


def columns(names: Sequence[str]) -> int:
    """In how many columns a legend above curves has its names."""
    return 2 if max(map(len, names)) <= _SHORT else 1


def legend_share(ax: Any, names: Sequence[str]) -> float:
    """Which share of the field's height a legend inside it takes, half of it at most."""
    if len(names) > _INSIDE:
        return 0.0
    inches = ax.bbox.height / ax.figure.dpi
    rows = -(-len(names) // columns(names))
    return float(min(0.5, (_ROW * rows + 0.08) / max(inches, _ROW)))


def look(comparison: "Comparison", name: str) -> dict[str, Any]:
    """Colour and dash of a model: those that it has in the report."""
    if name == DUMMY:
        return {"color": GRAY, "linestyle": (0, (1.5, 1.5))}
    place = places([model.name for model in comparison.models])[name]
    return turn(place)


def turn(place: int) -> dict[str, Any]:
    """Colour and dash at a place of the palette, which begins anew with dashes at its end."""
    return {
        "color": LIGHT[place % len(LIGHT)],
        "linestyle": DASHES[place // len(LIGHT) % len(DASHES)],
    }
