"""Which classes have charts and tables of their own: all of a few, the best and worst of many."""

import math
from typing import TYPE_CHECKING

from imgpipe.report.page.view import View

if TYPE_CHECKING:
    from imgpipe.evaluate import ModelResult

MOST = 12


def shown(view: View) -> list[str]:
    """Name the positive class, or the classes that are shown against the rest, in their order.

    Of more than `MOST`, half are those that the best model tells best from the rest, by average
    precision, and half those that it tells worst.
    """
    names = judged(view)
    if len(names) <= MOST:
        return names
    precision = _precision(next((m for m in view.ranked if m.operation), view.best))
    known = sorted((name for name in names if name in precision), key=lambda n: precision[n])
    chosen = {*known[: MOST // 2], *known[max(MOST // 2, len(known) - MOST // 2) :]} or names[:MOST]
    return [name for name in names if name in chosen]


def judged(view: View) -> list[str]:
    """Name the positive class, or all classes that some model has curves for."""
    found: dict[str, None] = {}
    for model in view.ranked:
        found |= dict.fromkeys(curve.name for curve in model.roc)
        found |= dict.fromkeys(one.name for one in model.operation)
        if model.calibration is not None:
            found |= dict.fromkeys(curve.name for curve in model.calibration.curves)
    order = {name: place for place, name in enumerate(view.comparison.dataset.classes)}
    return sorted(found, key=lambda name: order.get(name, len(order)))


def _precision(model: "ModelResult") -> dict[str, float]:
    values = {one.name: one.average_precision.value for one in model.operation}
    return {name: value for name, value in values.items() if not math.isnan(value)}
