"""Counts and shares of each predicted class among the images of each true one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe.report.page.looks import Looks, entry
from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult


def section(view: View) -> dict[str, Any]:
    """A matrix a model."""
    classes = view.comparison.dataset.classes
    return {
        "matrices": [confusion(m, view.looks, classes) for m in view.ranked],
        "classes": list(classes),
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
