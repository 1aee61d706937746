"""Images that decide at the edges of bins, or have nothing to decide."""

import numpy as np


def awkward(shape: tuple[int, ...], dtype: str) -> list[np.ndarray]:
    """Noise, ramps on edges of bins, two values, one bright pixel, one intensity."""
    rng = np.random.default_rng(0)
    most = 255 if dtype == "uint8" else 65535
    ramp = np.arange(np.prod(shape)).reshape(shape)
    bright = np.full(shape, 3)
    bright.flat[1] = most
    images = [rng.integers(0, most + 1, shape), ramp, ramp % 33 * 7, ramp % 2 + 1, bright]
    images += [np.full(shape, 7), rng.integers(0, 9, shape)]
    if dtype == "float32":
        images += [ramp / 8 - 20.5, rng.integers(-9, 9, shape) / 3, rng.normal(size=shape)]
    return [image.astype(dtype) for image in images]
