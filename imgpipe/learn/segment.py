"""Recipes of `imgpipe.segment` as a scikit-learn transformer: what they find is measured."""

import warnings
from typing import Any

from imgpipe.images import Images, as_images
from imgpipe.learn.image_transformer import ChosenStep, check_images
from imgpipe.segment.choosing import Finder, check_settings, defaults_of, looked_for


class Segment(ChosenStep, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """Find the region of interest in every image, so that features are measured inside it.

    Any label that the recipe gives is inside. Colour is looked at in gray. A network sees the box
    around what was found, as with masks that were given.

    Parameters
    ----------
    recipe : str
        A name of `imgpipe.segment.RECIPES`, such as ``"cells"``, or of
        `imgpipe.segment.SEGMENTERS`, such as ``"otsu"``, that needs no seeds.
    empty_mask : {"error", "image"}
        Where nothing is found: refuse the image, or take the whole of it, with a warning.
    channel_axis : int, optional
        Axis of the colour channels in one image (-1 where they are last).
    n_jobs : int, optional
        Workers; None means 1, or what `joblib.parallel_config` says.
    **settings
        Those of the recipe. A grid reads ``segment__classes``.

    Raises
    ------
    InputError
        For an unknown name, or a setting that is not taken; the message lists those that are.

    See Also
    --------
    imgpipe.segment : the recipes, and their settings.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn import Segment
    >>> images = np.zeros((2, 5, 5), np.uint8)
    >>> images[:, 2, 2:4] = 200
    >>> Segment("otsu").fit_transform(images).areas().tolist()
    [2, 2]
    """

    _own = ("recipe", "empty_mask", "channel_axis", "n_jobs")
    _check_settings = staticmethod(check_settings)
    _defaults_of = staticmethod(defaults_of)

    def __init__(
        self,
        recipe: str = "cells",
        *,
        empty_mask: str = "error",
        channel_axis: int | None = None,
        n_jobs: int | None = None,
        **settings: Any,
    ) -> None:
        check_settings(recipe, settings)
        self.recipe = recipe
        self.empty_mask = empty_mask
        self.channel_axis = channel_axis
        self.n_jobs = n_jobs
        for setting, value in settings.items():
            setattr(self, setting, value)

    def transform(self, X: Any) -> Images:
        """Find the region of each image.

        Parameters
        ----------
        X : Images, ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            Without masks.

        Returns
        -------
        Images
            The same, with masks.

        Raises
        ------
        InputError
            If `X` are no images, have masks already, or cannot be segmented; where nothing is
            found in one, unless `empty_mask` is ``"image"``.
        """
        check_images(X)
        images = as_images(X, self.channel_axis)
        found = looked_for(images, self.finder(), self.empty_mask, self.n_jobs)
        for text in found.warnings[len(images.warnings) :]:
            warnings.warn(text, stacklevel=2)
        return found

    def finder(self) -> Finder:
        """Give what finds the mask of one image.

        Returns
        -------
        Finder
        """
        return Finder(self.recipe, self._settings())
