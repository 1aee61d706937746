"""Sizes of images as they were stored."""

from typing import Any

import numpy as np


def stored_sizes(dataset: Any) -> np.ndarray:
    """Size of each as text, before anything was resized where that is known."""
    words = dataset.formats.get("size")
    if words is None:
        words = np.array(["x".join(map(str, shape)) for shape in dataset.images.shapes])
    return np.asarray(words)


def sides(dataset: Any) -> np.ndarray:
    """Number of rows and of columns, the last two sides of each, float64 (n, 2)."""
    words = stored_sizes(dataset)
    known, index = np.unique(words, return_inverse=True)
    pairs = [([1.0] + [float(n) for n in word.split("x")])[-2:] for word in known]
    return np.array(pairs)[index]
