"""Vessels of a lung: a tree of tubes from the hilum."""

from typing import NamedTuple

import numpy as np


class Segment(NamedTuple):
    """A tube between two points, mm."""

    start: np.ndarray
    end: np.ndarray
    radius: float


def tree(rng: np.random.Generator, hilum: np.ndarray, side: float) -> list[Segment]:
    """Branch outwards from the hilum seven times.

    Parameters
    ----------
    rng : numpy.random.Generator
    hilum : ndarray, shape (3,)
    side : float
        1 for the patient's left, -1 for the right.
    """
    segments: list[Segment] = []
    tips = [
        (hilum, np.array([side, rng.normal(0, 0.3), upwards]), 5.5)
        for upwards in (1.2, 0.3, -0.5, -1.3)
    ]
    for generation in range(7):
        grown = []
        for start, direction, radius in tips:
            direction = direction / np.linalg.norm(direction)
            end = start + direction * rng.uniform(16, 28) * 0.9**generation
            segments.append(Segment(start, end, radius))
            for _ in range(2):
                turned = direction + rng.normal(0, 0.5, 3)
                grown.append((end, turned, radius * rng.uniform(0.68, 0.85)))
        tips = grown
    return segments
