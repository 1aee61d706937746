"""Sequences of any maker, by position."""

from collections.abc import Mapping, Sequence
from typing import Any

from imgpipe._common.errors import InputError


def by_position(values: Any, argument: str) -> Any:
    """Give what `values[i]` at position `i` means; others stay as they are.

    A column of a table is asked by the names of its rows, which are other numbers once rows were
    left out or shuffled. Arrays of other libraries become those of NumPy.
    """
    if isinstance(values, Mapping):
        raise InputError(f"{argument} is a {type(values).__name__}; give a list, in its order")
    if hasattr(values, "iloc"):
        if getattr(values, "ndim", 1) != 1:
            raise InputError(f"{argument} is a table; give one column of it")
        return values.tolist()
    if not type(values).__module__.startswith("torch"):
        return values
    import numpy as np  # what only names paths starts without it

    return np.asarray(values)


def few(texts: Sequence[str], most: int = 6) -> str:
    """Join the first texts, for a line that stays short.

    Examples
    --------
    >>> few(["a", "b"]), few("abcdefgh")
    ('a, b', 'a, b, c, d, e, f, ...')
    """
    return ", ".join([*texts[:most], *["..."][: len(texts[most:])]])
