"""A nodule: a lobulated body with spicules."""

import numpy as np

from imgpipe.datasets.phantoms.fields import GRID, SIDE


def nodule_shares(
    rng: np.random.Generator, margin: float, heights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of each pixel in the nodule, spicules included, and its outline without them."""
    radius = rng.uniform(6.0, 11.0)
    y, x = (SIDE - 1) / 2 + rng.normal(0, 2.5, 2)
    rough = 1 / (1 + np.exp(-margin))
    orders = np.arange(2, 8)
    waves = rng.normal(0, 1, (2, len(orders))) / orders**0.7
    count = int(rng.integers(9, 15))
    angles, lengths = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.5, 1.5, count)
    down, right = GRID.y - y, GRID.x - x
    distance = np.hypot(down, right)
    turns = orders[:, None, None] * np.arctan2(down, right)
    cosines, sines = np.cos(turns), np.sin(turns)
    shares, outlines = [], []
    for height in heights:
        waves = waves + rng.normal(0, 0.25, waves.shape) / orders**0.7
        angles = angles + rng.normal(0, 0.12, count)
        lobes = np.tensordot(waves[0], cosines, 1) + np.tensordot(waves[1], sines, 1)
        level = radius * np.sqrt(1 - 0.8 * height**2)
        border = level * (1 + (0.02 + 0.14 * rough) * lobes)
        body = 1 / (1 + np.exp((distance - border) / (0.45 + 0.5 * rough)))
        spicules = _spicules(down, right, level, angles, lengths * 11 * rough**1.5)
        shares.append(np.maximum(body, spicules * (0.25 + 0.6 * rough)))
        outlines.append(distance <= border)
    return np.stack(shares), np.stack(outlines)


def _spicules(
    down: np.ndarray,
    right: np.ndarray,
    radius: float,
    angles: np.ndarray,
    lengths: np.ndarray,
) -> np.ndarray:
    """Share of each pixel in thin rays that leave the nodule and taper off."""
    share = np.zeros_like(down)
    for angle, length in zip(angles, lengths, strict=True):
        across = down * np.cos(angle) - right * np.sin(angle)
        along = right * np.cos(angle) + down * np.sin(angle)
        taper = np.clip(1 - (along - radius) / max(length, 0.1), 0, 1) * (along > 0)
        ray = np.exp(-((across / (0.9 * np.sqrt(taper) + 0.1)) ** 2)) * (taper > 0)
        share = np.maximum(share, ray * np.minimum(1, 2 * taper))
    return share
