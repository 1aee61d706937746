"""Scribbles: a few labelled pixels of an image."""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.segment.pixels.filters import measured
from imgpipe.segment.pixels.images import Pixels, block_sides, blocks, taken, with_halo
from imgpipe.segment.pixels.settings import Settings

_MOST_CLASS = 2**31 - 1
_NUMBERS = "scribbles are whole numbers: 0 where nothing is known, 1, 2, ... for the classes"


class Samples(NamedTuple):
    """Labelled pixels: features, float32 (n, f), and labels, int64 (n,)."""

    features: np.ndarray
    labels: np.ndarray


def checked(scribbles: Any, pixels: Pixels, name: str) -> np.ndarray:
    """Take scribbles for one image; refuse those that do not fit it."""
    given = np.asarray(scribbles)
    if given.dtype.kind not in "iub":
        raise InputError(f"{name} are of dtype {given.dtype}; {_NUMBERS}")
    if given.shape != pixels.shape:
        raise InputError(f"{name} have shape {given.shape}, but the image has {pixels.shape}")
    if given.size and (given.min() < 0 or given.max() > _MOST_CLASS):
        worst = given.min() if given.min() < 0 else given.max()
        raise InputError(f"{name} hold {worst}; {_NUMBERS}")
    if pixels.mask is not None:
        lost = np.count_nonzero(given[~pixels.mask])
        if lost:
            raise InputError(f"{name}: {lost:,} labelled pixels lie outside the image's mask")
    return given


def samples_of(scribbles: np.ndarray, pixels: Pixels, settings: Settings) -> Samples:
    """Measure the labelled pixels, in the order in which they lie in the image."""
    axes = len(pixels.shape)
    halo = settings.halo(axes, pixels.spacing)
    features, labels, places = [], [], []
    order = np.arange(scribbles.size).reshape(scribbles.shape)
    for block in blocks(pixels.shape, block_sides(None, axes)):
        own = scribbles[block] != 0
        if not own.any():
            continue
        wide, inner = with_halo(block, pixels.shape, halo)
        values = measured(pixels.read(wide), settings, pixels.spacing, inner)
        features.append(values[:, own.ravel()].T)
        labels.append(scribbles[block][own])
        places.append(order[block][own])
    if not labels:
        width = len(settings.names(axes, pixels.channels))
        return Samples(np.empty((0, width), np.float32), np.empty(0, np.int64))
    rank = np.argsort(np.concatenate(places))
    found = np.concatenate(features)[rank], np.concatenate(labels)[rank].astype(np.int64)
    return Samples(*found)


def gathered(
    images: list[Any], scribbles: list[Any], settings: Settings, channel_axis: Any, spacing: Any
) -> tuple[Samples, int, int]:
    """Measure the labelled pixels of images of one kind; give with them axes and channels."""
    if not images or len(images) != len(scribbles):
        raise InputError(f"{len(images)} images but {len(scribbles)} scribbles; give one for each")
    kinds: set[tuple[int, int]] = set()
    parts = []
    for i, (image, own) in enumerate(zip(images, scribbles, strict=True)):
        pixels = taken(image, channel_axis, spacing)
        kinds.add((len(pixels.shape), pixels.channels))
        if len(kinds) > 1:
            raise InputError(
                f"images have {' and '.join(f'{a} axes and {c} channels' for a, c in kinds)}; "
                "all must be of one kind"
            )
        name = "scribbles" if len(images) == 1 else f"scribbles[{i}]"
        parts.append(samples_of(checked(own, pixels, name), pixels, settings))
    samples = Samples(*(np.concatenate(each) for each in zip(*parts, strict=True)))
    found = np.unique(samples.labels)
    if len(found) < 2:
        told = "no pixel" if not len(found) else f"pixels of class {found[0]} alone"
        raise InputError(f"scribbles label {told}; at least two classes are needed")
    return samples, *kinds.pop()
