"""The steps before the classifier as JSON: registered filters, and settings of the extraction.

What stands in a file is a stranger's: a name must be registered, a setting one that the kernel
takes, a value one that it can use on the images of the model, and a window no larger than they are.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.refusing import Foreign, excerpt
from imgpipe.bundle.archive.region import KEY, Region, to_region
from imgpipe.bundle.archive.values import from_plain, to_plain

MOST_FILTERS = 32
"""Of a model, each of which takes a pass over every image."""
_ROOM, _FREE = 4, 2**22
"""An image that a filter makes larger, and one with the border that a window needs, may have four
times its pixels, or four millions: a longer window repeats the image in its border, and would only
fill memory."""
_NOT_OF_A_MODEL = {"label", "morphological_mask", "ndim", "channels"}
_DISTANCES = 16  # each gives features of its own, and takes a matrix of neighbours

Filters = list[tuple[str, dict[str, Any]]]


def to_settings(
    filters: Sequence[tuple[str, Mapping[str, Any]]],
    extraction: Mapping[str, Any] | None,
    region: Region | None = None,
) -> dict[str, Any]:
    """Write filters, by name and settings, the extraction (None for a network), and the region."""
    # earlier versions refuse a key that they do not know, as they must what finds a region
    found = {} if region is None else {KEY: to_region(region)}
    written = [
        {"name": name, "settings": {k: to_plain(v, f"{name}: {k}") for k, v in settings.items()}}
        for name, settings in filters
    ]
    if extraction is None:
        return {"filters": written, "extraction": None, **found}
    told = {key: _plain(key, value) for key, value in extraction.items()}
    if told.get("resampling", "") is None:
        del told["resampling"]  # earlier versions, which read all else, do not know it
    return {"filters": written, "extraction": told, **found}


def from_settings(
    steps: Mapping[str, Any], expected: Expected, names: Sequence[str]
) -> tuple[Filters, dict[str, Any] | None]:
    """Read what `to_settings` wrote, for images as expected and features of these names.

    Raises
    ------
    InputError
        For a name that is not registered here, a setting that is not known or would not do, and
        for settings that give other features, or these in another order.
    """
    if steps.keys() - {KEY} != {"filters", "extraction"} or not isinstance(steps["filters"], list):
        raise InputError("steps must be a list of filters and an extraction")
    if len(steps["filters"]) > MOST_FILTERS:
        raise InputError(f"steps has more than {MOST_FILTERS} filters")
    filters, shape = [], tuple(_sides(None, expected, "steps"))
    for each in steps["filters"]:
        name, settings, shape = _filter(each, expected, shape)
        filters.append((name, settings))
    if steps["extraction"] is None:
        return filters, None
    with _refused("features"):
        return filters, _extraction(steps["extraction"], expected, names)


def _filter(
    told: Any, expected: Expected, shape: tuple[int, ...]
) -> tuple[str, dict[str, Any], tuple[int, ...]]:
    """Read a filter for images of a shape (without channels); give the shape behind it, too."""
    from imgpipe.enhance.choosing import check_settings, is_step, require_settings

    if not isinstance(told, dict) or set(told) != {"name", "settings"}:
        raise InputError("a filter must have a name and settings")
    name = told["name"]
    if not is_step(name):
        raise _missing("filter", "kernel", name)
    settings = _values(told["settings"], name)
    own = {key: value for key, value in settings.items() if key != "channel_axis"}
    sides = len(_sides(settings.get("channel_axis"), expected, name))
    if sides != len(shape):
        shape = tuple(_sides(settings.get("channel_axis"), expected, name))
    with _refused(name):
        check_settings(name, own)
        require_settings(name, own)
        return name, settings, _shape_behind(name, own, shape)


def _shape_behind(name: str, own: dict[str, Any], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Shape that a filter gives; refuse one that would fill memory."""
    from imgpipe.enhance.choosing import enhancement_named
    from imgpipe.kernels.choosing import extent_of

    enhancement = enhancement_named(name)
    if enhancement is not None:
        if enhancement.learn is not None and not enhancement.learnt(own):
            raise InputError(f"{name} has not learnt what it needs")
        if enhancement.shape_after is None or enhancement.needs_spacing:
            return shape
        after = enhancement.shape_after(shape, None, **own)
        check_growth(name, shape, after)
        return after
    extent = extent_of(name, own, len(shape))
    if extent is not None:
        bordered = [n + k - 1 for n, k in zip(shape, extent, strict=True)]
        if not _has_room(shape, bordered):
            raise InputError(
                f"{name} has a window of {_by(extent)}, which is too large for images of "
                f"{_by(shape)} pixels"
            )
    return shape


def check_growth(name: str, shape: Sequence[int], after: Sequence[int]) -> None:
    """Refuse a filter that makes an image much larger."""
    if not _has_room(shape, after):
        raise InputError(f"{name} would make {_by(after)} pixels of {_by(shape)}, too many")


def _has_room(shape: Sequence[int], after: Sequence[int]) -> bool:
    return math.prod(after) <= max(_ROOM * math.prod(shape), _FREE)


def _values(told: Any, where: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise InputError(f"{where} has settings that are no object")
    return {key: from_plain(value, f"{where}: {key}") for key, value in told.items()}


def _plain(key: str, value: Any) -> Any:
    """Write a setting of the extraction; one has parts."""
    if key != "resampling" or not isinstance(value, Mapping):
        return to_plain(value, f"features: {key}")
    return {part: to_plain(each, f"features: {key}: {part}") for part, each in value.items()}


def _sides(channel_axis: Any, expected: Expected, where: str) -> list[int]:
    """Lengths of the axes of an image but that of its channels."""
    axis = expected.channel_axis if channel_axis is None else channel_axis
    sides = list(expected.image_shape)
    if axis is None:
        return sides
    if type(axis) is not int or not -len(sides) <= axis < len(sides):
        raise InputError(f"{where}: channel_axis is no axis of an image of {_by(sides)}")
    del sides[axis]
    return sides


def _extraction(told: Any, expected: Expected, names: Sequence[str]) -> dict[str, Any]:
    from imgpipe.features import FAMILIES, catalogue

    parts = told.get("resampling") if isinstance(told, dict) else None
    if isinstance(parts, dict):
        told = {key: value for key, value in told.items() if key != "resampling"}
    settings = _values(told, "features")
    if isinstance(parts, dict):
        settings["resampling"] = _values(parts, "features: resampling")
    for key in settings.keys() - (signature(catalogue).parameters.keys() - _NOT_OF_A_MODEL):
        raise InputError(f"features takes no setting {excerpt(key)}")
    for name in _as_tuple(settings.get("families", "default")):
        known = isinstance(name, str) and (name in ("default", "ibsi") or name in FAMILIES)
        if not known:
            raise _missing("feature", "family", name)
    if len(_as_tuple(settings.get("distance", 1))) > _DISTANCES:
        raise InputError(f"features has more than {_DISTANCES} distances")
    axis = settings.get("channel_axis")
    sides = _sides(axis, expected, "features")
    axis = expected.channel_axis if axis is None else axis
    given = {**settings, "channel_axis": axis}
    channels = 3 if axis is None else expected.image_shape[axis]
    found = [each.name for each in catalogue(**given, ndim=len(sides), channels=channels)]
    if found != list(names):
        raise InputError(_other_features(found, names))
    return settings


def _other_features(found: Sequence[str], names: Sequence[str]) -> str:
    """Say where the names in a file part from those that its settings give."""
    if sorted(found) == sorted(names):
        place = next(i for i, pair in enumerate(zip(found, names, strict=True)) if len({*pair}) > 1)
        return (
            f"wrong feature order: feature {place} is {excerpt(names[place])}, and the settings "
            f"give {excerpt(found[place])} there"
        )
    other = [name for name in names if name not in set(found)] or list(names)
    return (
        f"wrong features: the settings give {len(found)}, the file names {len(names)}, "
        f"{excerpt(other[0])} among them"
    )


def _missing(step: str, kind: str, name: Any) -> Foreign:
    return Foreign(
        f"has the {step} {excerpt(name)}, a {kind} that neither imgpipe nor a package installed "
        "here offers; install the package that does"
    )


@contextmanager
def _refused(where: str) -> Iterator[None]:
    """Say of a value of a type that nobody thought of that it cannot be used."""
    try:
        yield
    except InputError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise InputError(f"{where} has a setting that cannot be used ({error})") from None


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _by(sides: Sequence[int]) -> str:
    return " x ".join(map(str, sides))
