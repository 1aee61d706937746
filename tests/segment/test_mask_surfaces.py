"""Distances of masks: a naive oracle, scikit-image, SimpleITK's distance maps, and laws."""

import itertools
import math

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.metrics import hausdorff_distance

from imgpipe import segment
from imgpipe._common import InputError

SHAPES = hnp.array_shapes(min_dims=2, max_dims=3, max_side=6)
PAIRS = SHAPES.flatmap(lambda s: st.tuples(*[hnp.arrays(bool, s)] * 2))
SPACING = (2.5, 0.7, 0.9)


def inside(mask):
    return [p for p in itertools.product(*map(range, mask.shape)) if mask[p]]


def surface(mask):
    """Pixels inside of which a face neighbour is outside, or beyond the array."""
    there = set(inside(mask))
    steps = [s for s in itertools.product((-1, 0, 1), repeat=mask.ndim) if sum(map(abs, s)) == 1]
    near = [[tuple(np.add(p, s)) for s in steps] for p in there]
    return [p for p, others in zip(there, near, strict=True) if not there.issuperset(others)]


def directed(points, others, spacing):
    return [min(math.dist(np.multiply(p, spacing), np.multiply(q, spacing)) for q in others)
            for p in points]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.sampled_from([0, 50, 95]))
def test_distances_are_those_of_the_naive_oracle(pair, percentile):
    """Sets for the Hausdorff distance, surfaces for its percentiles and the mean."""
    a, b = pair
    spacing = SPACING[: a.ndim]
    if not (a.any() and b.any()):
        expected = math.inf if a.any() or b.any() else 0.0
        assert segment.hausdorff(a, b, spacing) == expected
        assert segment.hausdorff(a, b, spacing, percentile) == expected
        assert segment.surface_distance(a, b, spacing) == expected
        return
    sets = max(*directed(inside(a), inside(b), spacing), *directed(inside(b), inside(a), spacing))
    there = directed(surface(a), surface(b), spacing)
    back = directed(surface(b), surface(a), spacing)
    percentiles = max(np.percentile(each, percentile) for each in (there, back))
    assert segment.hausdorff(a, b, spacing) == pytest.approx(sets)
    assert segment.hausdorff(a, b, spacing, percentile) == pytest.approx(percentiles)
    assert segment.surface_distance(a, b, spacing) == pytest.approx(np.mean(there + back))


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_the_hausdorff_distance_is_that_of_scikit_image(pair):
    """Of empty masks, too: 0 for two, infinity for one."""
    assert segment.hausdorff(*pair) == pytest.approx(hausdorff_distance(*pair))


def blobs(rng, shape):
    """A mask of round parts, with holes and pixels on their own."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(rng.normal(size=shape), 1.5) > 0.05
    return smooth ^ (rng.random(shape) < 0.01)


@pytest.mark.parametrize("shape", [(40, 50), (14, 20, 17)])
def test_distances_are_those_of_simpleitk(shape):
    """The Hausdorff distance by its filter, others by its distance maps and label contours."""
    rng = np.random.default_rng(7)
    spacing = SPACING[: len(shape)]
    for _ in range(4):
        # a margin: SimpleITK sees no contour at the edge of an image
        a, b = (np.pad(blobs(rng, shape), 1) for _ in range(2))
        first, second = (sitk.GetImageFromArray(each.astype(np.uint8)) for each in (a, b))
        for image in (first, second):
            image.SetSpacing(spacing[::-1])
        peer = sitk.HausdorffDistanceImageFilter()
        peer.Execute(first, second)
        assert segment.hausdorff(a, b, spacing) == pytest.approx(peer.GetHausdorffDistance())
        edges = [sitk.LabelContour(image, fullyConnected=False) for image in (first, second)]
        maps = [
            sitk.GetArrayFromImage(
                sitk.SignedMaurerDistanceMap(edge, squaredDistance=False, useImageSpacing=True)
            )
            for edge in edges
        ]
        on_a, on_b = (sitk.GetArrayFromImage(edge) != 0 for edge in edges)
        there, back = np.abs(maps[1][on_a]), np.abs(maps[0][on_b])
        hd95 = max(np.percentile(there, 95), np.percentile(back, 95))
        mean = np.concatenate([there, back]).mean()
        assert segment.hausdorff(a, b, spacing, 95) == pytest.approx(hd95, rel=1e-5)
        assert segment.surface_distance(a, b, spacing) == pytest.approx(mean, rel=1e-5)
        (row,) = segment.measure(a, b, spacing)
        assert (row.hausdorff, row.hausdorff_95, row.surface_distance) == (
            segment.hausdorff(a, b, spacing),
            segment.hausdorff(a, b, spacing, 95),
            segment.surface_distance(a, b, spacing),
        )


def test_a_moved_mask_is_as_far_as_it_was_moved():
    """By hand: a square moved by two pixels of 1.5 mm, whichever is first, wherever it lies."""
    a, b = np.zeros((2, 40, 60), bool)
    a[10:20, 10:20] = b[10:20, 12:22] = True
    assert segment.hausdorff(a, b, (1.0, 1.5)) == segment.hausdorff(b, a, (1.0, 1.5)) == 3.0
    shifted = segment.surface_distance(np.roll(a, (15, 30), (0, 1)), np.roll(b, (15, 30), (0, 1)))
    assert shifted == segment.surface_distance(a, b) == segment.surface_distance(b, a)
    assert segment.hausdorff(a, b, (10.0, 15.0)) == pytest.approx(30.0)
    assert segment.surface_distance(a, a) == segment.hausdorff(a, a, percentile=95) == 0


def test_a_ring_and_its_disc():
    """By hand: sets see the middle that the ring lacks; both have one surface."""
    disc = np.ones((9, 9), bool)
    ring = disc.copy()
    ring[1:-1, 1:-1] = False
    assert segment.hausdorff(disc, ring) == 4.0
    assert segment.hausdorff(disc, ring, percentile=99) == 0.0


@pytest.mark.parametrize("percentile", [-1, 100.5, math.nan, "95", None, True])
def test_percentiles_beyond_their_range_are_refused(percentile):
    mask = np.ones((3, 3), bool)
    with pytest.raises(InputError, match="give 0 to 100"):
        segment.hausdorff(mask, mask, percentile=percentile)


@pytest.mark.parametrize(
    ("spacing", "says"),
    [
        ((1.0,), "1 values for masks of 2 axes"),
        ((1.0, 0.0), "above 0"),
        ((1.0, -2.0), "above 0"),
        ((1.0, math.nan), "above 0"),
        ((1.0, math.inf), "above 0"),
        ("mm", "one length in mm"),
        (2.0, "one length in mm"),
    ],
)
def test_lengths_that_are_none_are_refused(spacing, says):
    mask = np.ones((3, 3), bool)
    for function in (segment.hausdorff, segment.surface_distance, segment.volume_difference):
        with pytest.raises(InputError, match=says):
            function(mask, mask, spacing)
    with pytest.raises(InputError, match=says):
        segment.measure(mask, mask, spacing)


def test_inputs_are_left_as_they_are():
    """Read-only, Fortran-ordered and big-endian masks will do."""
    rng = np.random.default_rng(0)
    a, b = (np.asfortranarray(rng.integers(0, 2, (7, 8)).astype(">i4")) for _ in range(2))
    for each in (a, b):
        each.flags.writeable = False
    (row,) = segment.measure(a, b)
    assert row == segment.measure(np.ascontiguousarray(a) != 0, np.ascontiguousarray(b) != 0)[0]


def test_large_smooth_masks_are_searched_as_small_ones_are_mapped():
    """Both ways to the nearest pixel give the same distances."""
    grid = np.ogrid[-15:15, -40:40, -40:40]
    a = sum((x / r) ** 2 for x, r in zip(grid, (11, 30, 33), strict=True)) < 1
    b = np.roll(a, (1, 2, 3), (0, 1, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imgpipe.segment.pairs.surfaces._MANY", 1.0)
        (searched,) = segment.measure(a, b, SPACING)
        patch.setattr("imgpipe.segment.pairs.surfaces._MANY", 0.0)
        (mapped,) = segment.measure(a, b, SPACING)
    assert searched.hausdorff == pytest.approx(mapped.hausdorff)
    assert searched.hausdorff_95 == pytest.approx(mapped.hausdorff_95)
    assert searched.surface_distance == pytest.approx(mapped.surface_distance)
