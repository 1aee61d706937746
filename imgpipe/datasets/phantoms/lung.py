"""What surrounds a nodule: aerated tissue, vessels, the chest wall."""

import numpy as np

from imgpipe.datasets.phantoms.fields import GRID, SIDE, smooth_fields


def lung(rng: np.random.Generator, slices: int) -> np.ndarray:
    """Air-filled tissue: a level, a slow gradient and a fine net that slices share in part."""
    level = rng.uniform(-890, -830)
    slow = 25 * smooth_fields(rng, 9, 1)
    net = smooth_fields(rng, 1.2, 1) + smooth_fields(rng, 1.2, slices)
    return level + slow + 22 * net


def vessels(rng: np.random.Generator, heights: np.ndarray) -> np.ndarray:
    """Share of each pixel in vessels: thin lines, and round sections of those that cross."""
    share = np.zeros((len(heights), SIDE, SIDE))
    for _ in range(rng.integers(2, 6)):
        angle, drift = rng.uniform(0, np.pi), rng.normal(0, 6)
        y, x = rng.uniform(0, SIDE, 2)
        width, bend = rng.uniform(0.5, 1.5), rng.normal(0, 0.004)
        along = (GRID.x - x) * np.cos(angle) + (GRID.y - y) * np.sin(angle)
        across = (GRID.y - y) * np.cos(angle) - (GRID.x - x) * np.sin(angle)
        reach = rng.uniform(5, 24)
        for i, height in enumerate(heights):
            off = across - bend * along**2 - drift * height
            taper = 1 / (1 + np.exp((along - reach) / 3)) / (1 + np.exp(-along - reach))
            line = taper * np.exp(-((off / width) ** 2))
            share[i] = np.maximum(share[i], line)
    for _ in range(rng.integers(2, 6)):
        y, x = rng.uniform(0, SIDE, 2)
        width = rng.uniform(1.0, 2.2)
        shift = rng.normal(0, 3, 2)
        for i, height in enumerate(heights):
            squared = (GRID.y - y - shift[0] * height) ** 2 + (GRID.x - x - shift[1] * height) ** 2
            share[i] = np.maximum(share[i], np.exp(-squared / (2 * width**2)))
    return share


def chest_wall(rng: np.random.Generator, heights: np.ndarray) -> np.ndarray:
    """Share of each pixel in the chest wall, which cuts off a side or a corner."""
    angle = rng.uniform(0, 2 * np.pi)
    centre = (SIDE - 1) / 2
    along = (GRID.x - centre) * np.cos(angle) + (GRID.y - centre) * np.sin(angle)
    across = (GRID.y - centre) * np.cos(angle) - (GRID.x - centre) * np.sin(angle)
    edge = rng.uniform(22, 28) - 0.006 * across**2
    return np.stack([1 / (1 + np.exp(edge + 2 * height - along)) for height in heights])
