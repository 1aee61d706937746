"""Another distance of pixels."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe import images
from imgpipe._common import InputError, needed_for
from imgpipe.enhance.step.carried import as_image, restored
from imgpipe.enhance.step.enhancement import Enhancement

_INTERPOLATIONS = ("linear", "nearest", "cubic")


def resample(image: Any, spacing: Any, interpolation: str = "linear") -> Any:
    """Interpolate an image at pixels of a given size (`imgpipe.images.resample`).

    Parameters
    ----------
    image : Image
        With a spacing.
    spacing : float or tuple of float
        New size of a pixel, mm: one for all axes, or one each.
    interpolation : {"linear", "nearest", "cubic"}
        Order of the spline; ``"cubic"`` may go beyond the range of the image.

    Returns
    -------
    Image
        In its unit; 8- and 16-bit integers keep their dtype, rounded to nearest, all else becomes
        float32. Spacing, mask and place are those of the new pixels; of labels in a mask the
        nearest is taken.

    Raises
    ------
    InputError
        For an array or an image without spacing, sizes that are not positive, another number of
        them than axes, NaN and infinite pixels.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import resample
    >>> from imgpipe.images import Image
    >>> made = resample(Image(np.array([[0, 4]], np.uint8), spacing=(1, 2)), 1)
    >>> made.pixels, made.spacing
    (array([[0, 1, 3, 4]], dtype=uint8), (1.0, 1.0))
    """
    _check(spacing, interpolation)
    given = as_image(image)
    if given.spacing is None:
        raise InputError("resample needs an image with spacing: Image(pixels, spacing=...)")
    with needed_for("resample"):
        made = images.resample(given, spacing, interpolation=interpolation)
    return replace(made, pixels=restored(made.pixels, given.pixels.dtype))


def _check(spacing: Any, interpolation: Any) -> None:
    lengths = spacing if isinstance(spacing, tuple | list) else (spacing,)
    numbers = all(isinstance(s, int | float | np.number) and s > 0 for s in lengths)
    if not numbers or not 0 < len(lengths) <= 3:
        raise InputError(f"spacing={spacing!r} must be one length above 0 in mm, or one an axis")
    if interpolation not in _INTERPOLATIONS:
        raise InputError(
            f"interpolation={interpolation!r}; choose from {', '.join(_INTERPOLATIONS)}"
        )


def _shape_after(
    shape: tuple[int, ...], old: tuple[float, ...], spacing: Any, interpolation: str = "linear"
) -> tuple[int, ...]:
    new = spacing if isinstance(spacing, tuple | list) else (spacing,) * len(shape)
    return tuple(math.ceil(n * a / b) for n, a, b in zip(shape, old, new, strict=False))


STEP = Enhancement(
    resample,
    "pixels of another size in mm",
    keeps_size=False,
    needs_spacing=True,
    package="scipy",
    check=_check,
    shape_after=_shape_after,
    trial={"spacing": 1.5},
)
