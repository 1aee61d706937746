"""The step that finds the region, as JSON: a registered recipe or segmenter, and its settings.

As of filters, what stands in a file is a stranger's: the name must be registered, the settings
those that it takes, and a window no larger than the images of the model.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from imgpipe._common import InputError
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.refusing import Foreign, excerpt
from imgpipe.bundle.archive.values import from_plain, to_plain

KEY = "segment"
_EXTENTS = frozenset(
    {"block", "opening", "closing", "radius", "size", "sigma", "smoothing", "iterations"}
)
_MOST = 1000  # where images are small


class Region(NamedTuple):
    """How a model finds the region: the name, the settings, and what becomes of nothing."""

    name: str
    settings: Mapping[str, Any]
    empty_mask: str


def to_region(region: Region) -> dict[str, Any]:
    """Write the step."""
    settings = {k: to_plain(v, f"{region.name}: {k}") for k, v in region.settings.items()}
    return {"name": region.name, "settings": settings, "empty_mask": region.empty_mask}


def from_region(steps: Mapping[str, Any], expected: Expected) -> Region | None:
    """Read what `to_region` wrote; None where a model finds no region.

    Raises
    ------
    InputError
        For a name that is not registered here, and a setting that would not do.
    """
    if KEY not in steps:
        return None
    from imgpipe.segment.choosing import NOTHING_FOUND, check_settings
    from imgpipe.segment.registry import RECIPES, SEGMENTERS

    told = steps[KEY]
    if not isinstance(told, dict) or set(told) != {"name", "settings", "empty_mask"}:
        raise InputError("a step that finds the region must have a name, settings and empty_mask")
    name = told["name"]
    if not isinstance(name, str) or not (name in RECIPES or name in SEGMENTERS):
        raise Foreign(
            f"finds its region by {excerpt(name)}, a recipe that neither imgpipe nor a package "
            "installed here offers; install the package that does"
        )
    if told["empty_mask"] not in NOTHING_FOUND:
        raise InputError(f"empty_mask is none of {', '.join(NOTHING_FOUND)}")
    if not isinstance(told["settings"], dict):
        raise InputError(f"{name} has settings that are no object")
    settings = {key: from_plain(v, f"{name}: {key}") for key, v in told["settings"].items()}
    check_settings(name, settings)
    most = max(_MOST, *expected.image_shape)
    for key, value in settings.items():
        sizes = value if isinstance(value, tuple) else (value,)
        if key in _EXTENTS and any(isinstance(n, int | float) and not n <= most for n in sizes):
            raise InputError(f"{name}: {key} is too large for images of this model")
    return Region(name, settings, told["empty_mask"])
