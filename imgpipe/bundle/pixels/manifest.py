"""What the file of a pixel classifier says of itself."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.archive.card_check import check_card
from imgpipe.bundle.archive.kinds import PIXELS_FORMAT
from imgpipe.bundle.archive.manifest import MOST_CLASSES, Member, check_member
from imgpipe.bundle.archive.refusing import Foreign, excerpt
from imgpipe.bundle.archive.strict_json import as_hinted, parsed
from imgpipe.segment.pixels.settings import Settings, settings_of

FORMAT_VERSION = 1
MOST_CHANNELS = 1024
_LARGEST = 2**31 - 1
_FOREST: Mapping[str, tuple[type, ...]] = {
    "n_estimators": (int,),
    "max_depth": (int, type(None)),
    "min_samples_leaf": (int, float),
    "class_weight": (str, list, type(None)),
    "random_state": (int, type(None)),
}


@dataclass(frozen=True)
class PixelManifest:
    """All that the file says in words and numbers.

    `classes` are the numbers of the labels; `axes` and `channels` those of the images. `forest`
    tells how the trees were grown; class weights that were given are pairs of class and weight.
    """

    classes: tuple[int, ...]
    axes: int
    channels: int
    filters: tuple[str, ...]
    scales: tuple[float, ...]
    unit: str
    spacing: tuple[float, ...] | None
    channel_axis: int | None
    forest: Mapping[str, Any]
    written_by: Mapping[str, str]
    card: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """What the features are made of."""
        return settings_of(self.filters, self.scales, self.unit)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features of a pixel."""
        return self.settings.names(self.axes, self.channels)


def to_json(manifest: PixelManifest) -> bytes:
    """Write a manifest."""
    content = {"format": PIXELS_FORMAT, "format_version": FORMAT_VERSION, **asdict(manifest)}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False).encode()


def from_json(text: bytes) -> PixelManifest:
    """Read a manifest; an `InputError` for anything that `to_json` does not write."""
    content = parsed(text)
    if not isinstance(content, dict) or content.pop("format", None) != PIXELS_FORMAT:
        raise InputError(f'does not begin with "format": "{PIXELS_FORMAT}"')
    version = content.pop("format_version", None)
    if type(version) is int and version > FORMAT_VERSION:
        raise Foreign(
            f"is written in format {version} of pixel classifiers; this imgpipe reads "
            f"{FORMAT_VERSION}: update imgpipe"
        )
    if type(version) is not int or version != FORMAT_VERSION:
        raise InputError(f"format_version is {excerpt(version)}; it must be {FORMAT_VERSION}")
    manifest: PixelManifest = as_hinted(PixelManifest, content, "manifest")
    _check_images(manifest)
    _check_forest(manifest.forest)
    check_card(manifest.card, tuple(map(str, manifest.classes)))
    for name, member in manifest.members.items():
        if not name.endswith(".array"):
            raise InputError(f"members has {excerpt(name)}, which no pixel classifier has")
        check_member(name, member)
    return manifest


def _check_images(told: PixelManifest) -> None:
    classes = told.classes
    if not 2 <= len(classes) <= MOST_CLASSES or list(classes) != sorted(set(classes)):
        raise InputError(f"classes must be 2 to {MOST_CLASSES:,} numbers that rise")
    if not 1 <= classes[0] <= classes[-1] <= _LARGEST:
        raise InputError(f"classes must lie between 1 and {_LARGEST}")
    if told.axes not in (2, 3):
        raise InputError(f"axes is {told.axes}; it must be 2 or 3")
    if not 1 <= told.channels <= MOST_CHANNELS:
        raise InputError(f"channels is {told.channels}; 1 to {MOST_CHANNELS:,} will do")
    axis = told.channel_axis
    if axis is not None and not -told.axes - 1 <= axis <= told.axes:
        raise InputError(f"channel_axis is {axis}, of images of {told.axes} axes with channels")
    sides = told.spacing
    if sides is not None and (told.unit != "mm" or len(sides) != told.axes):
        raise InputError("spacing has not one length for each axis, or its unit is not mm")
    if sides is not None and not all(0 < side < math.inf for side in sides):
        raise InputError("spacing must be positive")
    if told.settings.filters != told.filters or told.settings.scales != told.scales:
        raise InputError("filters and scales do not stand in their order")


def _check_forest(forest: Mapping[str, Any]) -> None:
    if set(forest) != set(_FOREST):
        raise InputError(f"forest must tell of {', '.join(_FOREST)} and nothing else")
    for name, kinds in _FOREST.items():
        if type(forest[name]) not in kinds:
            wanted = " or ".join("null" if k is type(None) else k.__name__ for k in kinds)
            raise InputError(f"forest.{name} is {excerpt(forest[name])}; it must be {wanted}")
    weights = forest["class_weight"]
    if isinstance(weights, list):
        as_hinted(tuple[tuple[int, float], ...], weights, "forest.class_weight")
