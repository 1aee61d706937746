"""Tissue stained blue-violet and pink, seen in bright light."""

import numpy as np

from imgpipe.datasets.phantoms.pictures.canvas import (
    SIDE,
    blurred,
    in_bytes,
    lobed,
    scattered,
    smooth_field,
)

VIOLET = np.array([0.65, 0.70, 0.29])
"""Optical density of haematoxylin in red, green and blue (Ruifrok and Johnston, 2001)."""
PINK = np.array([0.07, 0.99, 0.11])
"""That of eosin."""


def draw_tissue(rng: np.random.Generator) -> np.ndarray:
    """Draw nuclei in stroma round glands with open middles, ``(y, x, 3)``."""
    pink = 0.34 + 0.07 * smooth_field(rng, 3.0) + 0.08 * smooth_field(rng, 14.0)
    violet = np.full((SIDE, SIDE), 0.05)
    for middle in scattered(rng, 7, 150.0, 50.0):
        radius = rng.uniform(32, 52)
        box, share, _ = lobed(rng, middle, radius, 1.5)
        pink[box] *= 1 - share
        violet[box] *= 1 - share
        turns = np.arange(0, 2 * np.pi, 20 / radius) + rng.uniform(0, 1)
        ring = middle + (radius + 14) * np.column_stack([np.sin(turns), np.cos(turns)])
        for place in ring + rng.normal(0, 1.5, ring.shape):
            _nucleus(rng, violet, place, 7.5)
    for place in scattered(rng, 150, 26.0, 4.0):
        if pink[int(place[0]), int(place[1])] > 0.1:
            _nucleus(rng, violet, place, rng.uniform(4, 7))
    density = blurred(violet, 0.8)[..., None] * VIOLET + blurred(pink, 0.8)[..., None] * PINK
    light = 240 * np.exp(-2.3 * np.clip(density, 0, None) / 1.6)
    return in_bytes(light + rng.normal(0, 2.5, light.shape))


def _nucleus(
    rng: np.random.Generator, violet: np.ndarray, middle: np.ndarray, radius: float
) -> None:
    box, share, _ = lobed(rng, middle, radius, 0.8)
    if share.size:
        violet[box] = np.maximum(violet[box], share * rng.uniform(0.7, 1.1))
