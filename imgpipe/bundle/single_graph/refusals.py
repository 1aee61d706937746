"""What of a bundle no graph can hold, said at once and before any work."""

import math
from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.refusing import Foreign
from imgpipe.bundle.archive.region import from_region
from imgpipe.bundle.archive.steps import Filters, from_settings
from imgpipe.bundle.single_graph.classifiers import CLASSIFIERS
from imgpipe.bundle.single_graph.families import FAMILIES
from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.features.inputs.settings import ExtractionPlan, settings_from
from imgpipe.features.registry import families_of

DTYPES = ("uint8", "uint16", "int16", "float32")
MOST_PIXELS = 2**24
"""Of an image: a graph holds indices of its size."""
_KINDS = (*CLASSIFIERS, "network")


def steps_of(bundled: Bundled) -> tuple[Filters, ExtractionPlan | None]:
    """Give filters and the plan of the extraction, None for a network.

    Raises
    ------
    Foreign
        If images or steps are of a kind that no graph takes; all of them are named.
    """
    told = bundled.manifest
    expected = told.expected
    region = from_region(told.steps, expected)
    lacking = [*_of_images(expected), *_of_kind(str(told.fitted["kind"]))]
    if region is not None:
        lacking.append(f"the region that {region.name} finds")
    filters, extraction = from_settings(told.steps, expected, told.features)
    axes = [settings.get("channel_axis") for _, settings in filters]
    axes.append(None if extraction is None else extraction.get("channel_axis"))
    if any(_other(axis, expected) for axis in axes):
        lacking.append("channels along another axis than that of the images")
    if lacking:
        raise refused([*lacking, *_of_filters(filters)])
    plan = None if extraction is None else _plan(extraction, expected)
    lacking = [*_of_filters(filters), *([] if plan is None else _of_families(plan))]
    if lacking:
        raise refused(lacking)
    return filters, plan


def refused(lacking: list[str]) -> InputError:
    """Make the error that names all that cannot be exported."""
    return Foreign(f"cannot be exported as one graph: {'; '.join(lacking)}")


def _plan(extraction: dict[str, Any], expected: Expected) -> ExtractionPlan:
    own = {name: value for name, value in extraction.items() if name != "channel_axis"}
    channels = None if expected.channel_axis is None else expected.image_shape[-1]
    return ExtractionPlan(settings_from(**own), 2, channels)


def _of_images(expected: Expected) -> list[str]:
    found = []
    if expected.dtype not in DTYPES:
        found.append(f"pixels of {expected.dtype} ({', '.join(DTYPES)} can)")
    if expected.region != "image":
        found.append(f"the region {expected.region} (train with --region image)")
    if expected.any_size:
        found.append("images of several sizes (train with --size)")
    shape, colour = expected.image_shape, expected.channel_axis is not None
    sides = shape[:-1] if colour else shape
    if len(sides) != 2:
        found.append("volumes (images can)")
    elif colour and shape[-1] != 3:
        found.append(f"{shape[-1]} channels (1 or 3 can)")
    elif math.prod(sides) > MOST_PIXELS:
        found.append(f"images of {math.prod(sides):,} pixels ({MOST_PIXELS:,} can)")
    return found


def _of_kind(kind: str) -> list[str]:
    return [] if kind in _KINDS else [f"a fitted part of the kind {kind}"]


def _other(axis: Any, expected: Expected) -> bool:
    """Tell whether a step takes channels for something else than the images have them."""
    if axis is None:
        return False
    n = len(expected.image_shape)
    return expected.channel_axis is None or axis % n != expected.channel_axis % n


def _of_filters(filters: Filters) -> list[str]:
    names = [name for name, _ in filters if name not in FILTERS]
    return _unknown("filters", names, FILTERS)


def _of_families(plan: ExtractionPlan) -> list[str]:
    names = [family.name for family in families_of(plan) if family.name not in FAMILIES]
    return _unknown("features", names, FAMILIES)


def _unknown(what: str, names: list[str], known: Any) -> list[str]:
    if not names:
        return []
    can = ", ".join(sorted(known)) or "none"
    return [f"{what} {', '.join(dict.fromkeys(names))} ({can} can)"]
