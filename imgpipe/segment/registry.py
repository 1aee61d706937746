"""Segmenters and recipes by name; each is imported when it is asked for."""

from typing import Any

from imgpipe._common import InputError, unknown_name
from imgpipe._common.registry import Home, Registry
from imgpipe.segment.method.segmenter import Segmenter


def _check(name: str, entry: Any) -> None:
    if not isinstance(entry, Segmenter):
        raise InputError(f"{name!r} is of type {type(entry).__name__}; give a Segmenter")


_METHODS = {
    "otsu": Home("imgpipe.segment.threshold", "OTSU"),
    "multi-otsu": Home("imgpipe.segment.threshold", "MULTI_OTSU"),
    "fixed": Home("imgpipe.segment.threshold", "FIXED"),
    "local": Home("imgpipe.segment.threshold", "LOCAL"),
    "region-growing": Home("imgpipe.segment.region_growing", "SEGMENTER"),
    "active-contour": Home("imgpipe.segment.active_contour", "SEGMENTER"),
    "watershed": Home("imgpipe.segment.watershed", "SEGMENTER"),
}
_RECIPES = {
    "cells": Home("imgpipe.segment.recipes.cells", "SEGMENTER"),
    "lungs": Home("imgpipe.segment.recipes.lungs", "SEGMENTER"),
    "body": Home("imgpipe.segment.recipes.body", "SEGMENTER"),
    "bright-lesion": Home("imgpipe.segment.recipes.bright_lesion", "SEGMENTER"),
    "dark-lesion": Home("imgpipe.segment.recipes.dark_lesion", "SEGMENTER"),
    "chest-xray-lungs": Home("imgpipe.segment.recipes.chest_xray_lungs", "SEGMENTER"),
}

SEGMENTERS: Registry[Segmenter] = Registry("segmenter", "imgpipe.segmenters", _METHODS, _check)
"""``SEGMENTERS[name](image, **settings)`` gives a mask or labels."""

RECIPES: Registry[Segmenter] = Registry("recipe", "imgpipe.recipes", _RECIPES, _check)
"""``RECIPES[name](image, spacing=None, **settings)`` gives a mask or labels."""


def recipe(name: str) -> Segmenter:
    """Look a recipe up by its name.

    Parameters
    ----------
    name : str
        A name of `RECIPES`.

    Returns
    -------
    Segmenter
        ``recipe(name)(image, spacing=None)`` gives a mask.

    Raises
    ------
    InputError
        For another name; the message lists those that there are.
    """
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name]
