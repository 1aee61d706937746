"""The grid of a picture, smooth fields on it, and shapes with soft borders."""

import numpy as np

SIDE = 512
_FREQUENCY = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])


def smooth_field(rng: np.random.Generator, scale: float) -> np.ndarray:
    """Make a random field of unit variance that is smooth over `scale` pixels."""
    field = blurred(rng.standard_normal((SIDE, SIDE)), scale)
    return (field - field.mean()) / field.std()


def blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Blur by a Gaussian; what leaves at one border comes in at the other."""
    spectrum = np.exp(-2 * (np.pi * sigma * _FREQUENCY) ** 2)
    return np.fft.irfft2(np.fft.rfft2(values) * spectrum, s=(SIDE, SIDE))


def scattered(rng: np.random.Generator, n: int, apart: float, margin: float) -> np.ndarray:
    """Give up to `n` places ``(row, column)``, no two nearer than `apart`."""
    places: list[np.ndarray] = []
    for place in rng.uniform(margin, SIDE - margin, (40 * n, 2)):
        if len(places) < n and all(np.hypot(*(place - other)) >= apart for other in places):
            places.append(place)
    return np.array(places)


def lobed(
    rng: np.random.Generator, middle: np.ndarray, radius: float, edge: float
) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray]:
    """Draw a lobed disc: the box that it reaches, the share of each pixel, and how deep it lies.

    The depth is 1 in the middle and 0 on the border.
    """
    reach = 1.5 * radius + 4 * edge
    low = np.clip(np.floor(middle - reach), 0, SIDE).astype(int)
    high = np.clip(np.ceil(middle + reach), 0, SIDE).astype(int)
    box = (slice(low[0], high[0]), slice(low[1], high[1]))
    down, right = np.ogrid[box]
    angle = np.arctan2(down - middle[0], right - middle[1])
    border = np.full(angle.shape, radius)
    for waves, share in ((2, 0.14), (3, 0.08), (4, 0.05)):
        border += rng.uniform(0, share) * radius * np.cos(waves * angle + rng.uniform(0, 2 * np.pi))
    off = np.hypot(down - middle[0], right - middle[1])
    share = 1 / (1 + np.exp(np.clip((off - border) / edge, -50, 50)))
    return box, share, np.clip(1 - off / border, 0, 1)


def in_bytes(values: np.ndarray) -> np.ndarray:
    """Round gray levels to bytes."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
