"""A synthetic chest CT whose lungs are known."""

import math
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image

FIELD = (300.0, 400.0)
"""Rows and columns of a slice, mm."""


class ChestCT(NamedTuple):
    """A scan and its truth.

    Parameters
    ----------
    image : Image
        Hounsfield units.
    lungs : ndarray of bool
        Both lungs with their vessels, without trachea and main bronchi as far as these lie outside.
    """

    image: Image
    lungs: np.ndarray


def chest_ct(
    seed: int = 0,
    *,
    spacing: tuple[float, ...] = (8.0, 2.0, 2.0),
    height: float | None = None,
    field: tuple[float, float] = FIELD,
) -> ChestCT:
    """Make a chest CT: lungs, vessels, airways, heart, aorta, spine, ribs, bowel gas and a table.

    Every seed is another patient: size, fat, diaphragm, vessels, densities and noise differ. Small
    structures are drawn as geometry and blurred; no part of a real scan is in it.

    Parameters
    ----------
    seed : int, default 0
        The same seed gives the same pixels.
    spacing : tuple of float
        Distance of slices, rows and columns in mm; of rows and columns for one slice.
    height : float, optional
        One slice at this height above the carina, in mm: lungs reach from about -130 to 110. None
        for the volume from -150 to 120, the lowest slice first.
    field : tuple of float, default (300.0, 400.0)
        Rows and columns of a slice in mm, round the middle of the chest.

    Returns
    -------
    ChestCT
        ``image`` is int16, (z, y, x) or (y, x), with its spacing and unit;
        ``lungs`` says of each pixel whether it belongs to a lung.

    Raises
    ------
    InputError
        If the spacing is not two or three lengths from 0.25 to 40 mm, the height not a number,
        or the field not two lengths from 50 to 1000 mm.

    Examples
    --------
    >>> from imgpipe.datasets import chest_ct
    >>> image, lungs = chest_ct(seed=1, spacing=(2.0, 2.0), height=0.0)
    >>> image.shape, image.unit, image.pixels[lungs].mean().round(-2).item()
    ((150, 200), 'HU', -800.0)
    """
    apart = _checked(spacing, height)
    wide = _lengths(field)
    if len(wide) != 2 or not all(50 <= each <= 1000 for each in wide):
        raise InputError(f"field={field!r}; two lengths from 50 to 1000 mm are needed")
    from imgpipe.datasets.phantoms.chest.anatomy import Anatomy
    from imgpipe.datasets.phantoms.chest.scan import Scanner

    anatomy = Anatomy(np.random.default_rng(seed))
    pixel = (apart[-2], apart[-1])
    shape = (round(wide[0] / pixel[0]), round(wide[1] / pixel[1]))
    scanner = Scanner(anatomy, shape, pixel)
    heights = np.arange(-150.0, 120.1, apart[0]) if height is None else [float(height)]
    rng = np.random.default_rng((seed, 1))
    slices = [scanner.slice_at(float(z), rng) for z in heights]
    values, lungs = (np.stack(each) for each in zip(*slices, strict=True))
    if height is not None:
        values, lungs, apart = values[0], lungs[0], pixel
    return ChestCT(Image(values, spacing=apart, unit="HU", id=f"chest-{seed}"), lungs)


def _checked(spacing: Any, height: Any) -> tuple[float, ...]:
    """Lengths for rows and columns, with that of slices for a volume."""
    apart = _lengths(spacing)
    needed = 3 if height is None else 2
    if len(apart) != needed or not all(0.25 <= each <= 40 for each in apart):
        raise InputError(f"spacing={spacing!r}; {needed} lengths from 0.25 to 40 mm are needed")
    if height is not None and not (isinstance(height, int | float) and math.isfinite(height)):
        raise InputError(f"height={height!r}; a number of mm above the carina is needed")
    return apart


def _lengths(given: Any) -> tuple[float, ...]:
    """Give lengths as numbers; none where they are not."""
    try:
        return tuple(float(each) for each in given)
    except (TypeError, ValueError):
        return ()
