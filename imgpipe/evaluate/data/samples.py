"""Some samples out of many, whether rows of a table or images read when asked for."""

from typing import Any

import numpy as np

from imgpipe.images import Images


def take(items: Any, index: np.ndarray) -> Any:
    """Rows of an array, a table or `Images`, or a list of the images at `index`."""
    if hasattr(items, "iloc"):
        return items.iloc[index]
    if isinstance(items, np.ndarray | Images):
        return items[index]
    return [items[int(i)] for i in index]
