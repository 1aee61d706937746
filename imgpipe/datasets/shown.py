"""What a data set shows of itself in a notebook: classes, parts, pictures and warnings."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from imgpipe._common.html import html_list, html_note, html_table, html_view
from imgpipe._common.texts import counted, say
from imgpipe.datasets.annotations.spelling import SPLITS

if TYPE_CHECKING:
    from imgpipe.datasets.labelled import Labelled

_CLASSES = 12  # named
_PICTURES = 32  # of all classes together
_EACH = 6
_PARTS = {
    "all": say("all"),
    "train": say("training"),
    "val": say("validation"),
    "test": say("test"),
}


def show_labelled(
    data: "Labelled",
    facts: list[str],
    pictures: Callable[[np.ndarray], str],
    below: str = "",
) -> str:
    """Frame counts by class and part, with `pictures` of a few samples of each class.

    `facts` are told after the numbers, and what is `below` the table is HTML.
    """
    table = _table(data, pictures)
    return html_view(data.name, _lead(data, facts), table, below, html_list(data.warnings))


def _lead(data: "Labelled", facts: list[str]) -> str:
    rows = data._noun == "rows"
    n = len(data)
    told: list[str] = [
        counted(n, "{n} row", "{n} rows") if rows else counted(n, "{n} image", "{n} images"),
        counted(len(data.classes), "{n} class", "{n} classes"),
    ]
    if data.groups is not None:
        told.append(counted(len(set(data.groups)), "{n} patient", "{n} patients"))
    return ", ".join([*told, *facts])


def _table(data: "Labelled", pictures: Callable[[np.ndarray], str]) -> str:
    parts = ["all"] if data.split is None else [p for p in SPLITS if (data.split == p).any()]
    inside = [np.ones(len(data), bool) if p == "all" else data.split == p for p in parts]
    each = max(1, min(_EACH, _PICTURES // max(1, len(data.classes))))
    rows: list[list[Any]] = []
    for code, name in enumerate(data.classes[:_CLASSES]):
        of_class = data.labels == code
        seen = pictures(_spread(np.flatnonzero(of_class), each))
        counts = [f"{int((of_class & part).sum()):,}" for part in inside]
        rows.append([name, *counts, Markup(seen)])
    if not any(row[-1] for row in rows):
        rows = [row[:-1] for row in rows]
    header = [say("class"), *(_PARTS[part] for part in parts), ""][: len(rows[0]) if rows else 1]
    table = html_table(header, rows, range(1, 1 + len(parts)))
    more = len(data.classes) - _CLASSES
    below = counted(more, "and {n} more class", "and {n} more classes") if more > 0 else ""
    return table + html_note(below)


def _spread(places: np.ndarray, n: int) -> np.ndarray:
    """Choose a few places, from the first to the last."""
    if len(places) <= n:
        return places
    return places[np.linspace(0, len(places) - 1, n).astype(int)]
