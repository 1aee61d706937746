"""Compile the families ahead of their first use."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from imgpipe.features.extraction import extract_many
from imgpipe.features.registry import FAMILIES


def calls() -> list[tuple[str, Callable[[], object]]]:
    """Name a call for each family that compiles its default path; in any order, in any process.

    Returns
    -------
    list of (str, callable)
        Name of the family, and a function without arguments.

    Examples
    --------
    >>> from imgpipe.features.warming import calls
    >>> [name for name, call in calls()][:2]
    ['intensity', 'histogram']
    """
    image = np.arange(81.0).reshape(1, 9, 9)
    return [(name, partial(extract_many, image, families=name)) for name in FAMILIES]


def warm() -> list[tuple[str, float]]:
    """Compile the default path of every family ahead of use.

    Returns
    -------
    list of (str, float)
        Name of each family and the seconds it took, compilation included.

    Examples
    --------
    >>> from imgpipe.features import warm
    >>> [name for name, seconds in warm()][:2]
    ['intensity', 'histogram']
    """
    seconds = []
    for name, call in calls():
        start = time.perf_counter()
        call()
        seconds.append((name, time.perf_counter() - start))
    return seconds
