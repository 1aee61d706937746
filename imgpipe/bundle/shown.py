"""What a model's file and its predictions show of themselves in a notebook."""

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.html import html_facts, html_list, html_note, html_table, html_view
from imgpipe._common.palette import LIGHT
from imgpipe._common.texts import counted, say
from imgpipe.learn.shown import facts_of

if TYPE_CHECKING:
    from imgpipe.bundle.predictions import Predictions
    from imgpipe.bundle.predictor import Predictor

_ROWS = 20
_CLASSES = 6  # columns of probabilities
_WIDTH = 64  # of a bar, in pixels


def show_predictor(predictor: "Predictor") -> str:
    """Frame a model with what its card says."""
    card = [
        (str(key).replace("_", " "), str(value))
        for key, value in predictor.card.items()
        if not isinstance(value, dict | list)
    ]
    facts = html_facts([*facts_of(predictor.model), *card])
    return html_view(say("Model for new images"), "", facts, html_list(predictor.model.warnings))


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
