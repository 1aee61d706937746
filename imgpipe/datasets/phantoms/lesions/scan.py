"""Scans of one patient: tissue, distractors, lesions, blur and noise."""

from dataclasses import dataclass

import numpy as np

from imgpipe.datasets.phantoms.lesions.distractors import lookalikes, organs, vessels
from imgpipe.datasets.phantoms.lesions.grid import (
    SIDE,
    X,
    Y,
    band_noise,
    blurred,
    smooth_field,
    soft,
)

_APART = 4.0  # pixels between two lesions


@dataclass(frozen=True)
class Patient:
    """What the scans of a patient have in common, in gray levels."""

    level: float
    gradient: float
    tissue: float
    grain: float
    noise: float
    vessels: float
    lesions: float


def patient(rng: np.random.Generator, contrast: float) -> Patient:
    """Draw a patient whose lesions stand out by about `contrast` gray levels."""
    return Patient(
        level=rng.uniform(85, 120),
        gradient=rng.uniform(5, 14),
        tissue=rng.uniform(4, 6.5),
        grain=rng.uniform(1.2, 2.0),
        noise=rng.uniform(3.5, 5.5),
        vessels=rng.uniform(32, 50),
        lesions=contrast * np.exp(rng.normal(0, 0.15)),
    )


def scan(rng: np.random.Generator, who: Patient, lesions: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of one scan, and the number of the lesion that each belongs to."""
    values = who.level + who.gradient * smooth_field(rng, 25) + who.tissue * organs(rng) * 3
    values = values + who.tissue * smooth_field(rng, who.grain)
    values = values + who.vessels * vessels(rng) + 28 * lookalikes(rng)
    labels = np.zeros((SIDE, SIDE), np.uint8)
    for label in range(1, lesions + 1):
        border = _free_place(rng, labels)
        height = who.lesions * np.exp(rng.normal(0, 0.2))
        share = soft(border, rng.uniform(0.35, 0.7))
        inner = who.tissue * smooth_field(rng, 1.1)  # of its own texture, on an even ground
        values = values + share * (height + 0.3 * (inner - (values - blurred(values, 8))))
        labels[border <= 0] = label
    values = blurred(values, 0.7) + who.noise * band_noise(rng, 0.3)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8), labels


def _free_place(rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    """How far each pixel lies beyond a new lobed outline, away from the lesions that are there."""
    orders = np.arange(2, 6)
    while True:
        radius = rng.uniform(3.0, 7.0)
        middle = rng.uniform(radius + 2, SIDE - radius - 2, 2)
        down, right = Y - middle[0], X - middle[1]
        waves = rng.normal(0, 0.06, (2, len(orders)))
        turns = orders[:, None, None] * np.arctan2(down, right)
        lobes = np.tensordot(waves[0], np.cos(turns), 1) + np.tensordot(waves[1], np.sin(turns), 1)
        border = np.hypot(down, right) - radius * (1 + lobes)
        if not labels[border <= _APART].any():
            return border
