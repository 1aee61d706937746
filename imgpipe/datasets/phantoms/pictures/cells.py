"""Fluorescent nuclei on an uneven background, some of which touch."""

import numpy as np

from imgpipe.datasets.phantoms.pictures.canvas import (
    SIDE,
    blurred,
    in_bytes,
    lobed,
    scattered,
    smooth_field,
)


def draw_cells(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw nuclei; give the picture and the number of the nucleus that each pixel belongs to."""
    light = np.zeros((SIDE, SIDE))
    truth = np.zeros((SIDE, SIDE), np.int32)
    deepest = np.zeros((SIDE, SIDE))
    grain = 1 + 0.12 * smooth_field(rng, 2.0)
    for number, middle in enumerate(scattered(rng, 70, 33.0, 8.0), 1):
        box, share, depth = lobed(rng, middle, rng.uniform(14, 21), 1.0)
        level = rng.uniform(70, 130) * (0.8 + 0.4 * np.sqrt(depth))
        light[box] = np.maximum(light[box], share * level * grain[box])
        inside = (share > 0.5) & (depth > deepest[box])
        truth[box][inside] = number
        deepest[box][inside] = depth[inside]
    across = np.linspace(0, 1, SIDE)
    background = 18 + 30 * across[None] * across[:, None] + 3 * smooth_field(rng, 40.0)
    expected = np.clip(blurred(light, 1.2) + background, 0, None)
    # photons are counted: the brighter, the more noise
    return in_bytes(rng.poisson(expected * 1.2) / 1.2 + rng.normal(0, 2, expected.shape)), truth
