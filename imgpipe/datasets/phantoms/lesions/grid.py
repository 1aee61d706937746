"""The grid of a scan, random fields on it, and shares of soft-edged shapes."""

import numpy as np

SIDE = 128
Y, X = np.mgrid[:SIDE, :SIDE].astype(np.float64)
_FREQUENCY = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])


def smooth_field(rng: np.random.Generator, scale: float) -> np.ndarray:
    """Make a random field of unit variance that is smooth over `scale` pixels."""
    return _field(rng, np.exp(-2 * (np.pi * scale * _FREQUENCY) ** 2))


def band_noise(rng: np.random.Generator, highest: float) -> np.ndarray:
    """Make noise of middle frequencies and unit variance, as reconstruction leaves it."""
    return _field(rng, _FREQUENCY * np.exp(-((_FREQUENCY / highest) ** 2)))


def blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Blur by a Gaussian."""
    spectrum = np.exp(-2 * (np.pi * sigma * _FREQUENCY) ** 2)
    return np.fft.irfft2(np.fft.rfft2(values) * spectrum, s=(SIDE, SIDE))


def ellipse(
    middle: np.ndarray, radii: tuple[float, float], angle: float, edge: float
) -> np.ndarray:
    """Share of each pixel in an ellipse whose border is `edge` pixels soft."""
    return soft(radius_in(middle, radii, angle) - 1, edge / min(radii))


def radius_in(middle: np.ndarray, radii: tuple[float, float], angle: float) -> np.ndarray:
    """Distance from the middle of an ellipse, 1 on its border."""
    down, right = Y - middle[0], X - middle[1]
    along = down * np.sin(angle) + right * np.cos(angle)
    across = down * np.cos(angle) - right * np.sin(angle)
    return np.hypot(across / radii[0], along / radii[1])


def soft(beyond: np.ndarray, edge: float) -> np.ndarray:
    """Share inside, falling from 1 to 0 round a border, `beyond` being the way past it."""
    return 1 / (1 + np.exp(np.clip(beyond / edge, -50, 50)))


def _field(rng: np.random.Generator, spectrum: np.ndarray) -> np.ndarray:
    white = np.fft.rfft2(rng.standard_normal((SIDE, SIDE)))
    field = np.fft.irfft2(white * spectrum, s=(SIDE, SIDE))
    return (field - field.mean()) / field.std()
