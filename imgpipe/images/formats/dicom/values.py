"""What stored values of a DICOM file measure: padding, inversion, modality rescale, dose."""

import math
from decimal import Decimal
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.dicom.elements import element, items, number, numbers, text, whole
from imgpipe.images.formats.dicom.frames import INTERCEPT, SLOPE, per_frame
from imgpipe.images.formats.dicom.pixels import is_lossy, stored
from imgpipe.images.formats.dicom.suv import uptake_of

_NEAR = 0.01  # share of the stored range by which lossy padding may differ from its value
_RINGING = 16  # pixels, a block of subsampled JPEG


def measured(name: str, dataset: Any, *, suv: bool = True) -> tuple[np.ndarray, np.ndarray | None]:
    """Gray values, frames in the order of the file, and where they are padding.

    Those of PET are standardised uptake values where `suv` and the tags allow it.
    """
    values, padding = _in_its_unit(name, dataset)
    uptake = uptake_of(name, dataset) if suv else None
    if uptake is not None and uptake.factor != 1:
        values = values * uptake.factor
    return values, padding


def _in_its_unit(name: str, dataset: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Gray values after the modality's rescale or table, and where they are padding."""
    values = stored(name, dataset)
    limits = _limits(name, dataset, values.dtype)
    padding = _padding(name, dataset, values)
    if text(name, dataset, "PhotometricInterpretation") == "MONOCHROME1":
        low, high = limits
        values = -values if values.dtype.kind == "f" else (low + high - values).astype(values.dtype)
    if tables := items(name, dataset, "ModalityLUTSequence"):
        return _looked_up(name, dataset, tables[0], values), padding
    return _rescaled(name, dataset, values, limits), padding


def filled(values: np.ndarray, padding: np.ndarray | None) -> np.ndarray:
    """Values with the lowest measured one where nothing was measured."""
    if padding is None or padding.all():
        return values
    return np.where(padding, values[~padding].min(), values)


def _padding(name: str, dataset: Any, values: np.ndarray) -> np.ndarray | None:
    """Where the file marks pixels as not measured; None where it marks none."""
    first = _padding_value(name, dataset, "PixelPaddingValue", values.dtype)
    if first is None or values.dtype.kind == "f":
        return None
    last = _padding_value(name, dataset, "PixelPaddingRangeLimit", values.dtype)
    low, high = sorted((first, first if last is None else last))
    padding = (values >= low) & (values <= high)
    if is_lossy(name, dataset):
        padding = _with_ringing(name, dataset, values, low, high)
    return padding if padding.any() else None


def _padding_value(name: str, dataset: Any, keyword: str, dtype: np.dtype) -> int | None:
    """The value with the sign of the pixels, whichever sign it was written with."""
    value = element(name, dataset, keyword)
    if value is None:
        return None
    if isinstance(value, bytes):
        little = dataset.original_encoding[1] is not False
        value = int.from_bytes(value[: max(dtype.itemsize, 2)], "little" if little else "big")
    if not math.isfinite(number(value)):
        raise InputError(f"{name}: its {keyword} is no number")
    if dtype.kind == "f":
        return None
    low, high = _limits(name, dataset, dtype)
    # it is a word of 16 bits even where pixels have 8
    bits = max(16, 8 * dtype.itemsize)
    stored_value = _wrapped(int(number(value)), -(1 << bits - 1) if low < 0 else 0, bits)
    # the sign bit of fewer stored bits stands further right
    if low < 0 and high < stored_value <= high - low:
        return _wrapped(stored_value, low, (high - low).bit_length())
    # what no pixel can hold is left as it is, and pads none
    return stored_value if low <= stored_value <= high else int(number(value))


def _wrapped(value: int, lowest: int, bits: int) -> int:
    """The number that so many bits make of a value, from the lowest that they can hold."""
    return (value - lowest) % (1 << bits) + lowest


def _with_ringing(name: str, dataset: Any, values: np.ndarray, low: int, high: int) -> np.ndarray:
    """Padding of lossy pixels: what is near its value, and what rings about its border.

    Beside padding, a value is padding too if it lies on its side of all that is measured further
    away.
    """
    bottom, top = _limits(name, dataset, values.dtype)
    near = _NEAR * (top - bottom)
    padding = (values >= low - near) & (values <= high + near)
    if not padding.any():
        return padding
    beside = _within_reach(_within_reach(padding, -2), -1)
    away = values[~beside]
    if away.size and high < away.min():
        padding |= beside & (values < away.min())
    elif away.size and low > away.max():
        padding |= beside & (values > away.max())
    return padding


def _within_reach(padding: np.ndarray, axis: int) -> np.ndarray:
    """Tell where padding is at most `_RINGING` pixels away along an axis, by counting it."""
    counts = np.moveaxis(padding, axis, -1).cumsum(axis=-1)
    counts = np.concatenate([np.zeros_like(counts[..., :1]), counts], axis=-1)
    n = padding.shape[axis]
    at = np.arange(n)
    last, first = np.minimum(at + _RINGING + 1, n), np.maximum(at - _RINGING, 0)
    return np.moveaxis(counts[..., last] > counts[..., first], -1, axis)


def _limits(name: str, dataset: Any, dtype: np.dtype) -> tuple[int, int]:
    """Smallest and largest value that the stored bits can hold."""
    bits = whole(name, dataset, "BitsStored", 8 * dtype.itemsize)
    if not 0 < bits <= 64:
        raise InputError(f"{name}: its BitsStored is {bits}")
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if dtype.kind == "i" else (0, (1 << bits) - 1)


def _looked_up(name: str, dataset: Any, table: Any, values: np.ndarray) -> np.ndarray:
    """Values by the modality look-up table, whose first entry has the sign of the pixels."""
    from pydicom.pixels import apply_modality_lut

    descriptor = numbers(name, table, "LUTDescriptor")
    if len(descriptor) != 3 or element(name, table, "LUTData") is None:
        raise InputError(f"{name}: damaged: a ModalityLUTSequence without its table")
    if values.dtype.kind != "f" and math.isfinite(descriptor[1]):
        bits = 8 * values.dtype.itemsize
        first = _wrapped(int(descriptor[1]), np.iinfo(values.dtype).min, bits)
        table.LUTDescriptor = [int(descriptor[0]), first, int(descriptor[2])]
    return np.asarray(apply_modality_lut(values, dataset))


def _rescaled(name: str, dataset: Any, values: np.ndarray, limits: tuple[int, int]) -> np.ndarray:
    """Slope times stored value plus intercept, those of each frame."""
    frames = len(values) if values.ndim == 3 else 1
    dose = numbers(name, dataset, "DoseGridScaling")
    slopes = [dose[0]] * frames if dose else per_frame(name, dataset, SLOPE, frames, 1.0)
    intercepts = per_frame(name, dataset, INTERCEPT, frames, 0.0)
    pairs = list(zip(slopes, intercepts, strict=True))
    for slope, intercept in pairs:
        if slope == 0 or not math.isfinite(slope) or not math.isfinite(intercept):
            what = "DoseGridScaling" if dose else "RescaleSlope"
            raise InputError(
                f"{name}: {what} {slope:g} and RescaleIntercept {intercept:g} do not describe "
                "pixel values"
            )
    if len(set(pairs)) == 1:
        return _linear(values, *pairs[0], limits)
    planes = [_linear(plane, *pair, limits) for plane, pair in zip(values, pairs, strict=True)]
    return np.stack(planes).astype(np.result_type(*planes), copy=False)


def _linear(
    stored: np.ndarray, slope: float, intercept: float, limits: tuple[int, int]
) -> np.ndarray:
    """In integers where slope and intercept are whole."""
    if (slope, intercept) == (1.0, 0.0):
        return stored
    if stored.dtype.kind == "f" or slope != int(slope) or intercept != int(intercept):
        return _fractional(stored, slope, intercept)
    values = stored.astype(np.int64) * int(slope) + int(intercept)
    # by the header where it can be, so that all slices of a series agree; but scanners declare
    # 16 bits for values that never leave int16, and doubling all of those would be a waste
    declared = [int(slope) * end + int(intercept) for end in limits]
    reached = declared if stored.dtype.itemsize != 2 else [int(values.min()), int(values.max())]
    for dtype, ends in ((stored.dtype, declared), (np.int16, reached), (np.int32, declared)):
        if np.iinfo(dtype).min <= min(ends) and max(ends) <= np.iinfo(dtype).max:
            return values.astype(dtype)
    return values


def _fractional(stored: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    """Slope times stored value plus intercept in float64, where it can be the nearest to each.

    Where that takes more digits than floats have, all steps are of one size, which is that of the
    slope to the 11th digit: what lies half way between two values does so in floats, too.
    """
    if stored.dtype.kind == "f":
        return stored.astype(np.float64) * slope + intercept
    low, high = int(stored.min()), int(stored.max())
    terms = [Decimal(repr(term)) for term in (slope, intercept)]
    places = max(0, *(-int(term.as_tuple().exponent) for term in terms))
    step, start = (int(term.scaleb(places)) for term in terms)
    # decimals as whole numbers: 3 * 0.1 would be more than what 0.3 is read as
    if places <= 22 and _longest(low, high, step, start) < 2**53:
        return (stored.astype(np.int64) * step + start) / 10.0**places
    longest = _longest(low, high, slope, intercept)
    if max(-low, high) >= 2**17 or math.isinf(longest):
        return stored * slope + intercept
    places = 51 - math.frexp(longest)[1]
    # a step up, so that no value falls below an edge that the slope itself makes
    step, start = (math.ceil(math.ldexp(term, places)) for term in (slope, intercept))
    return np.ldexp((stored.astype(np.int64) * step + start).astype(np.float64), -places)


def _longest(low: int, high: int, step: float, start: float) -> float:
    """Largest number on the way from stored values to what they measure."""
    ends = (low * step, high * step, low * step + start, high * step + start)
    return max(abs(number) for number in (step, start, *ends))
