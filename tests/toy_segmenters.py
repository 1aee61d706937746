"""Segmenters whose answer a test can write down: what is brighter than a level."""

from typing import Any

import numpy as np
import pytest

from imgpipe.segment import SEGMENTERS, Segmenter
from imgpipe.segment.method.given import taken


def _above(image: Any, level: float = 100.0) -> np.ndarray:
    values = taken(image, "above").values
    return np.asarray(values > level)


def _labels(image: Any, level: float = 100.0) -> np.ndarray:
    values = taken(image, "above-labels").values
    return np.where(values > level, 3, 0).astype(np.int32)


def _seeded(image: Any, seeds: Any) -> np.ndarray:
    return np.ones(np.shape(image), bool)


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add ``above``, ``above-labels`` (all of them 3) and ``seeded`` for one test."""
    for name, function in (("above", _above), ("above-labels", _labels), ("seeded", _seeded)):
        monkeypatch.setitem(SEGMENTERS, name, Segmenter(function, "bright pixels"))
