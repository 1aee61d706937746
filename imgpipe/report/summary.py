"""From a frozen comparison to a plain dictionary of texts and charts, ready for the template."""

import base64
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from imgpipe.report import charts, facts, learning, words

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, ModelResult

HEADLINE = "auc"
_CHARTED = ("auc", "accuracy", "balanced_accuracy", "f1")
_IMPORTANT = 12  # features shown per model
_MISTAKES = 8  # images shown per model
_FOR, _AGAINST = (255, 140, 20), (40, 120, 255)  # told apart by colour-blind readers too
_OPEN_MODELS = 3  # whose mistakes are unfolded from the start


def summarise(comparison: "Comparison") -> dict[str, Any]:
    """Gather everything the page shows, as texts, numbers and SVG."""
    order = list(comparison.leaderboard()["model"])
    by_name = {model.name: model for model in comparison.models}
    ranked = [by_name[name] for name in order]
    look = _looks(comparison.models)
    card, protocol = comparison.dataset, comparison.protocol
    # with one class among the held-out images there is no AUC
    metric = HEADLINE if words.number(ranked[0].metrics[HEADLINE].value) != "–" else "accuracy"
    return {
        "title": card.name,
        "headline": words.headline(ranked, metric),
        "facts_line": facts.overview(comparison),
        "warnings": [words.sentence(text) for text in card.warnings],
        "metrics": [words.metric_name(key) for key in _columns(ranked)],
        "board": [_row(model, look, _columns(ranked)) for model in ranked],
        "baseline": "dummy" in by_name,
        "score_charts": _score_charts(ranked, look),
        "sentences": [words.versus(ranked[0], m, metric) for m in ranked[1:]],
        "shift": words.shift([m for m in ranked if m.name != "dummy"], "accuracy"),
        "splits": _split_rows(ranked, look),
        "legend": [_row(model, look, [HEADLINE]) for model in ranked],
        "roc": _roc_panels(ranked, look),
        "kind": protocol.kind,
        "seeds": comparison.run.seeds,
        "repeated": (protocol.repeats or 1) > 1,
        "learning": _learning(comparison, look),
        "confusions": [_confusion(m, look, card.classes) for m in ranked],
        "importances": [_importances(m, look) for m in ranked if m.importances],
        "mistakes": [
            _mistakes(m, look, i < _OPEN_MODELS and m.name != "dummy") for i, m in enumerate(ranked)
        ],
        "mapped": any(mistake.maps for m in ranked for mistake in m.mistakes),
        "card": facts.data_card(comparison),
        "protocol": facts.protocol_rows(comparison),
        "statement": protocol.statement,
        "settings": [_settings(m, look) for m in ranked if m.best_params],
        "costs": _costs(ranked, look),
        "run": facts.run_rows(comparison),
        "versions": sorted(comparison.run.versions.items()),
        "command": comparison.run.command,
        "not_done": words.not_done(comparison),
    }


def data_uri(pixels: np.ndarray) -> str:
    """Put an 8-bit gray or RGB image as a PNG into a URI."""
    from PIL import Image

    store = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(store, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(store.getvalue()).decode("ascii")


def overlay(pixels: np.ndarray, found: np.ndarray) -> str:
    """Lay a map over a dimmed gray picture: orange where it speaks for the class, blue against."""
    from PIL import Image

    h, w = pixels.shape[:2]
    small = Image.fromarray(found.astype(np.float32)).resize((w, h), Image.Resampling.BILINEAR)
    weight = np.asarray(small)[..., None]
    gray = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
    base = np.repeat(0.75 * gray[..., None].astype(float), 3, axis=2)
    tint = np.where(weight > 0, _FOR, _AGAINST)
    share = 0.7 * np.abs(weight).clip(0, 1)
    return data_uri(np.round((1 - share) * base + share * tint).astype(np.uint8))


def _looks(models: Sequence["ModelResult"]) -> dict[str, dict[str, str]]:
    """One colour and dash per model for the whole page; a dummy is gray like the chance line."""
    looks, place = {}, 0
    for model in models:
        if model.name == "dummy":
            looks[model.name] = {"colour": "var(--dummy)", "dash": "2 3"}
        else:
            looks[model.name] = {"colour": charts.colour(place), "dash": charts.dash(place)}
            place += 1
    return looks


def _named(model: "ModelResult", look: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"name": model.name, **look[model.name]}


def _columns(ranked: Sequence["ModelResult"]) -> list[str]:
    """Metrics of the leaderboard, the headline first; in two classes recall is sensitivity."""
    found = [key for key in words.METRICS if key in ranked[0].metrics]
    rest = [key for key in ranked[0].metrics if key not in found]
    both = found + rest
    return [key for key in both if not (key == "recall" and "sensitivity" in both)]


def _row(
    model: "ModelResult", look: dict[str, dict[str, str]], columns: Sequence[str]
) -> dict[str, Any]:
    scores = (model.metrics[key] for key in columns)
    cells = [
        {"value": words.number(s.value), "interval": words.interval(s), "seeds": words.spread(s)}
        for s in scores
    ]
    return _named(model, look) | {"cells": cells}


def _score_charts(
    ranked: Sequence["ModelResult"], look: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    panels = []
    for key in _CHARTED:
        bars = [
            charts.Bar(m.name, s.value, *_ends(s), look[m.name]["colour"])
            for m in ranked
            if (s := m.metrics.get(key)) is not None and words.number(s.value) != "–"
        ]
        if bars:
            title = words.metric_name(key)
            panels.append({"title": title, "svg": Markup(charts.interval_chart(title, bars))})
    return panels


def _ends(score: Any) -> tuple[float | None, float | None]:
    return (score.low, score.high) if words.interval(score) else (None, None)


def _split_rows(
    ranked: Sequence["ModelResult"], look: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    rows = []
    for model in ranked:
        if {"val", "test"} <= set(model.splits):
            cells = [
                {"value": words.number(s.value), "interval": words.interval(s)}
                for key in ("auc", "accuracy")
                for s in (model.splits["val"][key], model.splits["test"][key])
            ]
            rows.append(_named(model, look) | {"cells": cells})
    return rows


def _roc_panels(
    ranked: Sequence["ModelResult"], look: dict[str, dict[str, str]]
) -> list[dict[str, Any]]:
    """One panel per curve name (the positive class, or each class against the rest)."""
    names = list(dict.fromkeys(curve.name for m in ranked for curve in m.roc))
    panels = []
    for name in names:
        lines = [
            charts.Line(m.name, c.x, c.y, look[m.name]["colour"], look[m.name]["dash"])
            for m in ranked
            for c in m.roc
            if c.name == name
        ]
        svg = charts.roc_chart(f"ROC curves for {name}", lines)
        panels.append({"title": str(name), "svg": Markup(svg)})
    return panels


def _learning(comparison: "Comparison", look: dict[str, dict[str, str]]) -> dict[str, Any] | None:
    found = comparison.learning
    if found is None:
        return None
    bands = [
        learning.Band(
            curve.name,
            curve.patients,
            [s.value for s in curve.auc],
            look[curve.name]["colour"],
            look[curve.name]["dash"],
            [s.low for s in curve.auc],
            [s.high for s in curve.auc],
        )
        for curve in found.curves
        if not any(math.isnan(s.value) for s in curve.auc)
    ]
    drawn = {band.name: band for band in bands}
    marks = [
        learning.Mark(
            one.at,
            learning.height(drawn[one.ahead], one.at),
            f"{one.about:,}",
            one.words(found.unit),
        )
        for one in found.crossings
        if {one.ahead, one.behind} <= set(drawn)
    ]
    title = "AUC by training " + found.unit
    svg = learning.learning_chart(title, found.unit, bands, marks) if bands else ""
    return {"svg": Markup(svg), "statement": found.statement, "crossed": bool(marks)}


def _confusion(
    model: "ModelResult", look: dict[str, dict[str, str]], classes: Sequence[str]
) -> dict[str, Any]:
    table = np.asarray(model.confusion)
    rows = []
    for i, name in enumerate(classes):
        total = int(table[i].sum())
        cells = [
            {
                "count": f"{int(v):,}",
                "share": round(int(v) / total, 3) if total else 0.0,
                "hint": f"{int(v):,} of {total:,} {name} called {classes[j]}",
                "right": i == j,
            }
            for j, v in enumerate(table[i])
        ]
        rows.append({"name": name, "cells": cells, "total": f"{total:,}"})
    return _named(model, look) | {"rows": rows, "classes": list(classes)}


def _importances(model: "ModelResult", look: dict[str, dict[str, str]]) -> dict[str, Any]:
    top = sorted(model.importances, key=lambda item: -item.value)[:_IMPORTANT]
    bars = [
        charts.Bar(
            words.feature_name(f.feature),
            f.value,
            f.low,
            f.high,
            look[model.name]["colour"],
            f.feature,
        )
        for f in top
    ]
    svg = charts.bar_chart(f"Permutation importance, {model.name}", bars)
    return _named(model, look) | {"svg": Markup(svg), "hidden": len(model.importances) - len(top)}


def _mistakes(
    model: "ModelResult", look: dict[str, dict[str, str]], unfolded: bool
) -> dict[str, Any]:
    items = [
        {
            "id": str(m.id),
            "label": str(m.label),
            "predicted": str(m.predicted),
            "probability": f"{100 * m.probability:.0f}\N{NO-BREAK SPACE}%",
            "src": data_uri(m.image),
            "maps": [{"name": name, "src": overlay(m.image, found)} for name, found in m.maps],
            "small": max(m.image.shape[:2]) < 160,
        }
        for m in model.mistakes[:_MISTAKES]
    ]
    return _named(model, look) | {"items": items, "open": unfolded}


def _settings(model: "ModelResult", look: dict[str, dict[str, str]]) -> dict[str, Any]:
    assert model.best_params is not None
    return _named(model, look) | {"text": facts.assigned(model.best_params)}


def _costs(ranked: Sequence["ModelResult"], look: dict[str, dict[str, str]]) -> dict[str, Any]:
    keys = list(dict.fromkeys(key for m in ranked for key in m.cost))
    rows = [
        _named(m, look) | {"cells": [words.cost(k, m.cost.get(k))[1] for k in keys]} for m in ranked
    ]
    return {"names": [words.cost(key, None)[0] for key in keys], "rows": rows}
