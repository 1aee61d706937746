"""What models lean on, and how it is distributed."""

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import counted, joined, say
from imgpipe.report.charts.correlations import correlation_map
from imgpipe.report.charts.distributions import Ridge, ridge_chart
from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.scores import bar_chart
from imgpipe.report.languages import tell
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.view import View
from imgpipe.report.words.features import feature_name, unit_name

if TYPE_CHECKING:
    from imgpipe.evaluate import FeaturesFound, FeatureValues, ModelResult

_IMPORTANT = 12  # features shown per model
_SEEN = 0.0005  # smaller drops are written as 0.000


def section(view: View) -> dict[str, Any] | None:
    """What each model leans on; how that is distributed, and what says the same."""
    charts = [importances(m, view.looks) for m in view.ranked if m.importances]
    found = view.comparison.features
    table = view.comparison.dataset.region == "table"
    if found is None:
        empty = {"models": charts, "table": table, "spread": [], "alike": None}
        return empty if charts else None
    return {
        "table": table,
        "models": charts,
        "spread": [_distribution(each) for each in found.top],
        "looked_at": _looked_at(found, table),
        "alike": _correlated(found) if len(found.compared) > 1 else None,
    }


def importances(model: "ModelResult", looks: Looks) -> dict[str, Any]:
    """A chart of the features that a model leans on most, and how many are left out.

    Those without which it falls by less than three digits show, or rises, are counted apart.
    """
    needed = [f for f in model.importances if f.value >= _SEEN]
    top = sorted(needed, key=lambda item: -item.value)[:_IMPORTANT]
    colour = looks[model.name]["colour"]
    bars = [
        Bar(tell(feature_name(f.feature)), f.value, f.low, f.high, colour, f.feature) for f in top
    ]
    title = say("Permutation importance, {model}", model=model.name)
    svg = bar_chart(title, bars) if bars else ""
    rest = _rest(len(needed) - len(top), len(model.importances) - len(needed), bool(bars))
    return entry(model, looks, svg=Markup(svg), rest=rest)


def _rest(hidden: int, still: int, drawn: bool) -> str:
    """Say how many features are not drawn."""
    if not drawn:
        return say("No feature alone lowers the AUC: what each says, others say too.")
    below = counted(hidden, "{n} more lies below these.", "{n} more lie below these.")
    others = counted(
        still,
        "{n} more does not lower it by as much as 0.001.",
        "{n} more do not lower it by as much as 0.001.",
    )
    return joined([below if hidden else "", others if still else ""])


def _looked_at(found: "FeaturesFound", table: bool) -> str:
    """Say which features are shown, in which order, on what."""
    rows = counted(found.images, "{n} held-out row", "{n} held-out rows")
    images = counted(found.images, "{n} held-out image", "{n} held-out images")
    led = any(each.importance >= _SEEN for each in found.top)
    return joined(
        [
            say("Values on the {samples}, class by class.", samples=rows if table else images),
            say("Those come first that matter most to any model.")
            if led
            else say("No model needs one of them alone; what tells most by itself comes first."),
            say(
                "HOG and LBP, of which only many numbers together mean something, are not among "
                "them."
            )
            if not table
            else "",
            say(
                "The curve shows how many have a value (the outermost steps hold what lies "
                "beyond), the bar the middle half, the line nine in ten, the dot the median."
            ),
            say(
                "The AUC by itself is read off the same values in whichever direction it is "
                "larger, so it flatters a little."
            ),
            counted(
                found.hidden,
                "{n} class, the smallest, is not shown.",
                "{n} classes, the smallest, are not shown.",
            )
            if found.hidden
            else "",
        ]
    )


def _distribution(found: "FeatureValues") -> dict[str, Any]:
    """One feature's chart, and what stands above it."""
    name = feature_name(found.feature)
    ridges = [Ridge(c.name, c.n, c.shares, c.quantiles) for c in found.classes]
    alone = say("AUC by itself {auc:.3f}", auc=found.alone)
    if len(found.classes) > 2:
        alone = say("AUC by itself {auc:.3f}, for {label}", auc=found.alone, label=found.told)
    notes = [alone, *([say("IBSI {id}", id=found.ibsi)] if found.ibsi else [])]
    title = say("Distribution of {feature} by class", feature=name)
    chart = ridge_chart(title, ridges, found.low, found.high, unit_name(found.unit))
    return {"name": name, "key": found.feature, "notes": notes, "svg": Markup(chart)}


def _correlated(found: "FeaturesFound") -> dict[str, Any]:
    """The map of correlations, and the groups that it frames."""
    place = {name: k for k, name in enumerate(found.compared)}
    frames = [(place[group.features[0]], place[group.features[-1]]) for group in found.alike]
    words = counted(
        len(found.alike),
        "{n} group of features says the same.",
        "{n} groups of features say the same.",
    )
    names = [tell(feature_name(name)) for name in found.compared]
    title = say("Rank correlations of {n} features", n=len(names))
    return {
        "n": len(names),
        "svg": Markup(correlation_map(title, words, names, found.rho, frames)),
        "groups": [
            {
                "names": say("{names}", names=[feature_name(name) for name in group.features]),
                "least": say("each two at least {rho:.2f}", rho=group.least),
            }
            for group in found.alike
        ],
    }
