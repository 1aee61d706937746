"""Some samples out of many, whether rows of a table or images read when asked for."""

from typing import Any

import numpy as np


def take(items: Any, index: np.ndarray) -> Any:
    """Rows of an array or table, or a list of the images at `index`."""
    if hasattr(items, "iloc"):
        return items.iloc[index]
    if isinstance(items, np.ndarray):
        return items[index]
    return [items[int(i)] for i in index]
