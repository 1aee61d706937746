"""The CT slices of one patient: a nodule in lung tissue, with blur and noise."""

import numpy as np

from imgpipe.datasets.phantoms.fields import (
    GRID,
    SIDE,
    random_fields,
    smooth_fields,
    smooth_spectrum,
)
from imgpipe.datasets.phantoms.lung import chest_wall, lung, vessels
from imgpipe.datasets.phantoms.nodule import nodule_shares


def nodule_slices(
    rng: np.random.Generator, trait: np.ndarray, slices: int
) -> tuple[np.ndarray, np.ndarray]:
    """Slices of one patient in Hounsfield units, and the nodule's outline in each."""
    margin, texture, contrast = trait
    heights = (np.arange(slices) - (slices - 1) / 2) / slices
    tissue = lung(rng, slices)
    tissue = lay_over(tissue, vessels(rng, heights), rng.uniform(-350, -50))
    if rng.random() < 0.3:
        tissue = lay_over(tissue, chest_wall(rng, heights), rng.uniform(0, 60))
    nodule, inside = nodule_shares(rng, margin, heights)
    # one texture for the nodule, changing from slice to slice
    patches = smooth_fields(rng, 1.3, 1) + 0.6 * smooth_fields(rng, 1.3, slices)
    density = -40 - 70 * contrast + 45 * np.exp(0.45 * texture) * patches
    tissue = lay_over(tissue, nodule, np.clip(density, -650, 180))
    blurred = np.fft.irfft2(np.fft.rfft2(tissue) * smooth_spectrum(0.6), s=(SIDE, SIDE))
    # filtered back-projection leaves noise of middle frequencies (Riederer et al., 1978)
    noise = random_fields(rng, GRID.frequency * np.exp(-((GRID.frequency / 0.28) ** 2)), slices)
    values = blurred + rng.uniform(22, 34) * noise
    return np.clip(np.rint(values), -1024, 3071).astype(np.int16), inside


def lay_over(below: np.ndarray, share: np.ndarray, density: np.ndarray | float) -> np.ndarray:
    """Lay a structure over tissue where its share of the pixel is above zero."""
    return below * (1 - share) + share * density
