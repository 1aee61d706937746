"""The setting `resampling`: what size pixels are brought to, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError, did_you_mean
from imgpipe.features.inputs.lengths import check_lengths, number_of
from imgpipe.images.resampling.spline import INTERPOLATIONS

PARTS = ("spacing", "interpolation", "rounding", "mask_interpolation", "mask_threshold")


@dataclass(frozen=True)
class Resampling:
    """The setting, checked.

    Attributes
    ----------
    spacing : tuple of float or None
        New size along each axis, mm, or one for all; None keeps an axis as it is.
    interpolation, mask_interpolation : str
        Of the image and of its masks.
    rounding : bool or None
        Whether intensities are rounded; None: where they are Hounsfield units.
    mask_threshold : float
        Least share of a mask that counts as inside.
    """

    spacing: tuple[float | None, ...]
    interpolation: str = "linear"
    rounding: bool | None = None
    mask_interpolation: str = "linear"
    mask_threshold: float = 0.5

    def along(self, spacing: Sequence[float]) -> tuple[float, ...]:
        """New size of a pixel along each axis of an image with this spacing."""
        asked = self.spacing * len(spacing) if len(self.spacing) == 1 else self.spacing
        return tuple(old if new is None else new for new, old in zip(asked, spacing, strict=True))

    def parts(self) -> dict[str, Any]:
        """Give the setting as a mapping, each part said."""
        return {part: getattr(self, part) for part in PARTS} | {"spacing": list(self.spacing)}

    def rounds(self, unit: str | None) -> bool:
        """Whether intensities of this unit are rounded."""
        return unit == "HU" if self.rounding is None else self.rounding


def resampling_from(given: Any) -> Resampling | None:
    """Check the setting: None, a size, sizes, or a mapping of parts."""
    if given is None or isinstance(given, Resampling):
        return given
    if not isinstance(given, Mapping):
        return Resampling(_sizes(given))
    for key in given:
        if key not in PARTS:
            raise InputError(
                f"resampling has no part {key!r}; choose from {', '.join(PARTS)}"
                f"{did_you_mean(key, PARTS)}"
            )
    if given.get("spacing") is None:
        raise InputError("resampling needs spacing: the size, in mm, that pixels are brought to")
    threshold = number_of("resampling: mask_threshold", given.get("mask_threshold", 0.5))
    if not 0 < threshold <= 1:
        raise InputError(
            f"resampling: mask_threshold must be a share above 0 and at most 1, not {threshold:g}"
        )
    rounding = given.get("rounding")
    if not (rounding is None or isinstance(rounding, (bool, np.bool_))):
        raise InputError(f"resampling: rounding must be true, false or null, not {rounding!r}")
    return Resampling(
        _sizes(given["spacing"]),
        _interpolation("interpolation", given.get("interpolation", "linear")),
        None if rounding is None else bool(rounding),
        _interpolation("mask_interpolation", given.get("mask_interpolation", "linear")),
        threshold,
    )


def _sizes(given: Any) -> tuple[float | None, ...]:
    several = isinstance(given, (Sequence, np.ndarray)) and not isinstance(given, str)
    values = list(given) if several else [given]
    sizes = tuple(
        None if value is None and several else number_of("resampling: spacing", value)
        for value in values
    )
    lengths = [size for size in sizes if size is not None]
    if not 1 <= len(sizes) <= 3 or not lengths:
        raise InputError(
            f"resampling: spacing must be a length in mm, or one for each axis, not {given!r}"
        )
    check_lengths("resampling: spacing", lengths)
    return sizes


def _interpolation(part: str, name: Any) -> str:
    if name not in INTERPOLATIONS:
        raise InputError(
            f"resampling: {part} {name!r} is unknown; use {', '.join(map(repr, INTERPOLATIONS))}"
            f"{did_you_mean(name, INTERPOLATIONS)}"
        )
    return str(name)
