"""The survey of a table of features: rows in place of images."""

from typing import Any

import numpy as np

from imgpipe.datasets.digests import image_digest
from imgpipe.evaluate.data.measures import MEASURES
from imgpipe.evaluate.data.survey import Survey, survey_images


def survey_of(dataset: Any, n_jobs: int | None = None) -> Survey:
    """Look at each image once, or at each row of features."""
    if dataset.region != "table":
        return survey_images(dataset.images, dataset.channel_axis, n_jobs)
    values = np.ascontiguousarray(dataset.images.to_numpy(np.float64))
    digests = tuple(image_digest(row) for row in values)
    n, features = values.shape
    return Survey(
        digests=digests,
        keys=digests,
        areas=np.full(n, np.nan),
        reduced=np.zeros((n, 16, 17), np.float32),
        sizes={f"{features} features": n},
        dtype="float64",
        channels=1,
        pixels=values.size,
        measures=np.full((n, len(MEASURES)), np.nan),
    )
