"""What models lean on, and how it is distributed."""

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import counted, joined, say
from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.scores import bar_chart
from imgpipe.report.languages import tell
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.view import View
from imgpipe.report.words.features import feature_name

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult

_IMPORTANT = 12  # features shown per model
_SEEN = 0.0005  # smaller drops are written as 0.000


def section(view: View) -> dict[str, Any] | None:
    """What each model leans on."""
    charts = [importances(m, view.looks) for m in view.ranked if m.importances]
    return {"models": charts} if charts else None


def importances(model: "ModelResult", looks: Looks) -> dict[str, Any]:
    """A chart of the features that a model leans on most, and how many are left out.

    Those that no shuffle moved by what three digits show are counted apart.
    """
    moved = [f for f in model.importances if max(abs(f.value), abs(f.low), abs(f.high)) >= _SEEN]
    top = sorted(moved, key=lambda item: -item.value)[:_IMPORTANT]
    colour = looks[model.name]["colour"]
    bars = [
        Bar(tell(feature_name(f.feature)), f.value, f.low, f.high, colour, f.feature) for f in top
    ]
    title = say("Permutation importance, {model}", model=model.name)
    svg = bar_chart(title, bars) if bars else ""
    rest = _rest(len(moved) - len(top), len(model.importances) - len(moved), bool(bars))
    return entry(model, looks, svg=Markup(svg), rest=rest)


def _rest(hidden: int, still: int, drawn: bool) -> str:
    """Say how many features are not drawn."""
    if not drawn:
        return say("No feature alone lowers the AUC: what each says, others say too.")
    below = counted(hidden, "{n} more lies below these.", "{n} more lie below these.")
    moved = counted(still, "{n} more moved nothing.", "{n} more moved nothing.")
    return joined([below if hidden else "", moved if still else ""])
