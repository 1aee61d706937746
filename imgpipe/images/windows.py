"""Windows: which range of values is shown, and how (DICOM PS3.3, C.11.2.1)."""

import math
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

import numpy as np

from imgpipe._common import InputError, unknown_name

FUNCTIONS = ("linear", "linear_exact", "sigmoid")


@dataclass(frozen=True)
class Window:
    """A range of values by its centre and width.

    Parameters
    ----------
    center, width : float
        In the unit of the values.
    function : {"linear", "linear_exact", "sigmoid"}
    name : str
        What a file calls it.
    """

    center: float
    width: float
    function: str = "linear"
    name: str = ""

    @property
    def ends(self) -> tuple[float, float] | None:
        """Values that become 0 and 1; None for a threshold, and where nothing is cut off."""
        half = 0.5 if self.function == "linear" else 0.0
        center, width = self.center - half, self.width - 2 * half
        if self.function == "sigmoid" or width <= 0:
            return None
        return center - width / 2, center + width / 2


PRESETS: dict[str, Window] = {
    "lung": Window(-600.0, 1500.0, name="lung"),
    "mediastinum": Window(40.0, 400.0, name="mediastinum"),
    "bone": Window(400.0, 1800.0, name="bone"),
    "brain": Window(40.0, 80.0, name="brain"),
    "abdomen": Window(50.0, 350.0, name="abdomen"),
    "soft": Window(40.0, 350.0, name="soft"),
}
"""Windows of computed tomography, Hounsfield units."""
OF_THE_FILE = "file"


def window(
    pixels: Any,
    preset: str | None = None,
    *,
    center: float | None = None,
    width: float | None = None,
    function: str = "linear",
) -> Any:
    """Show a range of values: it becomes 0 to 1, all below it 0 and all above it 1.

    Parameters
    ----------
    pixels : Image or array_like
        Of any shape, real numbers in the unit of the window. Colour channels are all seen through
        the same window.
    preset : {"lung", "mediastinum", "bone", "brain", "abdomen", "soft", "file"}, optional
        A window of computed tomography (Hounsfield units), or the first one that the file of an
        `Image` recommends.
    center, width : float, optional
        The range, in place of `preset`.
    function : {"linear", "linear_exact", "sigmoid"}
        How values are mapped: with DICOM's ``LINEAR`` a window of width w has w - 1 steps and its
        middle half a step below the centre, since it is made for integers; w must be at least 1,
        and 1 is a threshold. ``LINEAR_EXACT`` runs from center - width / 2 to center + width / 2.
        With ``SIGMOID`` nothing is cut off. A file's window keeps its own function unless another
        one than ``"linear"`` is asked for.

    Returns
    -------
    Image or ndarray of float32
        Of the same shape, in [0, 1], as what was given; an `Image` has no unit and no windows any
        more. NaN stays NaN.

    Raises
    ------
    InputError
        If there is no window or more than one, its width is too small, its preset is for
        Hounsfield units and the image has others, or a file recommends none.

    References
    ----------
    DICOM PS3.3, C.11.2.1.2 and C.11.2.1.3.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import window
    >>> window(np.array([-2000, -1350, -600, 150, 3000]), "lung").round(2).tolist()
    [0.0, 0.0, 0.5, 1.0, 1.0]
    >>> window(np.array([0, 50, 100]), center=50, width=100, function="linear_exact").tolist()
    [0.0, 0.5, 1.0]
    """
    is_image = is_dataclass(pixels)  # an Image, which imports this file
    chosen = chosen_window(preset, center, width, function, pixels if is_image else None)
    if is_image:
        shown = _mapped(np.asarray(pixels.pixels), chosen)
        return replace(pixels, pixels=shown, unit=None, windows=())
    return _mapped(np.asarray(pixels), chosen)


def chosen_window(
    preset: str | None, center: Any, width: Any, function: str = "linear", image: Any = None
) -> Window:
    """Settle on a window: of a preset, of a file, or by centre and width.

    Parameters
    ----------
    preset, center, width, function
        As in `window`.
    image : Image, optional
        That it is for.

    Returns
    -------
    Window

    Raises
    ------
    InputError
        As in `window`.
    """
    if function not in FUNCTIONS:
        raise unknown_name("function of a window", function, FUNCTIONS)
    if preset is not None and (center, width) != (None, None):
        raise InputError(f"preset={preset!r} has its center and width; leave out either")
    if preset == OF_THE_FILE:
        return _usable(_of_file(image, function))
    if preset is not None:
        if not isinstance(preset, str) or preset not in PRESETS:
            raise unknown_name("preset", preset, [*PRESETS, OF_THE_FILE])
        unit = getattr(image, "unit", None)
        if unit not in (None, "HU"):
            raise InputError(
                f"preset={preset!r} is a window of Hounsfield units, and {_called(image)} is in "
                f"{unit}; give center and width"
            )
        return replace(PRESETS[preset], function=function)
    if center is None or width is None:
        raise InputError(
            f"a window needs a preset ({', '.join([*PRESETS, OF_THE_FILE])}), or center and width"
        )
    try:
        asked = Window(float(center), float(width), function)
    except (TypeError, ValueError):
        raise InputError(f"center={center!r}, width={width!r}: both must be numbers") from None
    return _usable(asked)


def _of_file(image: Any, function: str) -> Window:
    """Take the first window that an image brings."""
    if image is None:
        raise InputError('preset="file" is for an Image as images.read gives it, not for arrays')
    if not image.windows:
        raise InputError(
            f"{_called(image)} recommends no window; choose from {', '.join(PRESETS)}, or give "
            "center and width"
        )
    first: Window = image.windows[0]
    return first if function == "linear" else replace(first, function=function)


def _usable(chosen: Window) -> Window:
    """Refuse a width that the standard does not allow."""
    if not (math.isfinite(chosen.center) and math.isfinite(chosen.width)):
        raise InputError(f"a window of center {chosen.center:g}, width {chosen.width:g}")
    if chosen.function == "linear" and chosen.width < 1:
        raise InputError(
            f"a linear window is at least 1 wide, not {chosen.width:g}; values that are no "
            'integers want function="linear_exact"'
        )
    if chosen.width <= 0:
        raise InputError(f"the width of a window must be above 0, not {chosen.width:g}")
    return chosen


def _mapped(values: np.ndarray, chosen: Window) -> np.ndarray:
    """Values as a window shows them, computed in double precision."""
    if values.dtype.kind not in "buif":
        raise InputError(f"pixels of dtype {values.dtype} have no window; give real numbers")
    x = values.astype(np.float64)
    if chosen.function == "sigmoid":
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-4 * (x - chosen.center) / chosen.width)), np.float32)
    half = 0.5 if chosen.function == "linear" else 0.0
    center, width = chosen.center - half, chosen.width - 2 * half
    if width == 0:  # a threshold
        return np.where(np.isnan(x), np.nan, x > center).astype(np.float32)
    return np.asarray(np.clip((x - center) / width + 0.5, 0, 1), np.float32)


def _called(image: Any) -> str:
    return getattr(image, "id", None) or "the image"
