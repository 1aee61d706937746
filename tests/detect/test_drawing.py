"""Boxes drawn over images: where they are, in which slice, and at which size."""

import numpy as np
import pytest

from imgpipe.detect.drawing import drawn
from imgpipe.images import Image

YELLOW = (255, 210, 40)


def edges(picture: np.ndarray, scale: float) -> list[float]:
    """First and last row and column with the colour of boxes, in pixels of the image."""
    rows, columns = np.nonzero((picture == YELLOW).all(axis=-1))
    told = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    return [float(each) / scale for each in told]


@pytest.mark.parametrize(("side", "scale"), [(100, 5), (600, 1), (2048, 0.5)])
def test_small_images_are_enlarged_and_large_ones_shrunk(side: int, scale: float):
    """A box stays where it is in the image."""
    image = Image(np.zeros((side, side), np.uint16))
    picture = drawn(image, np.array([[10.0, 20, 90, 60, 0.5]]))
    assert picture.shape == (side * scale, side * scale, 3)
    assert edges(picture, scale) == [10, 20, 90, 60]


def test_colour_and_no_box():
    """A picture in colour keeps its colours."""
    pixels = np.random.default_rng(0).integers(0, 99, (520, 530, 3)).astype(np.uint8)
    picture = drawn(Image(pixels, channel_axis=-1), np.empty((0, 5)))
    np.testing.assert_array_equal(picture, pixels)


def test_of_a_volume_the_slice_of_the_best_box():
    """Boxes of other slices are left out."""
    values = np.zeros((10, 600, 600), np.uint8)
    values[:] = np.arange(10, dtype=np.uint8)[:, None, None]
    boxes = np.array([[6.0, 100, 100, 8, 200, 300, 0.9], [0, 400, 400, 3, 500, 500, 0.8]])
    picture = drawn(Image(values), boxes)
    assert edges(picture, 1) == [100, 100, 200, 300]
    assert tuple(picture[0, 0]) == (7, 7, 7)
    assert tuple(drawn(Image(values), boxes[:0])[0, 0]) == (5, 5, 5)
