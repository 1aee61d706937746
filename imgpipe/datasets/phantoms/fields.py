"""The grid of a patch, and random fields of a given spectrum on it."""

from dataclasses import dataclass

import numpy as np

SIDE = 64


@dataclass(frozen=True)
class Grid:
    """Pixel coordinates and the radial frequencies of their Fourier transform."""

    y: np.ndarray
    x: np.ndarray
    frequency: np.ndarray


def _grid() -> Grid:
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    return Grid(y, x, frequency)


GRID = _grid()


def random_fields(rng: np.random.Generator, spectrum: np.ndarray, n: int) -> np.ndarray:
    """`n` random fields ``(n, y, x)`` of unit variance with a given amplitude spectrum."""
    white = np.fft.rfft2(rng.standard_normal((n, SIDE, SIDE)))
    field = np.fft.irfft2(white * spectrum, s=(SIDE, SIDE))
    return field / field.std(axis=(1, 2), keepdims=True)


def smooth_fields(rng: np.random.Generator, scale: float, n: int) -> np.ndarray:
    """`n` random fields, smooth over `scale` pixels."""
    return random_fields(rng, smooth_spectrum(scale), n)


def smooth_spectrum(scale: float) -> np.ndarray:
    """Spectrum of Gaussian smoothing with a standard deviation of `scale` pixels."""
    return np.exp(-2 * (np.pi * scale * GRID.frequency) ** 2)
