"""Slices of a volume as images of two axes."""

import re
from dataclasses import replace

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image
from imgpipe.images.place import Place

RULES = ("all", "middle", "largest", "mask", "every=K")
"""Which slices are taken: `every=3` is each third, from the first."""


def check_slices(rule: str) -> str:
    """Refuse what is no rule.

    Examples
    --------
    >>> from imgpipe.images.slices import check_slices
    >>> check_slices("every=3")
    'every=3'
    """
    if rule not in RULES[:-1] and not re.fullmatch(r"every=[1-9]\d{0,8}", str(rule)):
        raise InputError(f"slices={rule!r}; choose from {', '.join(RULES)} (such as every=3)")
    return rule


def is_volume(image: Image) -> bool:
    """Tell a volume from an image of two axes."""
    return len(image.spatial_shape) > 2


def chosen_slices(image: Image, rule: str) -> list[int]:
    """Find the slices of a volume, along its first axis, that a rule takes.

    Parameters
    ----------
    image : Image
        A volume.
    rule : str
        ``"all"``; ``"middle"``; ``"largest"``, which has most pixels in the mask; ``"mask"``, all
        that the mask touches; ``"every=3"``, each third from the first.

    Returns
    -------
    list of int

    Raises
    ------
    InputError
        If the rule goes by the mask, and there is none or an empty one.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image
    >>> from imgpipe.images.slices import chosen_slices
    >>> chosen_slices(Image(np.zeros((7, 4, 4))), "every=3")
    [0, 3, 6]
    """
    n = len(image.pixels)
    if rule == "all":
        return list(range(n))
    if rule == "middle":
        return [n // 2]
    if rule.startswith("every="):
        return list(range(0, n, int(rule[6:])))
    if image.mask is None:
        raise InputError(
            f"slices={rule!r} goes by the mask, and there is none; take middle or all, or leave it "
            "out",
            code="NO-MASK",
        )
    counts = np.count_nonzero(image.mask.reshape(n, -1), axis=1)
    if not counts.any():
        raise InputError(
            f"slices={rule!r} goes by the mask, which is empty; take middle or all, or leave it "
            "out",
            code="EMPTY-MASK",
        )
    return [int(counts.argmax())] if rule == "largest" else np.flatnonzero(counts).tolist()


def slice_of(image: Image, index: int) -> Image:
    """Take one slice of a volume, with its mask, spacing and place; the volume may go.

    Raises
    ------
    InputError
        If there is no such slice.
    """
    if not is_volume(image) or not 0 <= index < len(image.pixels):
        raise InputError(f"has no slice {index}; it is {_dimensions(image)} pixels")
    place = image.place
    if place is not None and image.spacing is not None:
        origin = place.at(np.array([index, 0, 0]), image.spacing)
        place = Place(origin, place.directions[1:], place.frame)
    return replace(
        image,
        pixels=image.pixels[index].copy(),
        channel_axis=None if image.channel_axis is None else -1,
        mask=None if image.mask is None else image.mask[index].copy(),
        spacing=None if image.spacing is None else image.spacing[1:],
        place=place,
    )


def _dimensions(image: Image) -> str:
    return " x ".join(map(str, image.spatial_shape))
