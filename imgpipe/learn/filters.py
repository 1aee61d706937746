"""Kernels and enhancements as scikit-learn transformers over images."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.enhance.choosing import (
    apply,
    apply_to_arrays,
    check_settings,
    defaults_of,
    enhancement_named,
    require_settings,
    settings_of,
    step_named,
)
from imgpipe.images import Images, as_images
from imgpipe.images.array_like import sliding_axes
from imgpipe.learn.image_transformer import ChosenStep, check_images


class Filter(ChosenStep, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """Apply one kernel of `imgpipe.kernels`, or one step of `imgpipe.enhance`, to every image.

    Parameters
    ----------
    name : str
        A name of `imgpipe.kernels.FILTERS`, such as ``"median"`` or ``"gaussian"``, or of
        `imgpipe.enhance.ENHANCEMENTS`, such as ``"window"`` or ``"zscore"``.
    channel_axis : int, optional
        Axis of the colour channels in one image (-1 where they are last); each channel is
        filtered alone.
    **settings
        Those of the kernel, such as `size`, `sigma` or `mode`, per axis of one image; or those of
        the step. `output` may be a dtype. A grid reads ``filter_1__size``.

    Attributes
    ----------
    learned_ : dict
        What a step that learns took from the images it was fitted on; empty for all others.

    Raises
    ------
    InputError
        For a setting that is not taken; the message lists those that are.

    See Also
    --------
    imgpipe.kernels : the kernels, their settings and dtypes.
    imgpipe.enhance : the steps, and what they do with masks.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn import Filter
    >>> images = np.zeros((2, 5, 5), np.uint8)
    >>> images[:, 2, 2] = 255
    >>> int(Filter("median", size=3).fit_transform(images).max())
    0
    >>> Filter("median", sigma=2)
    Traceback (most recent call last):
    imgpipe._common.errors.InputError: median takes no setting 'sigma'; it takes size, ...
    """

    _own = ("name", "channel_axis")
    _check_settings = staticmethod(check_settings)
    _defaults_of = staticmethod(defaults_of)

    def __init__(
        self, name: str = "median", *, channel_axis: int | None = None, **settings: Any
    ) -> None:
        check_settings(name, settings)
        self.name = name
        self.channel_axis = channel_axis
        for setting, value in settings.items():
            setattr(self, setting, value)

    def transform(self, X: Any) -> Any:
        """Filter each image.

        Parameters
        ----------
        X : Images, ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            The images, of any dtype that the kernel takes.

        Returns
        -------
        Images, ndarray or list of ndarray
            Of the same form as `X`: a stack stays a stack (a list, where images come out with
            several sizes), and `Images` keep their masks.

        Raises
        ------
        InputError
            If `name` is no filter, a setting that it needs is missing, or `X` are not images.
        """
        kernel = step_named(self.name)
        settings = {**self._settings(), **self._learned()}
        require_settings(self.name, settings)
        check_images(X)
        if isinstance(X, Images):
            return apply(X, self.name, settings, self.channel_axis)
        if enhancement_named(self.name) is not None:
            return apply_to_arrays(X, self.name, settings, self.channel_axis)
        if isinstance(X, np.ndarray) and X.dtype != object:
            return kernel(X, axes=sliding_axes(X.ndim, 1, self.channel_axis), **settings)
        return [
            kernel(image, axes=sliding_axes(image.ndim, 0, self.channel_axis), **settings)
            for image in map(np.asarray, X)
        ]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read a pickle; those of before held settings that their kernel does not take."""
        known = settings_of(state.get("name"))
        if known is not None:
            old = ("size", "sigma", "weights", "footprint", "mode", "cval")
            state = {k: v for k, v in state.items() if k in known or k not in old}
            if state.get("mode") != "constant":
                state.pop("cval", None)
        super().__setstate__(state)

    def _note_form(self, X: Any) -> None:
        """Refuse, before any image is filtered, a filter that cannot run; learn where it learns."""
        step_named(self.name)
        require_settings(self.name, self._settings())
        enhancement = enhancement_named(self.name)
        if enhancement is not None and enhancement.learn is not None:
            images = as_images(X, self.channel_axis)
            self.learned_ = enhancement.learn(images, self._settings())

    def _learned(self) -> dict[str, Any]:
        """Give what was learnt, further settings of the step."""
        if not self.__sklearn_is_fitted__():
            raise InputError(f"{self.name} learns from images; call fit before transform")
        return getattr(self, "learned_", {}) if self._learns() else {}

    def _learns(self) -> bool:
        enhancement = enhancement_named(self.name)
        return enhancement is not None and enhancement.learn is not None

    def __sklearn_is_fitted__(self) -> bool:
        enhancement = enhancement_named(self.name)
        given = enhancement is None or enhancement.learnt(self._settings())
        return given or hasattr(self, "learned_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = self._learns()
        return tags
