"""Masks of an image from files, brought onto the image where they have another grid."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import say
from imgpipe.images.image import Image
from imgpipe.images.masks import LabelImage, read_mask
from imgpipe.images.resampling.nearest import grid_of, onto


def masked(image: Image, name: str, paths: Sequence[str]) -> Image:
    """Give an image the labels of a file, or where any of several is nonzero.

    Parameters
    ----------
    image : Image
        What the masks belong to.
    name : str
        What errors call it.
    paths : sequence of str
        One or more files of masks. Where image and mask both say where they lie in the patient, a
        mask on another grid is brought onto that of the image, each pixel with the label of the
        nearest one.

    Returns
    -------
    Image
        With the mask, and with what there is to know of it in the warnings.

    Raises
    ------
    InputError
        If a file cannot be read, shapes differ and one of the two has no place, or a mask lies
        wholly beyond the image.
    """
    notes: list[str] = []
    parts = []
    for path in paths:
        mask = read_mask(path)
        told: list[str] = [*mask.warnings]
        parts.append(_on_grid(mask, shown(path), image, shown(name), told))
        notes += [say("{path}: {note}", path=shown(path), note=note) for note in told]
    whole = parts[0]
    if len(parts) > 1:
        whole = np.any([part != 0 for part in parts], axis=0)
    return replace(image, mask=whole, warnings=(*image.warnings, *notes))


def _on_grid(mask: LabelImage, path: str, image: Image, name: str, notes: list[str]) -> np.ndarray:
    """Labels of the pixels of an image."""
    shape = image.spatial_shape
    own = grid_of(mask.labels.shape, mask.spacing, mask.place)
    other = grid_of(shape, image.spacing, image.place)
    if own is None or other is None:
        if mask.labels.shape != shape:
            raise InputError(
                f"{path}: a mask of shape {mask.labels.shape}, but its image {name} has {shape}"
                f"{_without_place(mask, image)}"
            )
        return mask.labels
    frames = own.place.frame, other.place.frame
    if all(frames) and frames[0] != frames[1]:
        raise InputError(f"{path}: lies in another frame of reference than its image {name}")
    moved = onto(mask.labels, own, other)
    if moved is None:
        raise InputError(f"{path}: a plane beside its image {name}")
    if moved.of and not moved.labels.any():
        if moved.beyond < moved.of:
            raise InputError(f"{path}: between the pixels of its image {name}, smaller than one")
        raise InputError(
            f"{path}: lies wholly beyond its image {name}: they do not belong together"
        )
    if not moved.exact:
        notes.append(
            say("on another grid than its image: brought onto that by the nearest neighbour")
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


def _without_place(mask: LabelImage, image: Image) -> str:
    """Say why shapes must be the same, where one of the two could be moved."""
    if mask.place is None and image.place is None:
        return ""
    which = "the mask" if mask.place is None else "the image"
    return f", and {which} does not say where it lies in the patient"
