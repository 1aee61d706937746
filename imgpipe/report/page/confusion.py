"""Which class was taken for which: a matrix a model, or a list where classes are many."""

from typing import Any

import numpy as np

from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View

MOST = 20  # classes that a matrix is readable with
_LISTED = 12  # of the most frequent confusions
_WORST = 12  # classes that are shown unfolded


def section(view: View) -> dict[str, Any] | None:
    """A matrix a model; with very many classes, what is confused most, and each class's share.

    Two classes have their matrices beside the curves, unless a model has no threshold to show.
    """
    names = list(view.comparison.dataset.classes)
    if len(names) == 2 and all(model.operation for model in view.ranked):
        return None
    if len(names) <= MOST:
        return {"matrices": [_matrix(m, view, names) for m in view.ranked], "classes": names}
    return {
        "matrices": [],
        "classes": names,
        "lists": [_list(m, view, names) for m in view.ranked],
        "by_class": _by_class(view, names),
        "worst": _WORST,
    }


def _matrix(model: Any, view: View, names: list[str]) -> dict[str, Any]:
    """Counts and shares of each predicted class among the images of each true one."""
    table = np.asarray(model.confusion)
    rows = []
    for true, name in enumerate(names):
        total = int(table[true].sum())
        cells = [
            {
                "count": int(n),
                "share": int(n) / total if total else 0.0,
                "of": total,
                "called": names[predicted],
                "right": true == predicted,
            }
            for predicted, n in enumerate(table[true])
        ]
        rows.append({"name": name, "cells": cells})
    return entry(model, view.looks, rows=rows)


def _list(model: Any, view: View, names: list[str]) -> dict[str, Any]:
    """What a model confuses most often."""
    table = np.array(model.confusion)
    totals = table.sum(axis=1)
    np.fill_diagonal(table, 0)
    order = np.argsort(-table, axis=None, kind="stable")[:_LISTED]
    pairs = [np.unravel_index(place, table.shape) for place in order]
    rows = [
        {
            "true": names[true],
            "called": names[called],
            "count": int(table[true, called]),
            "share": table[true, called] / totals[true],
        }
        for true, called in pairs
        if table[true, called]
    ]
    confused = int((table > 0).sum())
    return entry(model, view.looks, rows=rows, more=confused - len(rows))


def _by_class(view: View, names: list[str]) -> list[dict[str, Any]]:
    """Share of each class's images that each model called right, the best model's worst first."""
    tables = [np.asarray(model.confusion) for model in view.ranked]
    totals = tables[0].sum(axis=1)
    shares = [
        np.divide(np.diag(t), totals, out=np.full(len(names), np.nan), where=totals > 0)
        for t in tables
    ]
    return [
        {"name": names[k], "n": int(totals[k]), "shares": [float(share[k]) for share in shares]}
        for k in np.argsort(shares[0], kind="stable")
    ]
