"""Scores by subgroup, one table a column of the manifest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, ModelResult, Subgroup


def section(view: View) -> dict[str, Any] | None:
    """Scores by subgroup, where some were asked for."""
    found = tables(view.comparison, view.ranked, view.looks, view.metric)
    return {"tables": found} if found else None


def tables(
    comparison: "Comparison", ranked: Sequence["ModelResult"], looks: Looks, metric: str
) -> list[dict[str, Any]]:
    """One table a column: a row a subgroup, with its counts and the metric of every model."""
    columns = dict.fromkeys(group.column for group in comparison.subgroups)
    models = [entry(model, looks) for model in ranked]
    return [
        {
            "column": column,
            "models": models,
            "metric": numbers.metric_name(metric),
            "patients": comparison.dataset.patients is not None,
            "rows": [
                _row(group, ranked, metric)
                for group in comparison.subgroups
                if group.column == column
            ],
        }
        for column in columns
    ]


def _row(group: "Subgroup", ranked: Sequence["ModelResult"], metric: str) -> dict[str, Any]:
    scores = [group.metrics[model.name].get(metric) for model in ranked]
    return {
        "name": group.name,
        "images": f"{group.images:,}",
        "patients": "" if group.patients is None else f"{group.patients:,}",
        "counts": ", ".join(f"{name} {n:,}" for name, n in group.counts.items()),
        "cells": [
            {"value": numbers.number(score.value), "interval": numbers.interval(score)}
            if score is not None
            else {"value": "–", "interval": ""}
            for score in scores
        ],
    }
