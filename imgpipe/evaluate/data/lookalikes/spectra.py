"""Low frequencies of images, by which copies are looked for among all pairs.

Where an image is shifted, its spectrum changes by a phase alone: the magnitudes of copies are
alike, wherever they lie. Chest X-rays all have similar magnitudes, too, so what all images have in
common is taken away (whitening); after that two different images correlate no more than chance.
"""

from typing import NamedTuple

import numpy as np

HIGHEST = 8  # cycles over the image
_SIDE = 2 * HIGHEST + 1
_GENTLE = 0.5  # power that lets no frequency outweigh the others
_FLAT_PHASE = 0.2
_REGULAR = 0.1  # share of the mean variance added before whitening
_SAMPLE = 3000  # images the whitening is learned from

# quarter turns of the image, after mirroring from 4 on; magnitudes do not tell half turns
TURNS = ((0, 2), (4, 6), (5, 7), (1, 3))

_ky, _kx = np.mgrid[-HIGHEST : HIGHEST + 1, -HIGHEST : HIGHEST + 1]
_radius = np.hypot(_ky, _kx)
# a real image has as many different values as half of the plane
_HALF = np.flatnonzero(
    ((_ky > 0) | ((_ky == 0) & (_kx > 0))) & (_radius >= 1) & (_radius <= HIGHEST + 0.5)
)


class Spectra(NamedTuple):
    """Spectra of all images, (n, 17 * 17) complex, and the side of the images."""

    values: np.ndarray
    side: int


def spectra(stack: np.ndarray) -> Spectra:
    """Low frequencies of each image under a Hann window, phases as seen from its middle."""
    side = stack.shape[1]
    profile = np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2
    window = np.outer(profile, profile).astype(np.float32)
    mean = (stack * window).sum((1, 2), keepdims=True) / window.sum()
    k = np.arange(-HIGHEST, HIGHEST + 1)
    wave = np.exp(-2j * np.pi / side * np.outer(k, np.arange(side) - (side - 1) / 2))
    wave = wave.astype(np.complex64)
    values = wave @ ((stack - mean) * window).astype(np.complex64) @ wave.T
    return Spectra(values.reshape(len(stack), -1), side)


def turned(turn: int) -> np.ndarray:
    """Places, in the whole plane, of half of the spectrum of the turned image."""
    plane = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE)
    plane = plane[:, ::-1] if turn >= 4 else plane
    return np.rot90(plane, turn % 4).ravel()[_HALF]


def magnitudes(found: Spectra) -> list[np.ndarray]:
    """Whitened magnitudes of each image as it is, mirrored, transposed, and turned: unit rows."""
    strength = np.abs(found.values)
    total = np.sqrt((strength**2).sum(axis=1, keepdims=True))
    strength = (strength / np.where(total > 0, total, 1)) ** _GENTLE
    views = [strength[:, turned(turns[0])] for turns in TURNS]
    step = -(-len(strength) // _SAMPLE)
    sample = np.concatenate([view[::step] for view in views]).astype(np.float64)
    mean = sample.mean(axis=0)
    variance, axes = np.linalg.eigh(np.cov((sample - mean).T))
    scale = np.sqrt(np.maximum(variance, 0) + _REGULAR * max(variance.mean(), 1e-30))
    whiten = ((axes / scale) @ axes.T).astype(np.float32)
    rows = [(view - mean.astype(np.float32)) @ whiten for view in views]
    return [row / np.maximum(np.linalg.norm(row, axis=1, keepdims=True), 1e-20) for row in rows]


def phases(found: Spectra) -> np.ndarray:
    """Spectra with nearly equal magnitudes, of unit energy in half of the plane."""
    strength = np.abs(found.values)
    values = found.values * (strength + 1e-6) ** np.float32(_FLAT_PHASE - 1)
    energy = np.sqrt((np.abs(values[:, _HALF]) ** 2).sum(axis=1, keepdims=True))
    return (values / np.maximum(energy, 1e-20)).astype(np.complex64)


def waves(side: int, shifts: np.ndarray) -> np.ndarray:
    """Phases of all shifts, (2 * frequencies, shifts), for real and imaginary parts beside."""
    y, x = shifts.T
    angle = 2 * np.pi / side * (np.outer(_ky.ravel()[_HALF], y) + np.outer(_kx.ravel()[_HALF], x))
    return np.concatenate([np.cos(angle), -np.sin(angle)]).astype(np.float32)
