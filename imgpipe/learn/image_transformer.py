"""What scikit-learn transformers over images have in common."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from imgpipe._common import InputError


class ImageTransformer(TransformerMixin, BaseEstimator):
    """A transformer that learns nothing from the images it is fitted on."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check that `X` are images; nothing is learned but what follows from their form.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            The images.
        y : ignored
            Present for scikit-learn's convention.

        Returns
        -------
        self
        """
        check_images(X)
        self._note_form(X)
        return self

    def _note_form(self, X: Any) -> None:
        """Keep what depends on what an image is (channels, volume)."""

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        return tags


def check_images(X: Any, name: str = "X") -> None:
    """Refuse what is not a stack or a sequence of images."""
    wanted = "give an array (n, h, w) or (n, h, w, c), or a sequence of arrays"
    if isinstance(X, np.ndarray) and X.dtype != object:
        if X.ndim < 3:
            raise InputError(f"{name} has shape {X.shape}; {wanted}")
    elif isinstance(X, str | bytes) or not isinstance(X, Sequence | np.ndarray):
        # a lazy sequence need not inherit from Sequence
        if isinstance(X, str | bytes) or not (hasattr(X, "__len__") and hasattr(X, "__getitem__")):
            raise InputError(f"{name} is of type {type(X).__name__}; {wanted}")
    elif len(X) and np.ndim(X[0]) < 2 and not isinstance(X[0], str):
        raise InputError(f"{name} holds items of {np.ndim(X[0])} dimensions; {wanted}")
    if len(X) == 0:
        raise InputError(f"{name} is empty; {wanted}")
