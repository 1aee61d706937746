"""What a table of features shows of itself in a notebook."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from imgpipe._common.html import html_list, html_note, html_table, html_view
from imgpipe._common.texts import counted, say

if TYPE_CHECKING:
    from imgpipe.tables.mask_pairs.scores import MaskScores
    from imgpipe.tables.table import FeatureTable

_ROWS = 5
_COLUMNS = 6


def show_values(ids: Sequence[str], names: Iterable[str], values: np.ndarray) -> Markup:
    """Write the first rows and columns, and say how many there are beyond."""
    shown = list(names)[:_COLUMNS]
    rows = [
        [ids[i], *(_number(value) for value in values[i, :_COLUMNS])]
        for i in range(min(_ROWS, len(ids)))
    ]
    table = html_table([say("id"), *shown], rows, range(1, 1 + len(shown)))
    more_rows, more_columns = len(ids) - _ROWS, values.shape[1] - _COLUMNS
    beyond = [
        *([counted(more_rows, "{n} more row", "{n} more rows")] * (more_rows > 0)),
        *([counted(more_columns, "{n} more feature", "{n} more features")] * (more_columns > 0)),
    ]
    return table + html_note(", ".join(beyond))


def show_table(table: "FeatureTable") -> str:
    """Frame a table: how many rows, of what families, and which have errors."""
    failed = [error for error in table.errors if error]
    facts = [
        counted(len(table), "{n} row", "{n} rows"),
        counted(len(table.names), "{n} feature", "{n} features"),
        *([counted(len(failed), "{n} row with an error", "{n} rows with an error")] * bool(failed)),
    ]
    told = html_list([*table.warnings, *failed[:_ROWS]])
    body = show_values(table.ids, table.names, table.values)
    return html_view(say("Table of features"), ", ".join(facts), body, told)


def show_scores(scores: "MaskScores") -> str:
    """Frame what measures say together: mean, median and worst of each."""
    kind = "iou" if scores.objects else "label"
    rows = [
        [each.iou if scores.objects else each.label, each.measure,
         *map(_number, (each.mean, each.median, each.worst)), each.worst_id]
        for each in scores.summary()
    ]  # fmt: skip
    header = [kind, say("Measure"), say("Mean"), say("Median"), say("Worst"), say("Worst in")]
    facts = counted(scores.pairs, "{n} pair", "{n} pairs")
    told = html_list([*scores.warnings[:_ROWS], *scores.errors[:_ROWS]])
    return html_view(say("masks"), facts, html_table(header, rows, range(2, 5)), told)


def _number(value: Any) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return "–" if math.isnan(value) else f"{value:.4g}".replace("-", "−")
