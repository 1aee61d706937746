"""Novelty detection for the out-of-distribution flag, beside the probabilities of images."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe import features
from imgpipe._common import InputError
from imgpipe.bundle.archive.manifest import Manifest
from imgpipe.learn.novelty.distance import Novelty

if TYPE_CHECKING:
    from imgpipe.images import Images
    from imgpipe.learn.trained import TrainedModel

_FEATURES = "features"  # the step of `imgpipe.learn.make_pipeline`
ARRAYS = ("centre", "scale", "missing", "mean", "precision", "directions")
"""The part's arrays, in a bundle with `novelty.` before their names."""


def from_bundle(manifest: Manifest, arrays: Mapping[str, np.ndarray]) -> Novelty | None:
    """Take the novelty part of a bundle whose manifest and arrays were checked.

    Raises
    ------
    InputError
        If it is of other features than are measured for it.
    """
    facts = manifest.novelty
    if facts is None:
        return None
    parts = {name: arrays[f"novelty.{name}"].astype(np.float64) for name in ARRAYS}
    if facts.extraction is not None:
        measured = _count(manifest, facts.extraction)
        if measured != len(parts["centre"]):
            raise InputError(
                f"novelty.centre has {len(parts['centre'])} numbers for {measured} features"
            )
    return Novelty(
        **parts,
        limit=facts.limit,
        held_out=facts.held_out,
        groups=facts.groups,
        marked=facts.marked,
        expected=facts.expected,
        extraction=facts.extraction,
    )


def _count(manifest: Manifest, extraction: Mapping[str, Any]) -> int:
    """Count the features that are measured of an image."""
    shape, axis = manifest.expected.image_shape, manifest.expected.channel_axis
    if axis is None:
        return len(features.catalogue(**extraction, ndim=len(shape)))
    return len(features.catalogue(**extraction, ndim=len(shape) - 1, channels=shape[axis]))


def judged(model: "TrainedModel", images: "Images") -> tuple[np.ndarray, np.ndarray | None]:
    """Predict images, and say how far from the training they lie; features are measured once.

    Returns
    -------
    tuple of (ndarray (n, k), ndarray (n,) or None)
        Probabilities of the codes that were fitted, and distances, 1 at the limit; None where the
        model has no novelty part.
    """
    novelty = model.novelty
    if novelty is None:
        return model.pipeline.predict_proba(images), None
    if novelty.extraction is not None:
        values, _ = features.extract_many(images, n_jobs=1, **novelty.extraction)
        return model.pipeline.predict_proba(images), novelty.distances(values)
    values, classify = _measured(model.pipeline, images)
    return classify(values), novelty.distances(values)


def distances_of(novelty: Novelty, images: "Images", rows: list[np.ndarray]) -> np.ndarray:
    """Say how unlike the training images some are, from `rows` of features where these do."""
    if novelty.extraction is None:
        return np.concatenate([novelty.distances(each) for each in rows])
    return novelty.distances(features.extract_many(images, n_jobs=1, **novelty.extraction)[0])


def distance_of(model: "TrainedModel", images: "Images") -> float | None:
    """Say how far one image lies from those of the training; None where the model cannot tell."""
    distances = judged(model, images)[1]
    return None if distances is None else float(distances[0])


def distance_apart(found: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference of two distances as a share of the distance, or of the limit within it."""
    apart = np.abs(found - expected) / np.maximum(expected, 1.0)
    return float(apart.max(initial=0.0))


def _measured(pipeline: Any, images: "Images") -> tuple[np.ndarray, Any]:
    """Give the features of images, and what turns these into probabilities."""
    if hasattr(pipeline, "measure"):
        return pipeline.measure(images), pipeline.classify
    behind = [name for name, _ in pipeline.steps].index(_FEATURES) + 1
    return pipeline[:behind].transform(images), pipeline[behind:].predict_proba
