"""Sets of classes that should hold the true one: coverage and sizes."""

from typing import Any

from imgpipe._common.texts import say
from imgpipe.report.page import classes
from imgpipe.report.page.looks import entry
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions
from imgpipe.report.words.fixed import chosen_on_name
from imgpipe.report.words.numbers import number


def section(view: View) -> dict[str, Any] | None:
    """Coverage and sizes of conformal sets; None where none were asked for."""
    found = [(model, model.conformal) for model in view.ranked if model.conformal is not None]
    if not found:
        return None
    first = found[0][1]
    columns = list(first.by_class)
    if len(columns) > classes.MOST:
        columns = [name for name in classes.shown(view) if name in first.by_class]
    places = sorted({sets.chosen_on for _, sets in found})
    return {
        "level": f"{first.level:g}",
        "where": [chosen_on_name(place) for place in places],
        "looked_at": "validation part" in places,
        "classes": columns,
        "left_out": len(first.by_class) - len(columns),
        "rows": [
            entry(
                model,
                view.looks,
                cells=[
                    cell(score)
                    for score in (
                        sets.coverage,
                        *(sets.by_class[name] for name in columns),
                        sets.mean_size,
                    )
                ],
                sizes=[
                    say("{n}: {share}", n=n, share=number(share, 2))
                    for n, share in enumerate(sets.sizes)
                    if share
                ],
            )
            for model, sets in found
        ],
        "told": [
            *(text for model in view.ranked for text in decisions.short_of(model)),
            *decisions.sets_lacking(view.ranked),
        ],
    }
