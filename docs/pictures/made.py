"""Images that the pictures of the documentation show: all of them are made here, none was taken."""

from typing import Any

import numpy as np

from imgpipe.datasets import chest_ct
from imgpipe.kernels import gaussian


def nuclei(seed: int, side: int = 256, number: int = 38) -> tuple[np.ndarray, np.ndarray]:
    """Nuclei in fluorescence, and their labels: faint ones and bright ones, some of which touch."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side].astype(float)
    labels = np.zeros((side, side), np.int32)
    light = np.zeros(labels.shape)
    for _ in range(40 * number):
        inside = _ellipse(y, x, rng.uniform(0, side, 2), rng.uniform(7, 13, 2), rng)
        if labels[inside].any() or not inside.any():
            continue
        labels[inside] = labels.max() + 1
        grain = gaussian(rng.normal(0, 1, labels.shape), 2.0)[inside]
        light[inside] = rng.choice((45, 80, 120, 170)) * (1 + 0.5 * grain)
        if labels.max() == number:
            break
    haze = 10 + 14 * np.hypot(y / side, x / side) + 0.12 * gaussian(light, 14.0)
    seen = rng.poisson(gaussian(light, 1.2) + haze) + rng.normal(0, 1.5, labels.shape)
    return seen.clip(0, 255).astype(np.uint8), labels


def breast(seed: int, darkness: float) -> tuple[np.ndarray, np.ndarray]:
    """Ultrasound of a breast, and its mass: tissue in layers, a dark lobule of fat, speckle."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:1:180j, 0:1:180j]
    wave = 0.02 * np.sin(7 * x + rng.uniform(0, 6)) + 0.015 * np.sin(15 * x + rng.uniform(0, 6))
    level = np.where(y + wave < 0.22, 95.0, 120.0) * (1 + 1.2 * _field(rng, y.shape, (2, 9)))
    level[y < 0.05] = 190
    level[y - wave > 0.74] = 60
    level[abs(y - wave - 0.74) < 0.012] = 180
    lobule = _ellipse(y, x, (0.56, 0.24), (0.10, 0.17), None)
    level[lobule] *= 0.35
    mass = _ellipse(y + _field(rng, y.shape, (5, 5)) / 9, x, (0.38, 0.6), (0.1, 0.14), None)
    level[mass] *= 1 - darkness
    below = (y > 0.38) & (abs(x - 0.6) < 0.09) & ~mass
    level[below] *= 1 - 0.45 * darkness
    echo = gaussian(level, 1.2) * np.exp(-0.7 * y) * rng.rayleigh(0.8, y.shape)
    echo = gaussian(echo, (0.6, 1.0))
    return echo.clip(0, 255).astype(np.uint8), mass


def leg(seed: int) -> np.ndarray:
    """PET of a slice through a leg, in SUV: muscle, a vessel, and a lesion with a dead core."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:110, :110].astype(float)
    uptake = np.zeros(y.shape)
    uptake[_ellipse(y, x, (55, 55), (42, 38), None)] = 0.7
    uptake[_ellipse(y, x, (55, 55), (38, 34), None)] = 1.0
    uptake[_ellipse(y, x, (60, 48), (7, 7), None)] = 0.4
    uptake[_ellipse(y, x, (74, 60), (3, 3), None)] = 2.2
    uptake[_ellipse(y, x, (42, 66), (13, 17), None)] = 6.0
    uptake[_ellipse(y, x, (44, 69), (4, 6), None)] = 3.4
    noise = gaussian(rng.normal(0, 1, y.shape), 1.5) * 1.1 * np.sqrt(0.05 + gaussian(uptake, 3.0))
    return (gaussian(uptake, 2.4) + noise).clip(0, None)


def film(seed: int, opaque: float = 0.0) -> np.ndarray:
    """X-ray through a synthetic chest, with an opacity in the lower right of the picture."""
    image, lungs = chest_ct(seed, spacing=(1.5, 3.0, 1.5))
    dense = np.clip(1 + image.pixels / 1000, 0, None)
    if opaque:
        z, x = np.ogrid[: dense.shape[0], : dense.shape[2]]
        share = opaque / (1 + np.exp((np.hypot((z - 55) / 40, (x - 180) / 45) - 1) / 0.15))
        dense += np.where(lungs, share[:, None], 0)
    through = dense.sum(axis=1)[::-1] * 0.3
    seen = 1 - np.exp(-0.05 * through)
    return np.rint(255 * (seen - seen.min()) / np.ptp(seen)).astype(np.uint8)


def _ellipse(
    y: np.ndarray, x: np.ndarray, at: Any, half: Any, rng: np.random.Generator | None
) -> np.ndarray:
    """Inside of an ellipse, turned at random where there is a generator."""
    turn = 0.0 if rng is None else rng.uniform(0, np.pi)
    along = (y - at[0]) * np.cos(turn) + (x - at[1]) * np.sin(turn)
    across = (x - at[1]) * np.cos(turn) - (y - at[0]) * np.sin(turn)
    return (along / half[0]) ** 2 + (across / half[1]) ** 2 < 1


def _field(rng: np.random.Generator, shape: tuple[int, ...], sigma: tuple[int, int]) -> np.ndarray:
    """Smooth noise, mostly between -.3 and .3."""
    field = gaussian(rng.normal(0, 1, shape), sigma)
    return 0.15 * field / field.std()
