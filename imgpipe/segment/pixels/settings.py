"""Which features a pixel has: filters, scales, and what one scale is."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from imgpipe._common import InputError, unknown_name

FILTERS = (
    "intensity",
    "gaussian",
    "gradient",
    "laplacian",
    "difference",
    "structure",
    "hessian",
)
UNITS = ("px", "mm")
MOST_SCALES = 16
LARGEST_SCALE = 1e4
LARGEST_SIGMA = 64.0
"""In pixels: loops are compiled for each width, and longer ones take minutes."""
TRUNCATE = 4.0
"""Standard deviations that a Gaussian reaches."""


class Settings(NamedTuple):
    """Filters in the order of `FILTERS`, and scales from small to large."""

    filters: tuple[str, ...]
    scales: tuple[float, ...]
    unit: str

    def names(self, axes: int, channels: int) -> tuple[str, ...]:
        """Name the features of a pixel in the order in which `measured` gives them."""
        scaled = [name for name in self.filters if name != "intensity"]
        own = ["intensity"] if "intensity" in self.filters else []
        for scale in self.scales if scaled else ():
            for name in scaled:
                parts = range(1, axes + 1) if name in ("structure", "hessian") else (None,)
                own += [
                    f"{name}{'' if part is None else part}_{scale:g}{self.unit}" for part in parts
                ]
        if channels == 1:
            return tuple(own)
        return tuple(f"{name}_c{channel}" for channel in range(channels) for name in own)

    def sigmas(self, axes: int, spacing: Sequence[float] | None) -> list[tuple[float, ...]]:
        """Standard deviations in pixels along each axis, a scale after the other."""
        sides = self.steps(axes, spacing)
        found = [tuple(scale / side for side in sides) for scale in self.scales]
        widest = max(map(max, found))
        if widest > LARGEST_SIGMA:
            raise InputError(
                f"scales={self.scales!r}: a Gaussian of {widest:.4g} pixels; up to "
                f"{LARGEST_SIGMA:g} will do: shrink the image for what is larger"
            )
        return found

    def steps(self, axes: int, spacing: Sequence[float] | None) -> tuple[float, ...]:
        """Length of a pixel along each axis, in the unit of the scales."""
        if self.unit == "px":
            return (1.0,) * axes
        if spacing is None:
            raise InputError(
                'unit="mm" needs the spacing of pixels: give an Image that has one, or spacing='
            )
        return tuple(spacing)

    def halo(self, axes: int, spacing: Sequence[float] | None) -> tuple[int, ...]:
        """Pixels along each axis that the features of a pixel depend on, to either side."""
        scaled = set(self.filters) - {"intensity"}
        if not scaled:
            return (0,) * axes
        near = int(bool(scaled & {"gradient", "laplacian", "structure", "hessian"}))
        times = 2 if "structure" in scaled else 1
        reach = [[int(TRUNCATE * s + 0.5) for s in each] for each in self.sigmas(axes, spacing)]
        return tuple(times * max(along) + near for along in zip(*reach, strict=True))


def settings_of(filters: Any, scales: Any, unit: Any) -> Settings:
    """Check what a pixel's features are made of."""
    names = (filters,) if isinstance(filters, str) else tuple(filters)
    for name in names:
        if name not in FILTERS:
            raise unknown_name("filter", name, FILTERS)
    if not names or len(set(names)) < len(names):
        raise InputError(f"filters={filters!r}; name some of {', '.join(FILTERS)}, each once")
    if unit not in UNITS:
        raise InputError(f"unit={unit!r}; scales are in 'px' or in 'mm'")
    chosen = tuple(name for name in FILTERS if name in names)
    told = Settings(chosen, _scales(scales), unit)
    if unit == "px":
        told.sigmas(1, None)
    return told


def _scales(scales: Any) -> tuple[float, ...]:
    """Take one number or several, in rising order."""
    given = scales if isinstance(scales, Iterable) and not isinstance(scales, str) else (scales,)
    found = []
    for scale in given:
        number = math.nan if isinstance(scale, str | bytes | bool) else _number(scale)
        if not 0 < number <= LARGEST_SCALE:
            raise InputError(
                f"scales={scales!r}: {scale!r} is no standard deviation; positive numbers up to "
                f"{LARGEST_SCALE:g} will do"
            )
        found.append(number)
    if not 1 <= len(found) <= MOST_SCALES or len(set(found)) < len(found):
        raise InputError(f"scales={scales!r}; give 1 to {MOST_SCALES} that differ")
    return tuple(sorted(found))


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
