"""Pairs of look-alikes: result.json has the worst, duplicates.csv has all."""

from pathlib import Path

from imgpipe.evaluate.results import DuplicatePair
from imgpipe.evaluate.results.data import MOST_LISTED

_COLUMNS = ("id_a", "id_b", "place_a", "place_b", "label_a", "label_b", "alike", "similarity")


def all_pairs(listed: tuple[DuplicatePair, ...], folder: Path) -> tuple[DuplicatePair, ...]:
    """Add to the pairs that are `listed` those that only the table of the run has."""
    import pandas as pd

    path = folder / "duplicates.csv"
    if len(listed) < MOST_LISTED or not path.is_file():
        return listed
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows = [_pair(*row) for row in table[list(_COLUMNS)].itertuples(index=False, name=None)]
    except (ValueError, KeyError, OSError):
        return listed  # a table that was changed: the page says so
    return listed + tuple(rows[len(listed) :])


def _pair(
    id_a: str, id_b: str, place_a: str, place_b: str, label_a: str, label_b: str, alike: str,
    similarity: str,
) -> DuplicatePair:  # fmt: skip
    kind, _, way = alike.partition(", ")
    return DuplicatePair(
        id_a=id_a,
        id_b=id_b,
        split_a=place_a or None,
        split_b=place_b or None,
        same_label=label_a == label_b,
        exact=kind == "equal",
        similarity=float(similarity),
        way=way,
        label_a=label_a,
        label_b=label_b,
        sure=kind != "maybe",
    )
