"""The self-test of a bundle, made where the model was fitted."""

import warnings
from typing import TYPE_CHECKING

import numpy as np

from imgpipe.bundle.archive.manifest import Selftest
from imgpipe.bundle.inference.selftest import IMAGES, POINTS
from imgpipe.bundle.inference.selftest_images import digest_of, made_up_images, made_up_points
from imgpipe.learn.keeping import feature_steps

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


def selftest_of(model: "TrainedModel") -> tuple[Selftest | None, dict[str, np.ndarray]]:
    """Let a fitted pipeline judge made-up inputs.

    Points are needed beside images: what a machine of radial functions says of images that look
    like none of the training hardly depends on them.

    Returns
    -------
    tuple of (Selftest, dict of str to ndarray)
        None and no arrays where the pipeline cannot use a made-up image, or gives no numbers.
    """
    images = made_up_images(model, IMAGES)
    arrays = {}
    parts = feature_steps(model.pipeline)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            said = [model.pipeline.predict_proba(images)]
            if parts is not None:
                arrays["selftest.features"] = np.asarray(parts[0].transform(images), np.float64)
    except ValueError:  # an InputError is one
        return None, {}
    points = None if parts is None else _points(model)
    if parts is not None and points is not None:
        arrays["selftest.points"] = points
        said.append(parts[1].predict_proba(points))
    probabilities = np.concatenate(said).astype(np.float64)
    if not np.isfinite(probabilities).all():
        return None, {}
    arrays["selftest.probabilities"] = np.clip(probabilities, 0.0, 1.0)
    return Selftest(len(images), digest_of(images)), arrays


def _points(model: "TrainedModel") -> np.ndarray | None:
    """Rows about the mean of the training features; none where these are not at hand."""
    if model.summary is None:
        return None
    rows = model.summary.rows
    defined = np.where(np.isfinite(rows), rows, np.nan).astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a feature that is never defined has no mean
        centre, spread = np.nanmean(defined, axis=0), np.nanstd(defined, axis=0)
    return made_up_points(np.nan_to_num(centre), np.nan_to_num(spread), POINTS)
