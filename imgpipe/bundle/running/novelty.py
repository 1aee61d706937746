"""Probabilities of images, and how far they lie from those of the training."""

from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe import features

if TYPE_CHECKING:
    from imgpipe.images import Images
    from imgpipe.learn.trained import TrainedModel

_FEATURES = "features"  # the step of `imgpipe.learn.make_pipeline`


def judged(model: "TrainedModel", images: "Images") -> tuple[np.ndarray, np.ndarray | None]:
    """Predict images, and say how unlike the training images they are; features are measured once.

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


def _measured(pipeline: Any, images: "Images") -> tuple[np.ndarray, Any]:
    """Give the features of images, and what turns these into probabilities."""
    if hasattr(pipeline, "measure"):
        return pipeline.measure(images), pipeline.classify
    behind = [name for name, _ in pipeline.steps].index(_FEATURES) + 1
    return pipeline[:behind].transform(images), pipeline[behind:].predict_proba
