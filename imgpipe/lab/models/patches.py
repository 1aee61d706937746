"""The part of an image that a model takes: cut round a point, never squashed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imgpipe._common.texts import Text, say
from imgpipe.images import Image

if TYPE_CHECKING:
    from imgpipe.bundle import Predictor

_ALIKE = 1.1
"""Pixel distances are taken for the same up to this ratio."""


class Patch(NamedTuple):
    """What a model is asked about.

    Parameters
    ----------
    image : Image
    box : tuple of int
        Row, column, height and width of it in the image that it comes from.
    note : Text or None
        How it was cut; None where it is the whole image as it is.
    """

    image: Image
    box: tuple[int, int, int, int]
    note: Text | None


def patch_of(predictor: "Predictor", image: Image, where: Sequence[float] | None = None) -> Patch:
    """Cut the part of an image that a model takes.

    Parameters
    ----------
    predictor : Predictor
    image : Image
        In two axes.
    where : (row, column), optional
        In the middle of the part, as far as the border lets it; the middle of the image by
        default.

    Returns
    -------
    Patch
        The whole image for a model of any size, for one that resizes what it is given, and where
        the image is smaller than what the model takes, which then says so.
    """
    model = predictor.model
    if model.region == "image":
        image = replace(image, mask=None)
    given = image.spatial_shape
    height, width = given[-2:]
    whole = (0, 0, height, width)
    if model.size is not None:
        return Patch(image, whole, _resized(predictor, given))
    axes = len(model.image_shape) - (model.channel_axis is not None)
    wanted = model.image_shape[:2]
    if model.any_size or axes != 2 or len(given) != 2 or given == wanted:
        return Patch(image, whole, None)
    if any(have < need for have, need in zip(given, wanted, strict=True)):
        return Patch(image, whole, None)
    middle = [n / 2 for n in given] if where is None else [float(each) for each in where]
    ideal = [round(at - need / 2) for at, need in zip(middle, wanted, strict=True)]
    corner = [
        min(max(at, 0), have - need) for at, have, need in zip(ideal, given, wanted, strict=True)
    ]
    box = (corner[0], corner[1], wanted[0], wanted[1])
    return Patch(_cut(image, box), box, _cut_note(wanted, where is not None, corner == ideal))


def other_scale(predictor: "Predictor", image: Image) -> Text | None:
    """Warn of pixels that are larger or smaller than those of the training.

    Parameters
    ----------
    predictor : Predictor
    image : Image

    Returns
    -------
    Text or None
    """
    known = predictor.card.get("spacing")
    if known is None or predictor.model.size is not None:
        return None
    if image.spacing is None:
        return say(
            "the model was trained on pixels of {mm:g} mm; those of this image are unknown",
            mm=known[-1],
        )
    if len(known) != len(image.spacing):
        return None
    ratios = np.divide(image.spacing, known)
    if ratios.max() <= _ALIKE and ratios.min() >= 1 / _ALIKE:
        return None
    return say(
        "the model was trained on pixels of {mm:g} mm; those of this image have {own:g} mm",
        mm=known[-1],
        own=round(image.spacing[-1], 3),
    )


def other_unit(predictor: "Predictor", image: Image) -> Text | None:
    """Warn of values in another unit than those of the training.

    Parameters
    ----------
    predictor : Predictor
    image : Image

    Returns
    -------
    Text or None
    """
    unit = predictor.model.unit
    if unit is None or image.unit == unit:
        return None
    return say(
        "the model was trained on values in {unit}; this image is in {other}",
        unit=unit,
        other=image.unit or say("an unknown unit"),
    )


def _cut(image: Image, box: tuple[int, ...]) -> Image:
    row, column, height, width = box
    part = np.s_[row : row + height, column : column + width]
    pixels = image.pixels
    if image.channel_axis is not None:
        pixels = np.moveaxis(pixels, image.channel_axis, -1)
    mask = None if image.mask is None else image.mask[part]
    axis = None if image.channel_axis is None else -1
    return replace(
        image, pixels=np.ascontiguousarray(pixels[part]), mask=mask, channel_axis=axis, place=None
    )


def _cut_note(wanted: tuple[int, ...], pointed: bool, centred: bool) -> Text:
    height, width = wanted
    if not pointed:
        return say(
            "The model is asked about the {h} x {w} pixels in the middle; choose a point to ask "
            "about another place.",
            h=height,
            w=width,
        )
    if centred:
        return say("The model is asked about {h} x {w} pixels round the point.", h=height, w=width)
    return say(
        "The model is asked about {h} x {w} pixels by the point, which is too near the border to "
        "be in their middle.",
        h=height,
        w=width,
    )


def _resized(predictor: "Predictor", given: tuple[int, ...]) -> Text | None:
    wanted = predictor.model.image_shape[:2]
    if given == wanted:
        return None
    return say(
        "The model is asked about the whole image, resized to {h} x {w} pixels as in its training.",
        h=wanted[0],
        w=wanted[1],
    )
