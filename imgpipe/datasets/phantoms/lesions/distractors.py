"""What a detector may take for a lesion: vessels, organs, rings, and bumps without a border."""

import numpy as np

from imgpipe.datasets.phantoms.lesions.grid import SIDE, X, Y, ellipse, radius_in, smooth_field


def organs(rng: np.random.Generator) -> np.ndarray:
    """Add up large structures, brighter or darker than their surroundings."""
    total = np.zeros((SIDE, SIDE))
    for _ in range(rng.integers(1, 4)):
        radii = rng.uniform(13, 26), rng.uniform(13, 26)
        share = ellipse(rng.uniform(0, SIDE, 2), radii, rng.uniform(0, np.pi), 1.2)
        total += rng.choice([-1, 1]) * rng.uniform(0.5, 1.1) * share
    return total


def vessels(rng: np.random.Generator) -> np.ndarray:
    """Give the share of each pixel in bent lines that taper off, and in those seen end on."""
    share = np.zeros((SIDE, SIDE))
    for _ in range(rng.integers(4, 9)):
        angle, bend = rng.uniform(0, np.pi), rng.normal(0, 0.006)
        y, x = rng.uniform(0, SIDE, 2)
        along = (X - x) * np.cos(angle) + (Y - y) * np.sin(angle)
        across = (Y - y) * np.cos(angle) - (X - x) * np.sin(angle) - bend * along**2
        width = rng.uniform(0.7, 1.9) * np.clip(1 - along / rng.uniform(60, 120), 0.4, 1.2)
        ends = rng.uniform(15, 60), rng.uniform(-60, -15)
        inside = 1 / (1 + np.exp(np.clip((along - ends[0]) / 2, -50, 50)))
        inside /= 1 + np.exp(np.clip((ends[1] - along) / 2, -50, 50))
        share = np.maximum(share, rng.uniform(0.6, 1) * inside * np.exp(-((across / width) ** 2)))
    for _ in range(rng.integers(2, 6)):
        width = rng.uniform(0.9, 1.8)
        radius = radius_in(rng.uniform(0, SIDE, 2), (width, width * rng.uniform(1, 1.4)), 0)
        share = np.maximum(share, rng.uniform(0.6, 1) * np.exp(-(radius**2)))
    return share


def lookalikes(rng: np.random.Generator) -> np.ndarray:
    """Add up what has a lesion's size: rings, long shapes, and bumps without a border."""
    total = np.zeros((SIDE, SIDE))
    for _ in range(rng.integers(2, 6)):
        kind = rng.integers(3)
        middle, size, angle = (
            rng.uniform(3, SIDE - 3, 2),
            rng.uniform(3, 6.5),
            rng.uniform(0, np.pi),
        )
        height = rng.uniform(0.7, 1.3)
        if kind == 0:
            radius = radius_in(middle, (size, size * rng.uniform(1, 1.3)), angle)
            total += height * np.exp(-(((radius - 1) * size / 1.3) ** 2))
        elif kind == 1:
            total += height * ellipse(
                middle, (size * 0.5, size * rng.uniform(1.6, 2.6)), angle, 0.6
            )
        else:
            radius = radius_in(middle, (size, size * rng.uniform(1, 1.4)), angle)
            total += height * np.exp(-(radius**2)) * (1 + 0.2 * smooth_field(rng, 4))
    return total
