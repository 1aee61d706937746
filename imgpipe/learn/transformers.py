"""Kernels and features as scikit-learn transformers over images."""

import inspect
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from imgpipe import features, kernels
from imgpipe._common import InputError


class _ImageTransformer(TransformerMixin, BaseEstimator):
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


class Filter(_ImageTransformer):
    """Apply one kernel of `imgpipe.kernels` to every image.

    A kernel ignores the settings that it does not take: `sigma` means nothing to the median.

    Parameters
    ----------
    name : str
        A name of `imgpipe.kernels.KERNELS`, such as ``"median"`` or ``"gaussian"``.
    size : int or tuple
        Window, in pixels, per axis of one image.
    sigma : float or tuple
        Standard deviation of the Gaussian, in pixels.
    weights : ndarray, optional
        For ``"convolve"`` and ``"correlate"``.
    footprint : ndarray of bool, optional
        Window of another shape than a rectangle; overrides `size`.
    mode : str
        Border rule, as in `scipy.ndimage`.
    cval : float
        Value beyond the border for ``mode="constant"``.
    channel_axis : int, optional
        Axis of the colour channels in one image (-1 where they are last); each channel is
        filtered alone.

    See Also
    --------
    imgpipe.kernels : the kernels, their settings and dtypes.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn import Filter
    >>> images = np.zeros((2, 5, 5), np.uint8)
    >>> images[:, 2, 2] = 255
    >>> int(Filter("median", size=3).fit_transform(images).max())
    0
    """

    def __init__(
        self,
        name: str = "median",
        *,
        size: Any = 3,
        sigma: Any = 1.0,
        weights: Any = None,
        footprint: Any = None,
        mode: str = "reflect",
        cval: float = 0.0,
        channel_axis: int | None = None,
    ) -> None:
        self.name = name
        self.size = size
        self.sigma = sigma
        self.weights = weights
        self.footprint = footprint
        self.mode = mode
        self.cval = cval
        self.channel_axis = channel_axis

    def transform(self, X: Any) -> Any:
        """Filter each image.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            The images, of any dtype that the kernel takes.

        Returns
        -------
        ndarray or list of ndarray
            Of the same form as `X`: a stack stays a stack.

        Raises
        ------
        InputError
            If `name` is no kernel, or `X` are not images.
        """
        kernel = kernel_named(self.name)
        takes = inspect.signature(kernel).parameters
        settings = {key: value for key, value in self.get_params().items() if key in takes}
        check_images(X)
        if isinstance(X, np.ndarray) and X.dtype != object:
            return kernel(X, axes=self._axes(X.ndim, first=1), **settings)
        return [
            kernel(image, axes=self._axes(image.ndim, first=0), **settings)
            for image in map(np.asarray, X)
        ]

    def set_output(self, *, transform: str | None = None) -> "Filter":
        """Accept scikit-learn's choice of output, which means nothing to images.

        Parameters
        ----------
        transform : str, optional
            Ignored: filtered images stay arrays, whatever later steps give.

        Returns
        -------
        self
        """
        return self

    def _axes(self, ndim: int, first: int) -> tuple[int, ...]:
        """List the axes that a kernel slides along: neither the stack's nor the channels'."""
        axes = list(range(first, ndim))
        if self.channel_axis is not None:
            del axes[self.channel_axis]
        return tuple(axes)


class FeatureExtractor(_ImageTransformer):
    """Turn each image into named numbers by `imgpipe.features.extract_many`.

    Parameters
    ----------
    families, aggregation, bins, bin_width, low, range, outliers, distance, spacing, channel_axis,
    ivh_bins, ivh_bin_width
        As in `imgpipe.features.extract`.
    n_jobs : int, optional
        Workers; None means 1, or what `joblib.parallel_config` says.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn import FeatureExtractor
    >>> images = np.arange(2 * 64, dtype=np.uint8).reshape(2, 8, 8)
    >>> extractor = FeatureExtractor("intensity")
    >>> values = extractor.fit_transform(images)
    >>> values.shape == (2, len(extractor.get_feature_names_out()))
    True
    """

    def __init__(
        self,
        families: Any = "default",
        *,
        aggregation: str = "default",
        bins: int | None = 32,
        bin_width: float | None = None,
        low: float | None = None,
        range: tuple[float, float] | None = None,
        outliers: float | None = None,
        distance: Any = 1,
        spacing: Any = None,
        channel_axis: int | None = None,
        ivh_bins: int | None = None,
        ivh_bin_width: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.families = families
        self.aggregation = aggregation
        self.bins = bins
        self.bin_width = bin_width
        self.low = low
        self.range = range
        self.outliers = outliers
        self.distance = distance
        self.spacing = spacing
        self.channel_axis = channel_axis
        self.ivh_bins = ivh_bins
        self.ivh_bin_width = ivh_bin_width
        self.n_jobs = n_jobs

    def _note_form(self, X: Any) -> None:
        """Note the names of the features."""
        self.feature_names_ = self._extract(X[:1])[1]

    def transform(self, X: Any) -> np.ndarray:
        """Compute the features of each image.

        Parameters
        ----------
        X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
            The images.

        Returns
        -------
        ndarray of float64, shape (n, f)
            NaN where a feature is undefined, such as the skewness of a constant image.

        Raises
        ------
        InputError
            If `X` are not images, or a setting does not fit them.
        """
        check_images(X)
        return self._extract(X)[0]

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns, in order.

        Parameters
        ----------
        input_features : ignored
            Images have no feature names.

        Returns
        -------
        ndarray of object
        """
        names = getattr(self, "feature_names_", None)
        if names is None:
            names = [feature.name for feature in features.catalogue(**self._settings())]
        return np.asarray(names, dtype=object)

    def _settings(self) -> dict[str, Any]:
        return {key: value for key, value in self.get_params().items() if key != "n_jobs"}

    def _extract(self, images: Any) -> tuple[np.ndarray, list[str]]:
        # workers take longer to start than one image to measure
        n_jobs = 1 if len(images) == 1 else self.n_jobs
        return features.extract_many(images, n_jobs=n_jobs, **self._settings())


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


def kernel_named(name: str) -> Any:
    """Look a kernel up by its name."""
    if name not in kernels.KERNELS:
        raise InputError(f"no kernel is named {name!r}; choose from {', '.join(kernels.KERNELS)}")
    return kernels.KERNELS[name]
