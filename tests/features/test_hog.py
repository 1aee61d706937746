"""Oriented gradients against plain Python and scikit-image."""

import math

import numpy as np
import pytest
from skimage.feature import hog as theirs

from imgpipe import InputError
from imgpipe.features import extract


def naive_cells(image, mask=None, grid=7, orientations=9):
    """Strength of gradients per cell and orientation, shared by area of overlap."""
    height, width = image.shape
    mask = np.ones(image.shape, bool) if mask is None else mask
    cells = np.zeros((grid, grid, orientations))
    for y in range(height):
        for x in range(width):
            if not mask[y, x]:
                continue
            gx = gy = 0.0
            if 0 < x < width - 1 and mask[y, x - 1] and mask[y, x + 1]:
                gx = image[y, x + 1] - image[y, x - 1]
            if 0 < y < height - 1 and mask[y - 1, x] and mask[y + 1, x]:
                gy = image[y + 1, x] - image[y - 1, x]
            angle = math.degrees(math.atan2(gy, gx)) % 180
            o = int(angle // (180 / orientations))
            for cy in range(grid):
                for cx in range(grid):
                    rows = min((y + 1) * grid, (cy + 1) * height) - max(y * grid, cy * height)
                    columns = min((x + 1) * grid, (cx + 1) * width) - max(x * grid, cx * width)
                    if rows > 0 and columns > 0:
                        area = rows * columns / (height * width)
                        cells[cy, cx, o] += area * math.hypot(gx, gy)
    return cells


def block_mean(cells):
    """Mean of each cell over its 2 x 2 blocks, normalised by L2-Hys."""
    total, count = np.zeros(cells.shape), np.zeros((*cells.shape[:2], 1))
    for y in range(6):
        for x in range(6):
            block = cells[y : y + 2, x : x + 2]
            block = block / np.sqrt((block**2).sum() + 1e-10)
            block = np.minimum(block, 0.2)
            block = block / np.sqrt((block**2).sum() + 1e-10)
            total[y : y + 2, x : x + 2] += block
            count[y : y + 2, x : x + 2] += 1
    return total / count


def hog(image, mask=None):
    found = extract(image, mask, families="hog")
    assert list(found)[:10] == [f"hog_y0_x0_o{o}" for o in range(9)] + ["hog_y0_x1_o0"]
    return np.reshape(list(found.values()), (7, 7, 9))


@pytest.mark.parametrize("shape", [(28, 28), (14, 21), (10, 17), (5, 3), (1, 12), (1, 1)])
def test_equals_plain_python(shape, rng):
    """The descriptor equals its definition for images of any size."""
    image = rng.normal(size=shape)
    assert hog(image) == pytest.approx(block_mean(naive_cells(image)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("shape", [(28, 28), (35, 14)])
def test_equals_scikit_image(shape, rng):
    """Where cells are whole pixels it is scikit-image's descriptor, averaged over the blocks."""
    image = rng.normal(size=shape)
    blocks = theirs(image, 9, (shape[0] // 7, shape[1] // 7), (2, 2), feature_vector=False)
    total, count = np.zeros((7, 7, 9)), np.zeros((7, 7, 1))
    for y in range(6):
        for x in range(6):
            total[y : y + 2, x : x + 2] += blocks[y, x]
            count[y : y + 2, x : x + 2] += 1
    assert hog(image) == pytest.approx(total / count, abs=1e-6)


def test_mask_with_holes(rng):
    """No difference reaches outside the mask."""
    image = rng.normal(size=(16, 15))
    mask = rng.random((16, 15)) < 0.8
    mask[[0, -1]] = mask[:, [0, -1]] = True
    expected = block_mean(naive_cells(image, mask))
    assert hog(image, mask) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    image[~mask] = 1e6
    assert hog(image, mask) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_no_gradient_is_zero():
    """A constant image has no strength in any direction."""
    assert not hog(np.full((9, 9), 3.0)).any()


def test_orientation_of_an_edge():
    """A step along x is orientation 0, a step along y the bin of 90 degrees."""
    step = np.repeat([[0.0, 1.0]], 14, axis=0).repeat(7, axis=1)
    assert set(np.nonzero(hog(step))[2]) == {0}
    assert set(np.nonzero(hog(-step))[2]) == {0}
    assert set(np.nonzero(hog(step.T))[2]) == {4}


def test_mirrored_image_mirrors_the_grid(rng):
    """A flip permutes the cells and reverses the orientations."""
    image = rng.normal(size=(21, 28))
    found, expected = hog(image[:, ::-1]), hog(image)[:, ::-1, ::-1]
    # at the upper and lower edge the orientation is 0 exactly, which is its own mirror image
    assert found[2:5] == pytest.approx(expected[2:5], rel=1e-9, abs=1e-12)


def test_volume_is_refused():
    """HOG asked for by name says that it is for images; groups leave it out."""
    volume = np.arange(27.0).reshape(3, 3, 3)
    with pytest.raises(InputError, match="'hog' is for images"):
        extract(volume, families="hog")
    assert not any(name.startswith("hog") for name in extract(volume))
