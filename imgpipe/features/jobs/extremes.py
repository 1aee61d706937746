"""Very large and very small floats: their powers leave the range of floats on the way to a result.

Such an image is measured at a power of two of its size, which changes no digit, and the results are
brought back by their units.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imgpipe._runtime.jit import jit
from imgpipe.features.family import Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.settings import Settings

_ABSOLUTE = 2**63 - 1  # all bits but that of the sign
_FAR = 200  # fourth powers of 2^200 and of 2^-200 are floats


def far_exponents(pixels: np.ndarray, batch: Batch) -> dict[int, int]:
    """By number of an image, the exponent of two of its largest pixel, where it is far from 0."""
    if pixels.dtype.kind != "f" or pixels.dtype.itemsize < 8:
        return {}
    n = len(batch)
    largest = np.empty(n, np.int64)
    _largest(batch.values.reshape(n, -1).view(np.int64), batch.inside.reshape(n, -1), largest)
    exponents = np.frexp(largest.view(np.float64))[1].tolist()
    return {k: exponent for k, exponent in enumerate(exponents) if abs(exponent) > _FAR}


def scaled_settings(settings: Settings, exponent: int) -> Settings:
    """Settings that mean the same for an image times 2^exponent."""

    def scaled(value: float | None) -> float | None:
        return None if value is None else float(np.ldexp(value, exponent))

    low, high = settings.range or (-np.inf, np.inf)
    return replace(
        settings,
        bin_width=scaled(settings.bin_width),
        low=scaled(settings.low),
        range=settings.range and (float(np.ldexp(low, exponent)), float(np.ldexp(high, exponent))),
        ivh_bin_width=scaled(settings.ivh_bin_width),
    )


def powers_of_intensity(features: Sequence[Feature]) -> np.ndarray:
    """Which power of the unit of the pixels each feature has."""
    found = [re.match(r"intensity(?:\^(\d+))?", feature.unit) for feature in features]
    return np.array([0 if match is None else int(match[1] or 1) for match in found])


@jit
def _largest(bits: np.ndarray, inside: np.ndarray, largest: np.ndarray) -> None:
    """Bits of the largest absolute value inside each mask: they are in the order of the values."""
    for k in range(bits.shape[0]):
        pixels = bits[k]
        take = inside[k]
        most = 0
        # without a jump, so that many pixels are looked at at once
        for i in range(pixels.size):
            most = max(most, (pixels[i] & _ABSOLUTE) * take[i])
        largest[k] = most
