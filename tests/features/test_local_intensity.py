"""Peaks of local intensity against a plain sphere."""

import math

import numpy as np
import pytest

from imgpipe.features import extract

RADIUS = 10 * (3 / (4 * math.pi)) ** (1 / 3)


def naive_peaks(image, mask, spacing):
    """Local and global peak by the words of the definition."""
    everywhere = [p for p in np.ndindex(image.shape) if np.isfinite(image[p])]
    means = {}
    for centre in np.argwhere(mask):
        near = [
            image[p]
            for p in everywhere
            if math.dist(np.multiply(p, spacing), np.multiply(centre, spacing)) <= RADIUS
        ]
        means[tuple(centre)] = math.fsum(near) / len(near)
    top = max(image[p] for p in means)
    return max(m for p, m in means.items() if image[p] == top), max(means.values())


def peaks(image, mask, spacing=None):
    return list(extract(image, mask, families="local_intensity", spacing=spacing).values())


@pytest.mark.parametrize("spacing", [(3.0, 2.0, 1.5), (5.0, 4.0, 6.2), (20.0, 20.0, 20.0)])
def test_volume(spacing, rng):
    """The sphere follows the spacing and reaches across the mask, not across the image."""
    image = rng.random((4, 8, 9))
    mask = np.zeros(image.shape, bool)
    mask[1:3, 2:6, 3:7] = rng.random((2, 4, 4)) < 0.7
    assert peaks(image, mask, spacing) == pytest.approx(naive_peaks(image, mask, spacing))


def test_image_in_a_stack(rng):
    """An image has a disc; several brightest pixels give the highest of their means."""
    image = rng.integers(0, 5, (15, 14))
    mask = rng.random(image.shape) < 0.4
    assert peaks(image, mask, (2.0, 3.0)) == pytest.approx(naive_peaks(image, mask, (2.0, 3.0)))


def test_pixel_on_the_sphere_counts():
    """A centre at exactly the radius is inside, whatever the rounding."""
    image = np.zeros((1, 7))
    image[0, 3] = 3.0
    for pitch in (RADIUS, RADIUS / 3, RADIUS / 2):
        reach = round(RADIUS / pitch)
        inside = min(2 * reach + 1, 7)
        assert peaks(image, image > 0, (1.0, pitch)) == pytest.approx([3 / inside] * 2)


def test_missing_pixels_are_left_out(rng):
    """NaN outside the mask is no zero: the mean is that of the other pixels."""
    image = rng.random((9, 9))
    mask = np.zeros(image.shape, bool)
    mask[3:6, 3:6] = True
    image[0:2] = np.nan
    image[8, 8] = np.inf
    assert peaks(image, mask, (2.0, 2.0)) == pytest.approx(naive_peaks(image, mask, (2.0, 2.0)))


def test_constant_image_is_its_own_peak():
    """The mean of equal pixels is that pixel, to the last bit."""
    assert peaks(np.full((20, 30), 0.1), None) == [0.1, 0.1]
