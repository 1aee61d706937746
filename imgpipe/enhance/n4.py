"""N4: slow changes of brightness, such as a coil makes in MR, taken out."""

from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError, needed_for
from imgpipe._runtime.threads import thread_count
from imgpipe.enhance.step.carried import Inside, as_image, finite, like
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.step.numbers import whole


def n4(image: Any, shrink: int = 4, *, levels: int = 4, iterations: int = 50) -> Any:
    """Correct a bias field by N4 (SimpleITK; the extra ``n4`` of imgpipe).

    Parameters
    ----------
    image : Image or array_like
        Values of 0 or more, such as those of MR; an array is a gray image or volume. The field is
        fitted inside the mask, without one where values are above Otsu's threshold, and taken
        from all pixels.
    shrink : int
        By how much the image is reduced for the fit, along each axis; less where few pixels would
        be left.
    levels, iterations : int
        How often the grid of the field is made finer, and steps of the fit for each.

    Returns
    -------
    Image or ndarray of float32
        In its unit.

    Raises
    ------
    InputError
        For settings out of range, negative, NaN or infinite pixels, colour, and an empty mask.

    References
    ----------
    Tustison et al., IEEE Transactions on Medical Imaging 29 (2010).

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import n4
    >>> from imgpipe.images import Image
    >>> shaded = Image(np.full((32, 32), 100.0) * np.linspace(0.5, 1.5, 32), mask=np.ones((32, 32)))
    >>> bool(n4(shaded, shrink=1).pixels.std() < shaded.pixels.std() / 4)
    True
    """
    _check(shrink, levels, iterations)
    given = as_image(image)
    if given.channel_axis is not None:
        raise InputError("n4 takes gray images, not colour")
    values = finite(given.pixels, "n4")
    if (values < 0).any():
        raise InputError(
            "n4 takes values of 0 or more, whose brightness is a product; these are negative"
        )
    inside = None if given.mask is None else given.mask != 0
    if inside is not None and not inside.any():
        raise InputError("n4: the mask is empty")
    field = _log_field(values, inside, given.spacing, shrink, levels, iterations)
    pixels = np.asarray(values / np.exp(field), np.float32)
    return like(image, replace(given, pixels=pixels))


def _log_field(
    values: np.ndarray,
    inside: Inside | None,
    spacing: tuple[float, ...] | None,
    shrink: int,
    levels: int,
    iterations: int,
) -> np.ndarray:
    with needed_for("n4"):
        import SimpleITK as sitk
    whole_image = sitk.GetImageFromArray(values.astype(np.float32))
    if inside is None:
        mask = sitk.OtsuThreshold(whole_image, 0, 1, 200)
    else:
        mask = sitk.GetImageFromArray(inside.astype(np.uint8))
    for each in (whole_image, mask):
        if spacing is not None:
            each.SetSpacing(spacing[::-1])
    factors = [max(1, min(shrink, n // 8)) for n in whole_image.GetSize()]
    corrector = sitk.N4BiasFieldCorrectionImageFilter()
    corrector.SetMaximumNumberOfIterations([iterations] * levels)
    corrector.SetNumberOfThreads(thread_count())
    try:
        corrector.Execute(sitk.Shrink(whole_image, factors), sitk.Shrink(mask, factors))
        return np.asarray(sitk.GetArrayFromImage(corrector.GetLogBiasFieldAsImage(whole_image)))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError(f"n4: the field cannot be fitted: {reason}") from None


def _check(shrink: Any, levels: Any, iterations: Any) -> None:
    whole("shrink", shrink, 1, 64)
    whole("levels", levels, 1, 10)
    whole("iterations", iterations, 1, 10_000)


STEP = Enhancement(
    n4,
    "slow changes of brightness (bias field of MR) taken out",
    uses_mask=True,
    colour=False,
    package="SimpleITK",
    check=_check,
)
