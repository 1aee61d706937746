"""Labels brought onto the grid of an image, and what is said of it."""

from dataclasses import replace
from itertools import product

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.images.image import Image
from imgpipe.images.place import Place
from imgpipe.images.resampling.nearest import Grid, grid_of, onto

Located = tuple[np.ndarray, tuple[float, ...] | None, Place | None]


def moved_onto(
    image: Image,
    name: str,
    mask: Located,
    path: str,
    notes: list[str],
    *,
    partial: bool = False,
) -> np.ndarray:
    """Labels of the pixels of an image, from those of a grid of their own.

    Parameters
    ----------
    image : Image
    name : str
        What errors call it.
    mask : tuple
        Labels, their spacing and their place.
    path : str
        What errors call the mask.
    notes : list of str
        Gets what a reader should know.
    partial : bool
        Whether such a file usually holds a part of the image only.
    """
    labels, spacing, place = mask
    shape = image.spatial_shape
    own = grid_of(labels.shape, spacing, place)
    other = grid_of(shape, image.spacing, image.place)
    if own is None or other is None:
        if labels.shape != shape:
            raise InputError(
                f"{path}: a mask of shape {labels.shape}, but its image {name} has {shape}"
                f"{_without_place(own is None, other is None)}",
                code="MASK-SHAPE",
            )
        return labels
    frames = own.place.frame, other.place.frame
    if all(frames) and frames[0] != frames[1]:
        raise InputError(f"{path}: lies in another frame of reference than its image {name}")
    if len(own.shape) == 2 and len(other.shape) == 3:
        labels, own = labels[None], _as_slice(own, other)
    moved = onto(labels, own, other)
    if moved is None:
        raise InputError(f"{path}: lies in another plane than its image {name}")
    aside = _crosses(own, other) or (partial and len(other.shape) < len(own.shape))
    if moved.of and not moved.labels.any() and not aside:
        if moved.beyond < moved.of and len(other.shape) == len(own.shape):
            raise InputError(f"{path}: between the pixels of its image {name}, smaller than one")
        raise InputError(
            f"{path}: lies wholly beyond its image {name}: they do not belong together"
        )
    if not moved.exact:
        notes.append(
            say("on another grid than its image: brought onto that by the nearest neighbour")
        )
    elif not moved.covers and not partial:
        notes.append(
            say(
                "{own} pixels at another place than the {other} of its image: put where it says",
                own=" x ".join(map(str, labels.shape)),
                other=" x ".join(map(str, shape)),
            )
        )
    if moved.beyond:
        notes.append(
            say(
                "{n} of {of} pixels inside lie beyond the image: left out",
                n=moved.beyond,
                of=moved.of,
            )
        )
    return moved.labels


def _crosses(own: Grid, other: Grid) -> bool:
    """Whether a slice lies among those of a mask, which may be empty there."""
    if len(other.shape) == len(own.shape):
        return False
    inverse = own.place.directions.T / own.spacing
    ends = np.array(list(product(*((0, n - 1) for n in other.shape))))
    at = (other.place.at(ends, other.spacing) - own.place.origin) @ inverse
    low, high = at.min(axis=0), at.max(axis=0)
    return bool((high > -0.5).all() and (low < np.array(own.shape) - 0.5).all())


def _as_slice(own: Grid, other: Grid) -> Grid:
    """Give one slice the thickness of those of a volume."""
    y, x = own.place.directions
    normal = np.cross(x, y)
    axis = int(np.abs(other.place.directions @ normal).argmax())
    place = replace(own.place, directions=np.stack([normal, y, x]))
    return Grid((1, *own.shape), (other.spacing[axis], *own.spacing), place)


def _without_place(mask: bool, image: bool) -> str:
    """Say why shapes must be the same, where one of the two could be moved."""
    if mask and image:
        return ""
    return f", and {'the mask' if mask else 'the image'} does not say where it lies in the patient"
