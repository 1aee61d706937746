"""What scikit-learn transformers over images have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

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


class ChosenStep(ImageTransformer, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """One entry of a registry at work: its settings are parameters, beside those of the step.

    Images come out, so that neither names of columns nor a choice of output mean anything.
    """

    _own: ClassVar[tuple[str, ...]]
    """Parameters of the step, whatever its entry; the first names the entry."""
    _check_settings: ClassVar[Callable[..., None]]
    _defaults_of: ClassVar[Callable[..., dict[str, Any]]]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the parameters by name.

        Parameters
        ----------
        deep : bool
            With the settings that were left at the entry's own defaults.

        Returns
        -------
        dict
        """
        given = {
            key: value
            for key, value in vars(self).items()
            if not (key.startswith("_") or key.endswith("_"))
        }
        return {**self._defaults_of(given[self._own[0]]), **given} if deep else given

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the step and settings of its entry.

        Parameters
        ----------
        **params
            By name; where they name a new entry, the settings are those of the new one.

        Returns
        -------
        self

        Raises
        ------
        InputError
            For a setting that the entry does not take.
        """
        after = {**self.get_params(deep=False), **params}
        self._check_settings(after[self._own[0]], self._without_own(after))
        for key, value in params.items():
            setattr(self, key, value)
        return self

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Give no names: what comes out are images; the steps behind name what they make of them.

        Parameters
        ----------
        input_features : ignored
            Images have no feature names.

        Returns
        -------
        ndarray of object, shape (0,)
        """
        return np.empty(0, dtype=object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Accept scikit-learn's choice of output, which means nothing to images.

        Parameters
        ----------
        transform : str, optional
            Ignored: images stay images, whatever later steps give.

        Returns
        -------
        self
        """
        return self

    def _settings(self) -> dict[str, Any]:
        """Give the settings of the entry that were set."""
        return self._without_own(self.get_params(deep=False))

    def _without_own(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in params.items() if key not in self._own}


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
