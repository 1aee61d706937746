"""What a model's file and its predictions show of themselves in a notebook."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.html import html_facts, html_list, html_note, html_table, html_view
from imgpipe._common.palette import LIGHT
from imgpipe._common.texts import counted, say
from imgpipe.learn.shown import facts_of

if TYPE_CHECKING:
    from imgpipe.bundle.predictions import Predictions
    from imgpipe.bundle.predictor import Predictor

_METRICS = {
    "auc": say("AUC"),
    "sensitivity": say("Sensitivity"),
    "specificity": say("Specificity"),
    "balanced_accuracy": say("Balanced accuracy"),
    "brier": say("Brier score"),
}
_ROWS = 20
_CLASSES = 6  # columns of probabilities
_WIDTH = 64  # of a bar, in pixels


def show_predictor(predictor: "Predictor") -> str:
    """Frame a model with what its card says, and what a run found of it."""
    card = predictor.card
    facts = html_facts([*facts_of(predictor.model), *_card_facts(card)])
    warned = html_list(predictor.model.warnings)
    return html_view(say("Model for new images"), "", facts, _scores(card.get("run")), warned)


def _card_facts(card: Mapping[str, Any]) -> list[tuple[object, object]]:
    counts = [say("{name}: {n}", name=name, n=n) for name, n in card.get("images", {}).items()]
    return [
        (say("model"), card.get("model")),
        (say("data"), card.get("data")),
        (say("training images"), ", ".join(counts)),
        (say("patients"), card.get("patients")),
        (say("trained"), card.get("trained", "")[:10]),
        (say("meant for"), card.get("note")),
    ]


def _scores(run: Mapping[str, Any] | None) -> str:
    """Tabulate scores with their intervals; say where nothing was judged."""
    if run is None:
        return html_note(say("not judged: no run was given"))
    found = run["model"]["metrics"]
    rows = [[name, *_score(found[key])] for key, name in _METRICS.items() if key in found]
    header = [say("score on held-out images"), "", say("95 % interval")]
    return html_table(header, rows) + html_note(run["protocol"]["statement"])


def _score(found: Mapping[str, Any]) -> list[str]:
    """Write a score and the ends of its interval, as far as there are any."""
    value, low, high = (
        "–" if found[name] is None else f"{found[name]:.3f}" for name in ("value", "low", "high")
    )
    return [value, say("{low} to {high}", low=low, high=high)]


def show_predictions(told: "Predictions") -> str:
    """Frame predictions: how many of each class, and the first rows with their probabilities."""
    n = len(told)
    failed = sum(map(bool, told.errors))
    counts = [f"{name} {sum(p == name for p in told.predicted):,}" for name in told.classes]
    lead: list[str] = counts[:_CLASSES]
    if failed:
        lead.append(counted(failed, "{n} image cannot be used", "{n} images cannot be used"))
    shown = told.classes[:_CLASSES]
    rows = [_row(told, i, len(shown)) for i in range(min(n, _ROWS))]
    table = html_table([say("image"), say("predicted"), *shown], rows)
    more = counted(n - _ROWS, "{n} more image", "{n} more images") if n > _ROWS else ""
    title = counted(n, "{n} image predicted", "{n} images predicted")
    return html_view(title, ", ".join(lead), table, html_note(more), html_list(told.warnings))


def _row(told: "Predictions", i: int, classes: int) -> list[Any]:
    if told.errors[i]:
        error = Markup('<span class="warning">{}</span>').format(told.errors[i])
        return [told.ids[i], error, *[""] * classes]
    shares = told.probabilities[i, :classes]
    return [told.ids[i], told.predicted[i], *(_bar(float(p), k) for k, p in enumerate(shares))]


def _bar(share: float, place: int) -> Markup:
    """Draw a probability as a bar beside its number."""
    if math.isnan(share):
        return Markup("–")
    bar = (
        f'<span style="display:inline-block;width:{_WIDTH}px;background:var(--line);'
        'border-radius:2px;height:7px;margin-right:8px;vertical-align:middle">'
        f'<span style="display:block;width:{100 * share:.1f}%;height:7px;border-radius:2px;'
        f'background:var(--m{place % len(LIGHT)})"></span></span>'
    )
    return Markup('<span style="white-space:nowrap">{}{}</span>').format(
        Markup(bar), f"{share:.3f}"
    )
