"""A segmenter."""

import numpy as np

from imgpipe.segment import Segmenter


def above_mean(image):
    """What is brighter than the mean."""
    image = np.asarray(image)
    return image > image.mean()


ABOVE_MEAN = Segmenter(above_mean, "what is brighter than the mean")
