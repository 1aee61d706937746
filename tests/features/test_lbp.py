"""Local binary patterns against plain Python and scikit-image."""

import math
from collections import Counter

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from imgpipe.features import extract


def naive(image, points, radius, mask=None):
    """Shares of the patterns of pixels with their whole square in the mask."""
    height, width = image.shape
    mask = np.ones(image.shape, bool) if mask is None else mask
    found = Counter()
    for y in range(radius, height - radius):
        for x in range(radius, width - radius):
            if not mask[y - radius : y + radius + 1, x - radius : x + radius + 1].all():
                continue
            bits = []
            for k in range(points):
                angle = 2 * math.pi * k / points
                dy = round(-radius * math.sin(angle), 5)
                dx = round(radius * math.cos(angle), 5)
                top, left = math.floor(dy), math.floor(dx)
                fy, fx = dy - top, dx - left
                value = 0.0
                for cy, cx in ((0, 0), (0, 1), (1, 0), (1, 1)):
                    weight = (fy if cy else 1 - fy) * (fx if cx else 1 - fx)
                    if weight:
                        value += weight * (image[y + top + cy, x + left + cx] - image[y, x])
                bits.append(value >= 0)
            changes = sum(a != b for a, b in zip(bits, bits[1:] + bits[:1], strict=True))
            found[sum(bits) if changes <= 2 else points + 1] += 1
    total = sum(found.values())
    return [found[k] / total for k in range(points + 2)]


def lbp(image, mask=None, **settings):
    found = extract(image, mask, families="lbp", **settings)
    return [
        [value for name, value in found.items() if name.startswith(f"lbp_{circle}_")]
        for circle in ("p8_r1", "p16_r2")
    ]


def test_equals_plain_python(rng):
    """Shares of patterns equal the definition, with and without a mask."""
    image = rng.random((12, 11))
    mask = np.ones(image.shape, bool)
    mask[3, 4] = mask[10, :3] = False
    for inside in (None, mask):
        found = lbp(image, inside)
        assert found[0] == naive(image, 8, 1, inside)
        assert found[1] == naive(image, 16, 2, inside)


def test_equals_scikit_image(rng):
    """Away from the edge the patterns are scikit-image's uniform ones."""
    image = rng.integers(0, 2**16, (20, 17))
    for found, (points, radius) in zip(lbp(image), ((8, 1), (16, 2)), strict=True):
        codes = local_binary_pattern(image, points, radius, "uniform").astype(int)
        inner = codes[radius:-radius, radius:-radius].ravel()
        expected = np.bincount(inner, minlength=points + 2) / inner.size
        assert found == pytest.approx(expected, abs=0)


def test_flat_image_has_one_pattern():
    """In a flat region all neighbours are as bright as the centre, whatever the value."""
    for value in (0.1, 7, -1e6):
        for found, points in zip(lbp(np.full((6, 7), value)), (8, 16), strict=True):
            assert found[points] == 1.0
            assert sum(found) == 1.0


@pytest.mark.parametrize("turn", [lambda a: np.rot90(a), lambda a: a[::-1], lambda a: a.T])
def test_ties_survive_turning(turn, rng):
    """Images with many equal neighbours keep their patterns when turned and flipped."""
    image = rng.integers(0, 3, (30, 25))
    assert lbp(image) == lbp(turn(image))


@pytest.mark.parametrize(("shape", "fits"), [((2, 9), (0, 0)), ((3, 9), (1, 0)), ((5, 5), (1, 1))])
def test_small_images(shape, fits, rng):
    """A circle that does not fit gives NaN, one that fits a distribution."""
    for found, fit in zip(lbp(rng.random(shape)), fits, strict=True):
        assert sum(found) == pytest.approx(1) if fit else all(map(math.isnan, found))


def test_slices_of_a_volume_are_pooled(rng):
    """The patterns of a volume are those of its slices together."""
    volume = rng.random((3, 8, 9))
    slices = np.array([lbp(image)[0] for image in volume])
    assert lbp(volume)[0] == pytest.approx(slices.mean(axis=0), rel=1e-12)


def test_long_rows_in_strips(rng):
    """Images longer than the strip that is worked on at a time are seamless."""
    image = rng.random((9, 700))
    assert lbp(image)[0] == naive(image, 8, 1)
