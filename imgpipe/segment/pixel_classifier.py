"""Pixel classification: a few scribbles teach which pixel is what."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.image import Image
from imgpipe.segment.pixels.filters import measured
from imgpipe.segment.pixels.images import Pixels, Place, block_sides, blocks, taken, with_halo
from imgpipe.segment.pixels.scribbles import gathered
from imgpipe.segment.pixels.settings import FILTERS, Settings, settings_of


class PixelClassifier:
    """A random forest over filtered images that learns from scribbles, as ilastik does.

    An estimator of scikit-learn's kind whose samples are pixels. Each pixel is measured by filters
    at several scales; scikit-learn grows the forest, own compiled loops filter and walk it, so that
    a fitted one predicts without scikit-learn.

    Parameters
    ----------
    scales : sequence of float
        Standard deviations of the Gaussians.
    filters : sequence of str
        Some of ``intensity``, ``gaussian``, ``gradient`` (its magnitude), ``laplacian`` of the
        Gaussian, ``difference`` of Gaussians (of a scale and the one before, the image itself
        before the first), eigenvalues of the ``structure`` tensor and of the ``hessian`` matrix.
    unit : {"px", "mm"}
        Of the scales. In mm, the Gaussians are as wide along each axis as the spacing of the
        pixels says, and derivatives are taken in mm.
    spacing : tuple of float, optional
        Of arrays, in mm, one for each axis, with ``unit="mm"``; an `Image` has its own.
    channel_axis : int, optional
        Where arrays have channels, each of which is filtered; an `Image` has its own.
    n_estimators, max_depth, min_samples_leaf, class_weight
        Of the forest, as in `sklearn.ensemble.RandomForestClassifier`.
    random_state : int or None
        The same scribbles then give the same forest.
    n_jobs : int or None
        Trees grown at a time. Filters and prediction use the threads that kernels may use:
        `imgpipe.kernels.threads`.

    Attributes
    ----------
    classes_ : ndarray of int32, shape (k,)
        Numbers of the classes, rising.
    feature_names_ : tuple of str
        ``gaussian_2px``: filter, scale, unit.
    forest_ : Forest
        Its trees as arrays.
    n_axes_, n_channels_ : int
        Of the images.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.segment import PixelClassifier
    >>> image = np.random.default_rng(0).normal(50, 10, (40, 40))
    >>> image[10:30, 10:30] += 100
    >>> scribbles = np.zeros((40, 40), np.uint8)
    >>> scribbles[2:38, 4], scribbles[5, 2:38], scribbles[20, 12:28] = 1, 1, 2
    >>> classifier = PixelClassifier(scales=(1, 2)).fit(image, scribbles)
    >>> labels = classifier.predict(image)
    >>> labels[15, 20], labels[35, 35], len(classifier.feature_names_)
    (np.int32(2), np.int32(1), 17)
    """

    def __init__(
        self,
        scales: Sequence[float] = (1.0, 2.0, 4.0),
        filters: Sequence[str] = FILTERS,
        *,
        unit: str = "px",
        spacing: Sequence[float] | None = None,
        channel_axis: int | None = None,
        n_estimators: int = 100,
        max_depth: int | None = None,
        min_samples_leaf: int = 1,
        class_weight: Any = None,
        random_state: int | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.scales = scales
        self.filters = filters
        self.unit = unit
        self.spacing = spacing
        self.channel_axis = channel_axis
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        own = self.get_params()
        changed = [f"{k}={v!r}" for k, v in own.items() if not _same(v, defaults[k].default)]
        return f"{type(self).__name__}({', '.join(changed)})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Give the settings, as scikit-learn asks for them.

        Parameters
        ----------
        deep : bool
            Makes no difference: no setting has settings.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **settings: Any) -> Self:
        """Change settings.

        Parameters
        ----------
        **settings
            As at the start.

        Returns
        -------
        self
        """
        known = self.get_params()
        for name, value in settings.items():
            if name not in known:
                raise InputError(f"{name} is no setting; there are {', '.join(known)}")
            setattr(self, name, value)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "forest_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
            input_tags=InputTags(two_d_array=False, three_d_array=True),
        )

    @property
    def settings(self) -> Settings:
        """What the features are made of, checked."""
        told = settings_of(self.filters, self.scales, self.unit)
        if self.spacing is not None and self.unit == "px":
            raise InputError('spacing= has no effect on scales in pixels; add unit="mm"')
        return told

    def fit(self, image: Any, scribbles: Any) -> Self:
        """Learn from scribbles on one image, or on several of one kind.

        Parameters
        ----------
        image : Image or array_like (y, x) or (z, y, x), or a list of these
            Finite numbers; with channels, see `channel_axis`. What takes slices and gives arrays
            (a memory map, a zarr array) is read block by block.
        scribbles : array_like of int, or a list of these
            Of the image's shape without channels: 0 where nothing is known, and any positive
            numbers for the classes, at least two. Inside the mask of an `Image`.

        Returns
        -------
        self
        """
        from imgpipe.segment.pixels.growing import grown

        settings = self.settings
        several = isinstance(image, list | tuple) and _are_images(image)
        if several and not isinstance(scribbles, list | tuple):
            raise InputError("image is a list; give a list of scribbles, one for each image")
        images = list(image) if several else [image]
        own = list(scribbles) if several else [scribbles]
        samples, axes, channels = gathered(images, own, settings, self.channel_axis, self.spacing)
        self.classes_ = np.unique(samples.labels).astype(np.int32)
        self.n_axes_, self.n_channels_ = axes, channels
        self.feature_names_ = settings.names(axes, channels)
        names = (
            "n_estimators", "max_depth", "min_samples_leaf", "class_weight", "random_state"
        )  # fmt: skip
        of_forest = {name: getattr(self, name) for name in names}
        self.forest_ = grown(samples.features, samples.labels, self.n_jobs, **of_forest)
        return self

    def predict(self, image: Any, *, block: Any = None, out: Any = None) -> np.ndarray:
        """Label every pixel.

        Parameters
        ----------
        image : Image or array_like
            Of the kind of those that it was fitted on, of any size.
        block : int or tuple of int, optional
            Pixels along each axis of the blocks that are computed one after the other, so that an
            image may be larger than memory; 1024 in images and 128 in volumes by default. It makes
            no difference to the result.
        out : array_like of int, optional
            To be filled by blocks, of the image's shape: a memory map, a zarr array.

        Returns
        -------
        ndarray of int32
            `classes_`, and 0 outside the mask of an `Image`. `out` where it was given.
        """
        pixels = self._taken(image)
        found = _target(out, pixels.shape, "iu", np.int32)
        if self.classes_[-1] > np.iinfo(found.dtype).max:
            raise InputError(f"out of dtype {found.dtype} does not hold class {self.classes_[-1]}")
        for place, features in self._measured(pixels, block):
            codes = np.empty(features.shape[1], np.int32)
            self.forest_.walk(features, codes, None)
            labels = self.classes_[codes].reshape([own.stop - own.start for own in place])
            if pixels.mask is not None:
                labels[~pixels.mask[place]] = 0
            found[place] = labels
        return found

    def predict_proba(self, image: Any, *, block: Any = None, out: Any = None) -> np.ndarray:
        """Probability of each class at every pixel.

        Parameters
        ----------
        image, block, out
            As in `predict`; `out` is of floats, with an axis for the classes at the end.

        Returns
        -------
        ndarray of float32, shape (..., k)
            In the order of `classes_`; 0 outside the mask of an `Image`.
        """
        pixels = self._taken(image)
        k = len(self.classes_)
        found = _target(out, (*pixels.shape, k), "f", np.float32)
        for place, features in self._measured(pixels, block):
            shares = np.empty((features.shape[1], k), np.float32)
            self.forest_.walk(features, None, shares)
            values = shares.reshape(*(own.stop - own.start for own in place), k)
            if pixels.mask is not None:
                values[~pixels.mask[place]] = 0
            found[place] = values
        return found

    def _taken(self, image: Any) -> Pixels:
        """Take an image to be classified, of the kind that was learnt from."""
        if not self.__sklearn_is_fitted__():
            raise InputError("this PixelClassifier is not fitted; call fit(image, scribbles) first")
        pixels = taken(image, self.channel_axis, self.spacing)
        for found, wanted, what in (
            (len(pixels.shape), self.n_axes_, "axes"),
            (pixels.channels, self.n_channels_, "channels"),
        ):
            if found != wanted:
                raise InputError(
                    f"image has {found} {what}; the classifier was fitted on {wanted} {what}"
                )
        return pixels

    def _measured(self, pixels: Pixels, block: Any) -> Iterator[tuple[Place, np.ndarray]]:
        """Give the features of one block after the other."""
        settings, axes = self.settings, self.n_axes_
        halo = settings.halo(axes, pixels.spacing)
        for place in blocks(pixels.shape, block_sides(block, axes)):
            wide, inner = with_halo(place, pixels.shape, halo)
            yield place, measured(pixels.read(wide), settings, pixels.spacing, inner)


def _target(out: Any, shape: tuple[int, ...], kinds: str, dtype: Any) -> Any:
    """Give what is filled: `out`, once it fits, or a new array."""
    if out is None:
        return np.empty(shape, dtype)
    if not all(hasattr(out, name) for name in ("shape", "dtype", "__setitem__")):
        raise InputError(f"out is of type {type(out).__name__}; an array is filled")
    if tuple(out.shape) != shape or np.dtype(out.dtype).kind not in kinds:
        wanted = np.dtype(dtype).name
        raise InputError(
            f"out is {out.dtype} of shape {tuple(out.shape)}; {wanted} of shape {shape} is filled"
        )
    return out


def _are_images(given: Sequence[Any]) -> bool:
    """Tell a list of images from an image in lists of numbers."""
    return not given or isinstance(given[0], Image) or np.ndim(given[0]) >= 2


def _same(value: Any, default: Any) -> bool:
    return value is default or repr(value) == repr(default)
