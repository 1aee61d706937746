"""What takes long is seen first as its slow steps come out on larger pixels."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image
from imgpipe.lab.app.outlines import Outline, outline_of
from imgpipe.lab.chain import Chain, Made, Memo, Step
from imgpipe.lab.knobs import scaled

FACTORS = (2, 4)
"""Sides of the squares of pixels that are averaged; the first that is quick enough is taken."""
_SLOW = 0.06  # seconds that all steps take, for which a preview is made; numbers come on top
_QUICK = 0.08  # seconds that those of a preview may take
_SLOW_STEP = 0.02  # seconds of one, which is then done on larger pixels
_SMALLEST = 64  # pixels of a side of the reduced image
_GUESSED = {
    "nlm": 0.3, "tv": 0.2, "n4": 0.4, "cells": 0.3, "chest-xray-lungs": 0.9,
}  # fmt: skip
_GUESSED_AT = 2**18  # pixels for which they are guessed
Took = dict[tuple[str, int], float]


@dataclass(frozen=True)
class Preview:
    """A picture and an outline, as large as those of the result."""

    image: Image
    outline: Outline | None


def preview_of(chain: Chain, image: Image, memo: Memo) -> Preview | None:
    """Make a preview; None for a chain that is quick, and for one of which none is much quicker.

    Parameters
    ----------
    chain : Chain
    image : Image
    memo : Memo
        Of results on that image, and of what each step took.
    """
    left = chain.left(image, memo)
    pixels = math.prod(image.spatial_shape)
    whole = sum(expected(step.name, pixels, memo.took) for step in left)
    if whole <= _SLOW:
        return None
    slow = {step.key for step in left if _is_slow(step, pixels, memo.took)}
    for factor in FACTORS:
        if min(image.spatial_shape) < factor * _SMALLEST:
            return None
        seconds = sum(
            expected(step.name, pixels // factor**2 if step.key in slow else pixels, memo.took)
            for step in left
        )
        if seconds <= _QUICK or (factor == FACTORS[-1] and seconds <= whole / 2):
            return _made(chain, image, memo, slow, factor)
    return None


def expected(name: str, pixels: int, took: Took) -> float:
    """Tell from what it took on the image of most alike size how many seconds a step will take.

    Examples
    --------
    >>> from imgpipe.lab.app.preview import expected
    >>> expected("tv", 100, {("tv", 200): 3.0}), expected("median", 100, {})
    (1.5, 0.0)
    """
    known = [
        (abs(math.log(n / pixels)), seconds * pixels / n)
        for (other, n), seconds in took.items()
        if other == name
    ]
    guess = _GUESSED.get(name, 0.0) * pixels / _GUESSED_AT
    if not known:
        return guess
    seconds = min(known)[1]
    only_smaller = all(n < pixels for other, n in took if other == name)
    return max(seconds, guess) if only_smaller else seconds


def _is_slow(step: Step, pixels: int, took: Took) -> bool:
    known = scaled(step.name, step.settings, 1) is not None
    return known and expected(step.name, pixels, took) > _SLOW_STEP


def _made(chain: Chain, image: Image, memo: Memo, slow: set[str], factor: int) -> Preview | None:
    """Do what is quick as it is, the rest on larger pixels."""
    exact = next((n for n, step in enumerate(chain.filters) if step.key in slow), None)
    try:
        made = Chain(chain.filters[:exact]).apply(image, memo).image
        for step in chain.filters[exact:] if exact is not None else ():
            if step.key in slow:
                small, done = on_larger_pixels(made, step, factor)
                made = enlarged(Chain((done,)).apply(small, Memo(took=memo.took)).image, made)
            else:
                made = Chain((step,)).apply(made).image
        return Preview(made, _outline(chain.segment, made, memo.took, slow, factor))
    except InputError:  # of which the result tells
        return None


def _outline(
    segment: Step | None, image: Image, took: Took, slow: set[str], factor: int
) -> Outline | None:
    if segment is None:
        return None
    if segment.key in slow:
        small, done = on_larger_pixels(image, segment, factor)
        made = Chain((), done).apply(small, Memo(took=took))
        return enlarged_outline(_lines(made), factor)
    return _lines(Chain((), segment).apply(image))


def _lines(made: Made) -> Outline:
    found = made.mask if made.labels is None else made.labels
    return [] if found is None else outline_of(found)[0]


def on_larger_pixels(image: Image, step: Step, factor: int) -> tuple[Image, Step]:
    """Reduce an image, and give the settings that do about the same to it."""
    settings = scaled(step.name, step.settings, factor)
    return reduced(image, factor), Step(step.name, settings or {})


def reduced(image: Image, factor: int) -> Image:
    """Average squares of pixels."""
    pixels = _channels_last(image)
    spacing = image.spacing and tuple(factor * step for step in image.spacing)
    mask = None if image.mask is None else _averaged(image.mask != 0, factor)
    axis = None if image.channel_axis is None else -1
    made = _averaged(pixels, factor)
    return replace(image, pixels=made, spacing=spacing, mask=mask, channel_axis=axis, place=None)


def enlarged(small: Image, like: Image) -> Image:
    """Give a reduced image the size of another one, with slopes between the centres of pixels."""
    factor = -(-like.spatial_shape[0] // small.spatial_shape[0])
    rows, columns = like.spatial_shape
    pixels = np.ascontiguousarray(_channels_last(small), np.float32)
    size = [factor * n for n in pixels.shape[1::-1]]
    wide = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)[:rows, :columns]
    axis = None if small.channel_axis is None else -1
    return replace(like, pixels=_as(wide, small.pixels.dtype), unit=small.unit, channel_axis=axis)


def enlarged_outline(lines: Outline, factor: int) -> Outline:
    """Give lines on pixels of the reduced image as lines on those of the image."""
    middle = (factor - 1) / 2
    return [[[factor * at + middle for at in point] for point in line] for line in lines]


def _channels_last(image: Image) -> np.ndarray:
    axis = image.channel_axis
    return image.pixels if axis is None else np.moveaxis(image.pixels, axis, -1)


def _averaged(pixels: np.ndarray, factor: int) -> np.ndarray:
    rest = [(0, -n % factor) for n in pixels.shape[:2]] + [(0, 0)] * (pixels.ndim - 2)
    wide = np.pad(pixels, rest, mode="edge")
    rows, columns = (n // factor for n in wide.shape[:2])
    squares = wide.reshape(rows, factor, columns, factor, *wide.shape[2:])
    return _as(squares.mean((1, 3), dtype=np.float64), pixels.dtype)


def _as(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype.kind == "b":
        return np.asarray(values >= 0.5)
    return (values if dtype.kind == "f" else np.rint(values)).astype(dtype)
