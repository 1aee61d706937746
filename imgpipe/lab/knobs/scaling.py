"""Settings for an image whose pixels are larger."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe.kernels.choosing import settings_of
from imgpipe.lab.knobs.ranges import OF_ALL, OF_ONE
from imgpipe.lab.knobs.words import FILTERS, SEGMENTERS

UNSCALED = (
    # values of another size on larger pixels
    "sobel", "laplace", "gaussian_laplace", "convolve", "correlate", "gradient", "white_tophat",
    "black_tophat",
    # pixels of another number
    "resample", "resize", "crop",
    # lengths in mm, or in pixels where those in mm are not known
    "bright-lesion",
    # looks at larger pixels by itself, so that nothing is won
    "dark-lesion",
)  # fmt: skip
"""Steps that no settings let do the same on larger pixels."""


def scaled(name: str, settings: Mapping[str, Any], factor: int) -> dict[str, Any] | None:
    """Give the settings with which a step does about the same to pixels `factor` times as large.

    Parameters
    ----------
    name : str
    settings : dict
    factor : int

    Returns
    -------
    dict or None
        None where there are none: for steps of `UNSCALED`, derivatives of a Gaussian, plug-ins, and
        a setting for each axis.

    Examples
    --------
    >>> from imgpipe.lab.knobs import scaled
    >>> scaled("median", {"size": 11}, 2), scaled("otsu", {}, 2), scaled("sobel", {}, 2)
    ({'size': 5}, {}, None)
    """
    if name in UNSCALED or (name not in FILTERS and name not in SEGMENTERS):
        return None
    if name == "gaussian" and np.any(settings.get("order", 0)):
        return None
    knobs = {key: OF_ALL[key] for key in settings_of(name) or () if key in OF_ALL}
    made = dict(settings)
    for key, knob in (knobs | OF_ONE.get(name, {})).items():
        value = settings.get(key, knob.default)
        if not knob.per_pixel or value is None:
            continue
        if not isinstance(value, int | float):
            return None
        made[key] = knob.scaled(value, factor)
    return made
