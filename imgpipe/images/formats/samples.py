"""What a file stores, before it is shown as a picture or read as labels."""

from dataclasses import dataclass, replace

import numpy as np

from imgpipe._common.texts import say
from imgpipe.images.formats.exif import oriented
from imgpipe.images.image import Image
from imgpipe.images.place import Place
from imgpipe.images.windows import Window


@dataclass(frozen=True, eq=False)
class Samples:
    """Stored values, and what they mean.

    Parameters
    ----------
    values : ndarray
        ``(y, x)`` or ``(z, y, x)``, with three more channels at the end where `colour` is true.
    colour : bool
        Red, green and blue on the last axis.
    alpha : ndarray or None
        Opacity, straight, shaped like the values without channels.
    palette : ndarray or None
        Colours ``(n, 3)`` that the values are the indices of.
    step : int
        What gray values are multiplied with to span 0 to 255.
    white : int or None
        The stored value of black, where white is stored as 0; None where 0 is black.
    lossy : bool
        Compressed with loss: values near the stored ones.
    spacing, warnings, place, unit, windows
        As in `Image`.
    """

    values: np.ndarray
    colour: bool = False
    alpha: np.ndarray | None = None
    palette: np.ndarray | None = None
    step: int = 1
    white: int | None = None
    lossy: bool = False
    spacing: tuple[float, ...] | None = None
    warnings: tuple[str, ...] = ()
    place: Place | None = None
    unit: str | None = None
    windows: tuple[Window, ...] = ()


def picture(samples: Samples) -> Image:
    """The image that a viewer shows: colours for indices, transparent pixels over black."""
    pixels, colour = samples.values, samples.colour
    if samples.palette is not None:
        pixels, colour = samples.palette[pixels], True
    elif samples.step > 1:
        pixels = pixels.astype(np.uint8) * np.uint8(samples.step)
    if samples.white is not None:
        pixels = _inverted(pixels, samples.white)
    notes = samples.warnings
    if samples.alpha is not None:
        if not samples.alpha.any() and pixels.any():
            notes = (*notes, say("transparent throughout, and thus black"))
        pixels = _blend(pixels, samples.alpha)
    return Image(
        np.ascontiguousarray(pixels),
        -1 if colour else None,
        samples.spacing,
        warnings=notes,
        place=samples.place,
        unit=samples.unit,
        windows=samples.windows,
    )


def turned(samples: Samples, orientation: int) -> Samples:
    """Samples of one plane, upright."""
    if orientation == 1:
        return samples
    alpha = samples.alpha
    return replace(
        samples,
        values=oriented(samples.values, orientation),
        alpha=None if alpha is None else oriented(alpha, orientation),
    )


def _inverted(pixels: np.ndarray, white: int) -> np.ndarray:
    """Bright for large values."""
    if pixels.dtype.kind == "b":
        return ~pixels
    if pixels.dtype.kind == "u":
        return np.asarray(pixels.dtype.type(white) - pixels)
    return np.asarray(-pixels if pixels.dtype.kind == "f" else ~pixels)


def _blend(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The image laid over black, unchanged where it is opaque."""
    full = np.iinfo(alpha.dtype).max
    if (alpha == full).all():
        return colour
    share = alpha.astype(np.float64) / full
    if colour.ndim > alpha.ndim:
        share = share[..., None]
    return np.asarray(np.rint(colour * share).astype(colour.dtype))
