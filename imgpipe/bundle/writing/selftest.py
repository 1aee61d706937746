"""The self-test of a bundle, made where the model was fitted."""

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np

from imgpipe.bundle.archive.manifest import MOST_SELFTEST_PIXELS, Selftest
from imgpipe.bundle.inference.novelty import judged
from imgpipe.bundle.inference.selftest import IMAGES, POINTS
from imgpipe.bundle.inference.selftest_images import digest_of, made_up_images, made_up_points
from imgpipe.learn.keeping import feature_steps

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


def selftest_of(model: "TrainedModel") -> tuple[Selftest | None, dict[str, np.ndarray]]:
    """Let a fitted pipeline judge made-up inputs.

    Points are needed beside images: what a machine of radial functions says of images that look
    like none of the training hardly depends on them, and the distance of these neither.

    Returns
    -------
    tuple of (Selftest, dict of str to ndarray)
        None and no arrays where the pipeline cannot use a made-up image, or gives no numbers.
    """
    count = min(IMAGES, MOST_SELFTEST_PIXELS // math.prod(model.image_shape))
    if not count:
        return None, {}  # a reader would take long for so many pixels
    images = made_up_images(model, count)
    arrays = {}
    parts = feature_steps(model.pipeline)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            shares, far = judged(model, images)
            if parts is not None:
                arrays["selftest.features"] = np.asarray(parts[0].transform(images), np.float64)
    except ValueError:  # an InputError is one
        return None, {}
    points = None if parts is None else _points(model)
    if parts is not None and points is not None:
        arrays["selftest.points"] = points
        shares = np.concatenate([shares, parts[1].predict_proba(points)])
        if far is not None and model.novelty is not None:
            far = np.concatenate([far, model.novelty.distances(points)])
    if not np.isfinite(shares).all() or (far is not None and not np.isfinite(far).all()):
        return None, {}
    arrays["selftest.probabilities"] = np.clip(shares.astype(np.float64), 0.0, 1.0)
    if far is not None:
        arrays["selftest.distances"] = far
    return Selftest(len(images), digest_of(images)), arrays


def _points(model: "TrainedModel") -> np.ndarray | None:
    """Rows about the mean of the training features; none where these are not at hand."""
    if model.summary is None:
        return None
    centre, spread = model.summary.moments()
    return made_up_points(np.nan_to_num(centre), np.nan_to_num(spread), POINTS)
