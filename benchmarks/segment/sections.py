"""What a part of the page is made of: figures, what they should be, and races against peers."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks._timing import alternate

DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", "../shared/data"))


class Absent(Exception):
    """Data or a package that a part needs is not there; the page says so."""


@dataclass(frozen=True)
class Goal:
    """A figure, and what it should be at least or at most.

    Parameters
    ----------
    key : str
        Under which ``segment_notes.toml`` has the reason for a miss.
    text : str
        What is measured.
    limit : float
    found : float
    unit : str
    side : {"least", "most"}
    """

    key: str
    text: str
    limit: float
    found: float
    unit: str = ""
    side: Literal["least", "most"] = "least"

    @property
    def met(self) -> bool:
        """NaN meets nothing."""
        return self.found >= self.limit if self.side == "least" else self.found <= self.limit


@dataclass(frozen=True)
class Table:
    """Rows of text under a header."""

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass
class Section:
    """What one module found.

    Parameters
    ----------
    title : str
    body : list of str or Table
        Paragraphs and tables in their order.
    goals : list of Goal
    figures : dict
        For ``segment.json``: numbers, strings, lists and dicts.
    """

    title: str
    body: list[str | Table] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def data(*parts: str) -> Path:
    """A file or folder of the real data.

    Raises
    ------
    Absent
        If it is not there.
    """
    path = DATA.joinpath(*parts)
    if not path.exists():
        raise Absent(f"{Path(*parts)} of the folder that IMGPIPE_TEST_DATA names")
    return path


def race(*sides: Callable[[], Any], quick: bool, slow: float = 2.0) -> list[float]:
    """Seconds of each side, which take turns; compare what they give before.

    A side other than the first that needs more than `slow` seconds has one turn only.
    """
    if quick:
        return alternate(sides, seconds=0.0, least=1, most=1)
    return alternate(sides, slow=slow)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """Twice what two masks share over what both hold; 1 for two empty ones.

    Written out here, so that what is judged does not judge itself.
    """
    a, b = a != 0, b != 0
    total = int(a.sum()) + int(b.sum())
    return 2.0 * int((a & b).sum()) / total if total else 1.0
