"""The settings of an extraction, checked once, and the plan they make for images of one kind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import numpy as np

from imgpipe._common import InputError, did_you_mean
from imgpipe.features.inputs.lengths import check_lengths, number_of
from imgpipe.features.inputs.new_grid import Resampling, resampling_from

# number of axes an image needs -> codes, in the order in which they are listed in results
MATRIX_AGGREGATIONS = {2: ("BTW3", "SUJT"), 3: ("JJUI", "ZW7Z", "ITBB", "IAZD")}
ZONE_AGGREGATIONS = {2: ("8QNN",), 3: ("62GR", "KOBO")}
# where the code asked for belongs to the other kind of matrix, the one of equal dimension is meant
_COUNTERPARTS = {
    "BTW3": "8QNN",
    "SUJT": "8QNN",
    "JJUI": "62GR",
    "ZW7Z": "62GR",
    "ITBB": "KOBO",
    "IAZD": "KOBO",
    "8QNN": "SUJT",
    "62GR": "ZW7Z",
    "KOBO": "IAZD",
}
CODES = tuple(_COUNTERPARTS)
_DEFAULTS = {2: ("SUJT", "8QNN"), 3: ("IAZD", "KOBO")}
DEFAULT_BINS = 32
MAX_LEVELS = 4096  # a matrix of 32-bit counts then takes 64 MiB
MAX_IVH_LEVELS = 2**20  # no matrix has these


class MatrixSettings(TypedDict, total=False):
    """What says which pixels have which gray level, as in `extract`."""

    bins: int | None
    bin_width: float | None
    low: float | None
    range: tuple[float, float] | None
    outliers: float | None
    label: float | None
    channel_axis: int | None


class ExtractionSettings(MatrixSettings, total=False):
    """Everything that `extract` may be told beside image and masks."""

    families: str | Iterable[str]
    aggregation: str | Iterable[str]
    distance: int | Sequence[int]
    spacing: Sequence[float] | None
    resampling: Any
    ivh_bins: int | None
    ivh_bin_width: float | None


@dataclass(frozen=True)
class Settings:
    """The same, checked."""

    families: tuple[str, ...]
    aggregation: tuple[str, ...]
    bins: int | None
    bin_width: float | None
    low: float | None
    range: tuple[float, float] | None
    outliers: float | None
    distances: tuple[int, ...]
    spacing: tuple[float, ...] | None
    label: int | float | None
    channel_axis: int | None
    ivh_bins: int | None
    ivh_bin_width: float | None
    resampling: Resampling | None = None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Bounds of the range, where it has them."""
        low, high = self.range or (-math.inf, math.inf)
        return low if math.isfinite(low) else None, high if math.isfinite(high) else None


@dataclass(frozen=True)
class ExtractionPlan:
    """Settings applied to images of one kind: `ndim` spatial axes, `channels` or None for gray."""

    settings: Settings
    ndim: int
    channels: int | None

    @property
    def spacing(self) -> tuple[float, ...]:
        """Size of a pixel along each spatial axis, mm."""
        return self.settings.spacing or (1.0,) * self.ndim

    def aggregations(self, kind: dict[int, tuple[str, ...]]) -> list[tuple[str, str]]:
        """Pairs (code, suffix of the name) for a family with `kind` of aggregations.

        The suffix is empty for the default aggregation, so that its names are short and equal for
        images and volumes; a code that was asked for is part of the name.
        """
        exist = [c for ndim, codes in kind.items() if ndim <= self.ndim for c in codes]
        asked = self.settings.aggregation
        if asked == ("default",):
            return [(c, "") for c in exist if c in _DEFAULTS[self.ndim]]
        if asked == ("all",):
            return [(c, f"_{c}") for c in exist]
        every = [c for codes in kind.values() for c in codes]
        wanted = [c for c in asked if c in every] or [_COUNTERPARTS[c] for c in asked]
        missing = [c for c in wanted if c not in exist]
        if missing:
            raise InputError(
                f"aggregation {missing[0]!r} needs a volume; for an image use one of "
                f"{', '.join(exist)}, 'default' or 'all'"
            )
        return [(c, f"_{c}") for c in dict.fromkeys(wanted)]


def settings_among(arguments: Mapping[str, Any]) -> Settings:
    """Check the settings among all arguments of a public function."""
    names = ExtractionSettings.__annotations__
    return settings_from(**{name: arguments[name] for name in names})


def settings_from(**given: Unpack[ExtractionSettings]) -> Settings:
    """Check what the caller said; every error names the argument, the value and what would do."""
    width = _optional_positive("bin_width", given.get("bin_width"))
    ivh_width = _optional_positive("ivh_bin_width", given.get("ivh_bin_width"))
    label, axis = given.get("label"), given.get("channel_axis")
    return Settings(
        families=_names("families", given.get("families", "default")),
        aggregation=_aggregation(given.get("aggregation", "default")),
        bins=_bins(given.get("bins", DEFAULT_BINS), width),
        bin_width=width,
        low=_low(given.get("low"), width),
        range=_range(given.get("range")),
        outliers=_optional_positive("outliers", given.get("outliers")),
        distances=_distances(given.get("distance", 1)),
        spacing=_spacing(given.get("spacing")),
        label=None if label is None else number_of("label", label),
        channel_axis=None if axis is None else _integer("channel_axis", axis),
        ivh_bins=_ivh_bins(given.get("ivh_bins"), ivh_width),
        ivh_bin_width=ivh_width,
        resampling=resampling_from(given.get("resampling")),
    )


def check_names(given: Mapping[str, Any], known: type, function: str) -> None:
    """Refuse a setting that `function` does not have, as Python would."""
    unknown = given.keys() - known.__annotations__
    if unknown:
        raise TypeError(f"{function}() got an unexpected keyword argument {min(unknown)!r}")


def _names(argument: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if (
        not isinstance(value, Iterable)
        or not (names := tuple(value))
        or not all(isinstance(name, str) for name in names)
    ):
        raise InputError(f"{argument} must be a name or a list of names, not {value!r}")
    return names


def _aggregation(value: Any) -> tuple[str, ...]:
    names = _names("aggregation", value)
    if names in (("default",), ("all",)):
        return names
    unknown = [name for name in names if name not in CODES]
    if unknown:
        raise InputError(
            f"aggregation {unknown[0]!r} is unknown; use 'default', 'all' or IBSI codes out of "
            f"{', '.join(CODES)}{did_you_mean(unknown[0], ('default', 'all', *CODES))}"
        )
    return names


def _bins(bins: Any, width: float | None) -> int | None:
    number = _number_of_bins("bins", bins, MAX_LEVELS)
    if number not in (None, DEFAULT_BINS):
        _check_one("bins", number, "bin_width", width)
    return number


def _ivh_bins(bins: Any, width: float | None) -> int | None:
    number = _number_of_bins("ivh_bins", bins, MAX_IVH_LEVELS)
    _check_one("ivh_bins", number, "ivh_bin_width", width)
    return number


def _number_of_bins(argument: str, bins: Any, most: int) -> int | None:
    if bins is None:
        return None
    number = _integer(argument, bins)
    if not 2 <= number <= most:
        raise InputError(f"{argument} must lie between 2 and {most}, or be None; got {number}")
    return number


def _check_one(argument: str, bins: int | None, other: str, width: float | None) -> None:
    if bins is not None and width is not None:
        raise InputError(
            f"{argument}={bins} and {other}={width} exclude each other: a fixed number of bins or "
            "a fixed size of bins, not both"
        )


def _low(low: Any, width: float | None) -> float | None:
    if low is None:
        return None
    if width is None:
        raise InputError("low is where bins of a fixed size begin: it needs bin_width")
    return number_of("low", low)


def _range(bounds: Any) -> tuple[float, float] | None:
    if bounds is None:
        return None
    try:
        lower, upper = (float(bound) for bound in bounds)
    except (TypeError, ValueError):
        raise InputError(f"range must be two numbers (low, high), not {bounds!r}") from None
    if not lower <= upper:
        raise InputError(f"range must be (low, high) with low <= high, not ({lower}, {upper})")
    return lower, upper


def _distances(distance: Any) -> tuple[int, ...]:
    one = isinstance(distance, (int, np.integer)) and not isinstance(distance, bool)
    values = (distance,) if one else distance
    if not one and (isinstance(values, str) or not isinstance(values, Iterable)):
        raise InputError(f"distance must be a positive int or a sequence of them, not {distance!r}")
    distances = tuple(_integer("distance", value) for value in values)
    if not distances or min(distances) < 1 or max(distances) > 2**31:
        raise InputError(f"distance must be one or more positive integers, not {distance!r}")
    return tuple(dict.fromkeys(distances))


def _spacing(spacing: Any) -> tuple[float, ...] | None:
    if spacing is None:
        return None
    if isinstance(spacing, str) or not isinstance(spacing, (Sequence, np.ndarray)):
        raise InputError(f"spacing must be one length in mm per axis, not {spacing!r}")
    values = tuple(number_of("spacing", value) for value in spacing)
    if len(values) not in (2, 3):
        raise InputError(f"spacing must be two or three positive lengths in mm, not {spacing!r}")
    check_lengths("spacing", values)
    return values


def _integer(argument: str, value: Any) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise InputError(f"{argument} must be an integer, not {value!r}")
    return int(value)


def _optional_positive(argument: str, value: Any) -> float | None:
    if value is None:
        return None
    number = number_of(argument, value)
    if number <= 0:
        raise InputError(f"{argument} must be positive, not {value!r}")
    return number
