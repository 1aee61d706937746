"""A kernel made of others."""

import numpy as np

from imgpipe import kernels


def inner_edge(image, size=3, *, mode="reflect", cval=0.0, axes=None):
    """Subtract the erosion from the image: what it takes away at the inner side of edges."""
    image = np.asarray(image)
    return image - kernels.erosion(image, size, mode=mode, cval=cval, axes=axes)
