"""Pictures to try filters and segmentation on; no part of a real one is in them."""

from typing import NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.images import Image


class Cells(NamedTuple):
    """A picture of nuclei and its truth.

    Parameters
    ----------
    image : Image
        uint8, 512 x 512.
    labels : ndarray of int32
        Number of the nucleus that each pixel belongs to, 0 for none.
    """

    image: Image
    labels: np.ndarray


def cells(seed: int = 0) -> Cells:
    """Make fluorescent nuclei that touch here and there, on a background brighter at one corner.

    Parameters
    ----------
    seed : int, default 0
        The same seed gives the same pixels.

    Returns
    -------
    Cells
        Photons are counted, so that noise grows with brightness.

    Examples
    --------
    >>> from imgpipe.datasets import cells
    >>> image, labels = cells(seed=1)
    >>> image.shape, image.pixels[labels > 0].mean() > 2 * image.pixels[labels == 0].mean()
    ((512, 512), np.True_)
    """
    from imgpipe.datasets.phantoms.pictures.cells import draw_cells

    pixels, labels = draw_cells(np.random.default_rng(seed))
    return Cells(Image(pixels, id=f"cells-{seed}"), labels)


def filter_chart(seed: int = 0, *, noise: float = 8.0) -> Image:
    """Make a chart on which each filter shows what it does.

    Edges of 20, 40 and 80 gray levels, sharp and soft; lines of 1 to 12 pixels; discs with radii
    of 2 to 32; blocks with bridges, gaps and spurs. The right half has impulses, too.

    Parameters
    ----------
    seed : int, default 0
        Of the noise.
    noise : float, default 8.0
        Standard deviation of Gaussian noise, in gray levels.

    Returns
    -------
    Image
        uint8, 512 x 512.

    Raises
    ------
    InputError
        If the noise does not lie between 0 and 100.

    Examples
    --------
    >>> from imgpipe.datasets import filter_chart
    >>> filter_chart(noise=0.0).pixels[5, [10, 200]]
    array([ 90, 110], dtype=uint8)
    """
    if not 0 <= noise <= 100:
        raise InputError(f"noise={noise!r}; a number of gray levels from 0 to 100 is needed")
    from imgpipe.datasets.phantoms.pictures.chart import draw_chart

    return Image(draw_chart(np.random.default_rng(seed), noise), id=f"chart-{seed}")


def stained_tissue(seed: int = 0) -> Image:
    """Make tissue stained with haematoxylin and eosin: glands, stroma and nuclei, in colour.

    Parameters
    ----------
    seed : int, default 0
        The same seed gives the same pixels.

    Returns
    -------
    Image
        uint8, 512 x 512 in red, green and blue.

    Examples
    --------
    >>> from imgpipe.datasets import stained_tissue
    >>> image = stained_tissue(seed=1)
    >>> image.shape, image.channel_axis
    ((512, 512, 3), -1)
    """
    from imgpipe.datasets.phantoms.pictures.tissue import draw_tissue

    pixels = draw_tissue(np.random.default_rng(seed))
    return Image(pixels, channel_axis=-1, id=f"tissue-{seed}")
