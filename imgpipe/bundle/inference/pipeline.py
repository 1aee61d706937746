"""A kept model at work: filters, features, and the fitted part behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe import features
from imgpipe._common import InputError
from imgpipe.bundle.archive.steps import check_growth
from imgpipe.bundle.inference.fitted import Fitted
from imgpipe.bundle.inference.regions import RegionStep
from imgpipe.images import Images, as_images
from imgpipe.images.stacks import computable, stacked


@dataclass(frozen=True, eq=False)
class BundledPipeline:
    """What a bundle puts in the place of a fitted pipeline; it has scikit-learn's `predict_proba`.

    Parameters
    ----------
    classes_ : ndarray of int
        Codes of the columns.
    filters : list of (str, dict)
        Kernels and steps of `imgpipe.enhance` by name, with settings.
    extraction : dict or None
        Settings of `imgpipe.features.extract_many`; None where the fitted part takes pixels.
    names : tuple of str
        Of the features.
    fitted : Fitted
    segment : RegionStep, optional
        What finds the region that is measured, in the images as given.
    """

    classes_: np.ndarray
    filters: Sequence[tuple[str, Mapping[str, Any]]]
    extraction: Mapping[str, Any] | None
    names: tuple[str, ...]
    fitted: Fitted
    segment: RegionStep | None = None

    @property
    def step_names(self) -> tuple[str, ...]:
        """What it does, step by step."""
        filters = [name for name, _ in self.filters]
        measured = () if self.extraction is None else (f"{len(self.names)} features",)
        found = () if self.segment is None else (self.segment.finder.name,)
        return (*found, *filters, *measured, "classifier" if measured else "network")

    def measure(self, images: Any) -> np.ndarray:
        """Filter images and take their features, float64 (n, f); the pixels, for a network."""
        channel_axis = None if self.extraction is None else self.extraction.get("channel_axis")
        images = as_images(images, channel_axis)
        if self.segment is not None:
            from imgpipe.segment.choosing import looked_for

            images = looked_for(images, *self.segment)
        for name, settings in self.filters:
            images = _filtered(images, name, settings)
        if self.extraction is None:
            return computable(stacked(images)).astype(np.float32, copy=False)
        values, found = features.extract_many(images, n_jobs=1, **self.extraction)
        if tuple(found) != self.names:
            raise InputError(f"has other features than the model: {len(found)}, {found[0]} first")
        return values

    def classify(self, measured: np.ndarray) -> np.ndarray:
        """Probabilities from what `measure` gives, float64 (n, k)."""
        return self.fitted(measured)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each code, float64 (n, k)."""
        return self.classify(self.measure(X))

    def predict(self, X: Any) -> np.ndarray:
        """Most probable code."""
        called: np.ndarray = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return called


def _filtered(images: Images, name: str, settings: Mapping[str, Any]) -> Images:
    from imgpipe.enhance.choosing import apply, enhancement_named

    own = dict(settings)
    channel_axis = own.pop("channel_axis", None)
    enhancement = enhancement_named(name)
    if enhancement is not None and enhancement.shape_after and enhancement.needs_spacing:
        for image in images:
            if image.spacing is not None:
                after = enhancement.shape_after(image.spatial_shape, image.spacing, **own)
                check_growth(name, image.spatial_shape, after)
    try:
        return apply(images, name, own, channel_axis)
    except TypeError as error:  # a dtype that the kernel does not take
        raise InputError(f"does not pass the filter {name}: {error}") from None
