"""An image, or what is inside a mask, in numbers: counts, a histogram and features."""

import math
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.features import catalogue, extract
from imgpipe.images import Image, luminance
from imgpipe.lab.numbers.telling import FAMILIES, TELLING
from imgpipe.report.languages import tell
from imgpipe.report.words.features import feature_name, unit_name

_BINS = 64


def measure(image: Image, mask: np.ndarray | None = None) -> dict[str, Any]:
    """Measure an image, inside a mask where there is one.

    Parameters
    ----------
    image : Image
        Of two axes, gray or colour.
    mask : ndarray of bool, optional
        In place of the image's own.

    Returns
    -------
    dict
        For JSON, its words in the language that is spoken (`imgpipe.report.languages.speaking`):
        ``pixels``; ``inside`` the mask, and its ``area`` in mm2 where spacing is known (None
        without a mask); ``unit``; a ``histogram`` of gray values, ``{"edges", "all", "inside"}``;
        ``features``, each with ``name`` (that of `imgpipe.features`), ``title``, ``family``,
        ``value`` (None where it is undefined), ``unit`` and ``about``; and a ``note``, where they
        cannot be measured, or None.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image
    >>> from imgpipe.lab.numbers import measure
    >>> image = Image(np.arange(64, dtype=np.uint8).reshape(8, 8))
    >>> told = measure(image, image.pixels > 31)
    >>> told["inside"], told["features"][0]["title"], told["features"][0]["value"]
    (32, 'Intensity mean', 47.5)
    """
    if mask is None and image.mask is not None:
        mask = image.mask != 0
    values, note = _values(image, mask)
    inside = None if mask is None else int(np.count_nonzero(mask))
    area = None
    if inside is not None and image.spacing is not None:
        area = inside * math.prod(image.spacing)
    return {
        "pixels": math.prod(image.spatial_shape),
        "inside": inside,
        "area": area,
        "unit": image.unit,
        "histogram": _histogram(image, mask),
        "features": [_told(feature, values) for feature in _features(image)],
        "note": note,
    }


def _features(image: Image) -> list[Any]:
    """Those that are shown, in the order of the catalogue."""
    axis = image.channel_axis
    channels = {} if axis is None else {"channels": image.pixels.shape[axis]}
    listed = catalogue(list(FAMILIES), channel_axis=axis, ndim=2, **channels)
    return [feature for feature in listed if feature.base_name in TELLING]


def _values(image: Image, mask: np.ndarray | None) -> tuple[dict[str, float], str | None]:
    """Measure; say why where that cannot be."""
    if mask is not None and not mask.any():
        return {}, tell(say("Nothing is found, so that there is nothing to measure inside it."))
    try:
        found = extract(image, mask, families=list(FAMILIES))
    except InputError as error:
        return {}, str(error)
    return found, None


def _told(feature: Any, values: dict[str, float]) -> dict[str, Any]:
    value = values.get(feature.name, math.nan)
    return {
        "name": feature.name,
        "title": tell(feature_name(feature.name)),
        "family": feature.family,
        "value": value if math.isfinite(value) else None,
        "unit": tell(unit_name(feature.unit)),
        "about": tell(TELLING[feature.base_name]),
    }


def _histogram(image: Image, mask: np.ndarray | None) -> dict[str, Any]:
    """Count gray values in bins of one width between the lowest and the highest finite one."""
    axis = image.channel_axis
    gray = image.pixels if axis is None else luminance(image.pixels, axis)
    finite = np.isfinite(gray)
    whole = gray if finite.all() else gray[finite]
    if not whole.size:
        return {"edges": [], "all": [], "inside": None}
    edges = _edges(whole)
    part = None if mask is None else gray[mask & finite]
    return {
        "edges": edges.tolist(),
        "all": _counts(whole, edges),
        "inside": None if part is None else _counts(part, edges),
    }


def _edges(values: np.ndarray) -> np.ndarray:
    """Bins of whole numbers hold equally many of them."""
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind != "f":
        width = max(1, math.ceil((high - low + 1) / _BINS))
        bins = max(1, math.ceil((high - low + 1) / width))
        return low - 0.5 + width * np.arange(bins + 1)
    wide = (high - low) / _BINS
    edges = low + wide * np.arange(_BINS + 1) if 0 < wide < np.inf else np.array([low])
    if len(edges) < 2 or not (np.diff(edges) > 0).all():
        return np.array([low - 0.5, high + 0.5])  # one value, or such as no bins divide
    edges[-1] = high
    return edges


def _counts(values: np.ndarray, edges: np.ndarray) -> list[int]:
    if len(edges) == 2:
        return [values.size]
    width = float(edges[1] - edges[0])
    places = (values.ravel() / width - edges[0] / width).astype(np.int64)
    counts = np.bincount(places.clip(0, len(edges) - 2), minlength=len(edges) - 1)
    return [int(n) for n in counts]
