"""Images by what a column says of them: a value each, or bands of numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.datasets import Dataset
from imgpipe.datasets.annotations.identity import check_alike, natural, number
from imgpipe.datasets.annotations.spelling import some
from imgpipe.evaluate.data.sites import column_values

_MOST_VALUES = 20  # of a column that is taken value by value
_MOST_NUMBERS = 6  # different numbers that are not put into bands
_BANDS = 4
UNKNOWN = say("not known")


@dataclass(frozen=True)
class Grouping:
    """Subgroups by one column: `names`, and which of them each image belongs to."""

    column: str
    names: tuple[str, ...]
    member: np.ndarray


def groupings(dataset: Dataset, asked: str | Iterable[str]) -> tuple[Grouping, ...]:
    """Divide the images by each column asked for.

    Parameters
    ----------
    dataset : Dataset
    asked : str or iterable of str
        Names of columns. ``"age:40,60"`` puts numbers into bands that begin at these; else more
        than six different numbers make four bands of about as many images. Blank is a subgroup
        of its own.

    Returns
    -------
    tuple of Grouping

    Raises
    ------
    InputError
        For a column that is not there or has too many values, and for edges that are no rising
        numbers.
    """
    given = asked if isinstance(asked, Iterable) else [asked]
    texts = [asked] if isinstance(asked, str) else list(given)
    if not all(isinstance(text, str) for text in texts):
        raise InputError(
            f"subgroups={asked!r}; give names of columns, such as 'sex' or 'age:40,60'"
        )
    found = [_grouping(dataset, text) for text in texts]
    columns = [one.column for one in found]
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise InputError(f"the subgroups by {twice[0]} are asked for twice")
    return tuple(found)


def _grouping(dataset: Dataset, text: str) -> Grouping:
    column, edges = text, None
    if text not in dataset.columns and ":" in text:
        column, _, given = text.rpartition(":")
        edges = _edges(text, given)
    values = column_values(dataset, column)
    numbers = np.array([_number(value) for value in values])
    blank = values == ""
    words = np.isnan(numbers) & ~blank
    if edges is not None and words.any():
        raise InputError(f"{dataset.where}: {text}, but {str(values[words][0])!r} is no number")
    if edges is None and not words.any() and len(np.unique(numbers[~blank])) > _MOST_NUMBERS:
        edges = _quantiles(numbers[~blank])
    if edges is not None:
        names, member = _bands(edges), np.searchsorted(edges, numbers, side="right")
    else:
        check_alike(dataset.where, column, values.tolist())
        names = sorted(set(values[~blank].tolist()), key=natural)
        if len(names) > _MOST_VALUES:
            raise InputError(
                f"{dataset.where}: column {column} has {len(names)} different values "
                f"({some(names, 3)}): too many for subgroups; at most {_MOST_VALUES} can be shown"
            )
        place = {name: code for code, name in enumerate(names)}
        member = np.array([place.get(value, len(names)) for value in values.tolist()], np.intp)
    member = np.where(blank, len(names), member)
    return _occurring(column, [*names, UNKNOWN], member)


def _occurring(column: str, names: list[str], member: np.ndarray) -> Grouping:
    """Leave out bands without an image."""
    used, code = np.unique(member, return_inverse=True)
    return Grouping(column, tuple(names[k] for k in used), code)


def _number(value: str) -> float:
    """Value of a number, infinities included; NaN for other text."""
    plain = number(value)
    if plain is not None:
        return float(plain)
    return float(value) if value.lower().lstrip("+-") in ("inf", "infinity") else np.nan


def _edges(text: str, given: str) -> np.ndarray:
    edges = np.array([_number(part.strip()) for part in given.split(",")])
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise InputError(
            f"subgroups {text!r}: {given!r} are no rising numbers; write COLUMN:40,60 for the "
            "bands below 40, 40 to 60, and 60 or more"
        )
    return edges


def _quantiles(numbers: np.ndarray) -> np.ndarray:
    """Values that divide the numbers into bands of about equal size."""
    inner = np.arange(1, _BANDS) / _BANDS
    edges = np.unique(np.quantile(numbers, inner, method="higher"))
    return edges[(edges > numbers.min()) & np.isfinite(edges)]


def _bands(edges: np.ndarray) -> list[Text]:
    shown = [f"{edge:g}" for edge in edges]
    if not shown:
        return [say("all")]
    middle = [say("{low} to below {high}", low=a, high=b) for a, b in pairwise(shown)]
    first, last = say("below {high}", high=shown[0]), say("{low} or more", low=shown[-1])
    return [first, *middle, last]
