"""The distance that a model keeps of its training images."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.features import extract_many
from imgpipe.images import Images
from imgpipe.learn.keeping import feature_steps, features_like, spread
from imgpipe.learn.novelty.distance import Novelty
from imgpipe.learn.novelty.fitting import fit_novelty
from imgpipe.learn.novelty.held_out import kept_together

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset

MOST = 5000
"""Training images that are looked at: of each class its share, evenly spread."""


def novelty_of(
    pipeline: Any,
    part: "Dataset",
    digests: Sequence[str],
    measured: np.ndarray | None,
    n_jobs: int | None = None,
) -> Novelty | Text:
    """Learn how far a new image may lie from the training images of a fitted pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted on `part`.
    part : Dataset
        The training images.
    digests : sequence of str
        Of them.
    measured : ndarray, shape (n, f), optional
        Their features; None where the pipeline computes none: then the default ones are measured
        here, of the images as they are given.
    n_jobs : int, optional
        Workers for that; None means 1.

    Returns
    -------
    Novelty or Text
        The reason where nothing can be learnt: too few images or patients, or features that are
        not defined for such images, or do not vary.
    """
    rows = spread(part.labels, MOST)
    images = part.images[rows] if len(rows) < len(part) else part.images
    groups = kept_together(None if part.groups is None else np.asarray(part.groups)[rows],
                           [digests[i] for i in rows])  # fmt: skip
    parts = feature_steps(pipeline)
    if measured is not None and parts is not None:
        extractor = parts[0].steps[-1][1]
        settings = extractor.settings()
        return fit_novelty(measured[rows], _families(settings, images), groups)
    own: dict[str, Any] = {"families": "default", "channel_axis": part.channel_axis}
    try:
        values, _ = extract_many(images, n_jobs=n_jobs, **own)
    except InputError as error:  # a network may take what no feature is defined for
        return say("their features cannot be measured ({error})", error=str(error))
    found = fit_novelty(values, _families(own, images), groups)
    return replace(found, extraction=own) if isinstance(found, Novelty) else found


def _families(settings: dict[str, Any], images: Images) -> list[str]:
    """Family of each feature, in order."""
    return [feature.family for feature in features_like(images[0], settings)]
