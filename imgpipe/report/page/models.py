"""Sections with a part for each model: confusion, importances, mistakes, settings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from imgpipe.report.charts.marks import Bar
from imgpipe.report.charts.scores import bar_chart
from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.pictures import data_uri, overlay
from imgpipe.report.page.view import View
from imgpipe.report.words.numbers import feature_name

if TYPE_CHECKING:
    from imgpipe.evaluate import Mistake, ModelResult

_IMPORTANT = 12  # features shown per model
_SEEN = 0.0005  # smaller drops are written as 0.000
_MISTAKES = 8  # images shown per model


_OPEN_MODELS = 3  # whose mistakes are unfolded from the start


def confusion_section(view: View) -> dict[str, Any]:
    """A matrix a model."""
    classes = view.comparison.dataset.classes
    return {
        "matrices": [confusion(m, view.looks, classes) for m in view.ranked],
        "classes": list(classes),
    }


def importance_section(view: View) -> dict[str, Any] | None:
    """What each model leans on."""
    charts = [importances(m, view.looks) for m in view.ranked if m.importances]
    return {"models": charts} if charts else None


def mistakes_section(view: View) -> dict[str, Any]:
    """The surest of each model's mistakes; those of the best models are unfolded."""
    return {
        "models": [
            mistakes(m, view.looks, place < _OPEN_MODELS and m.name != "dummy")
            for place, m in enumerate(view.ranked)
        ],
        "mapped": any(mistake.maps for m in view.ranked for mistake in m.mistakes),
    }


def confusion(model: "ModelResult", looks: Looks, classes: Sequence[str]) -> dict[str, Any]:
    """Counts and shares of each predicted class among the images of each true one."""
    table = np.asarray(model.confusion)
    rows = []
    for true, name in enumerate(classes):
        total = int(table[true].sum())
        cells = [
            {
                "count": f"{int(n):,}",
                "share": round(int(n) / total, 3) if total else 0.0,
                "hint": f"{int(n):,} of {total:,} {name} called {classes[predicted]}",
                "right": true == predicted,
            }
            for predicted, n in enumerate(table[true])
        ]
        rows.append({"name": name, "cells": cells, "total": f"{total:,}"})
    return entry(model, looks, rows=rows, classes=list(classes))


def importances(model: "ModelResult", looks: Looks) -> dict[str, Any]:
    """A chart of the features that a model leans on most, and how many are left out.

    Those that no shuffle moved by what three digits show are counted apart.
    """
    moved = [f for f in model.importances if max(abs(f.value), abs(f.low), abs(f.high)) >= _SEEN]
    top = sorted(moved, key=lambda item: -item.value)[:_IMPORTANT]
    colour = looks[model.name]["colour"]
    bars = [Bar(feature_name(f.feature), f.value, f.low, f.high, colour, f.feature) for f in top]
    svg = bar_chart(f"Permutation importance, {model.name}", bars) if bars else ""
    still = len(model.importances) - len(moved)
    return entry(model, looks, svg=Markup(svg), hidden=len(moved) - len(top), still=still)


def mistakes(model: "ModelResult", looks: Looks, unfolded: bool) -> dict[str, Any]:
    """The images that a model was surest to call wrong."""
    items = [_picture(mistake) for mistake in model.mistakes[:_MISTAKES]]
    return entry(model, looks, items=items, open=unfolded)


def _picture(mistake: "Mistake") -> dict[str, Any]:
    """One wrong call: its image, its maps, and what it was taken for."""
    image = mistake.image
    return {
        "id": str(mistake.id),
        "label": str(mistake.label),
        "predicted": str(mistake.predicted),
        "probability": f"{100 * mistake.probability:.0f}\N{NO-BREAK SPACE}%",
        "src": None if image is None else data_uri(image),
        "maps": [
            {"name": name, "src": overlay(image, relevance)}
            for name, relevance in mistake.maps
            if image is not None
        ],
        "small": image is not None and max(image.shape[:2]) < 160,
    }
