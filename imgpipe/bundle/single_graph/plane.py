"""One channel of an image inside a graph."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Plane:
    """A tensor float64 (y, x) that holds the values of an array of `dtype`.

    Parameters
    ----------
    name : str
        Of the tensor.
    shape : (int, int)
        Rows and columns.
    dtype : numpy.dtype
        What NumPy would hold: a filter of integers gives integers, though the graph computes in
        double, and a filter of float32 rounds to it.
    channel_last : bool
        True for a channel of an image whose last axis is that of channels: kernels then add up
        floats in another order.
    """

    name: str
    shape: tuple[int, int]
    dtype: np.dtype
    channel_last: bool = False
