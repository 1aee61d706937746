"""Dice, Jaccard and volumes: a naive count, SimpleITK, and what is refused."""

import itertools
import math

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imgpipe import segment
from imgpipe._common import InputError

SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, max_side=6)
PAIRS = SHAPES.flatmap(
    lambda shape: st.tuples(*[hnp.arrays(np.uint8, shape, elements=st.integers(0, 1))] * 2)
)


def naive(a, b):
    """Counts of pixels: of both, of the first, of the second."""
    places = list(itertools.product(*map(range, a.shape)))
    return (
        sum(bool(a[p]) and bool(b[p]) for p in places),
        sum(bool(a[p]) for p in places),
        sum(bool(b[p]) for p in places),
    )


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_overlap_is_the_ratio_of_counts(pair):
    """Dice, Jaccard and volumes equal those of pixels counted one by one."""
    a, b = pair
    both, n, of = naive(a, b)
    expected = 2 * both / (n + of) if n + of else 1.0
    union = n + of - both
    assert segment.dice(a, b) == pytest.approx(expected, abs=1e-15)
    assert segment.jaccard(a, b) == pytest.approx(both / union if union else 1.0, abs=1e-15)
    spacing = (0.5, 2.0, 3.0)[: a.ndim]
    difference = segment.volume_difference(a, b, spacing)
    assert difference == pytest.approx((n - of) * math.prod(spacing))
    assert segment.volume_difference(b, a, spacing) == -difference
    assert segment.dice(a, b) == segment.dice(b, a)


@pytest.mark.parametrize("shape", [(9, 11), (4, 6, 5)])
def test_overlap_of_labels_is_that_of_simpleitk(shape):
    """Each label of random label images has SimpleITK's Dice, Jaccard and volumes."""
    rng = np.random.default_rng(len(shape))
    spacing = (2.5, 0.7, 0.9)[-len(shape) :]
    for _ in range(5):
        a, b = rng.integers(0, 4, (2, *shape), dtype=np.uint8)
        first, second = (sitk.GetImageFromArray(each) for each in (a, b))
        for image in (first, second):
            image.SetSpacing(spacing[::-1])
        peer = sitk.LabelOverlapMeasuresImageFilter()
        peer.Execute(first, second)
        volumes = [sitk.LabelShapeStatisticsImageFilter() for _ in range(2)]
        for volume, image in zip(volumes, (first, second), strict=True):
            volume.Execute(image)
        rows = segment.measure(a, b, spacing)
        assert [row.label for row in rows] == [1, 2, 3]
        for row in rows:
            k = row.label
            assert row.dice == pytest.approx(peer.GetDiceCoefficient(k), rel=1e-12)
            assert row.jaccard == pytest.approx(peer.GetJaccardCoefficient(k), rel=1e-12)
            sizes = [volume.GetPhysicalSize(k) for volume in volumes]
            assert [row.volume, row.reference_volume] == pytest.approx(sizes)
            assert row.volume_difference == pytest.approx(sizes[0] - sizes[1])
            assert row.relative_volume_difference == pytest.approx(sizes[0] / sizes[1] - 1)
            # 2 (a - b) / (a + b)
            similar = 2 * row.volume_difference / (row.volume + row.reference_volume)
            assert similar == pytest.approx(peer.GetVolumeSimilarity(k))
            assert segment.dice(a, b, label=k) == row.dice
            assert segment.jaccard(a, b, label=k) == row.jaccard
            assert segment.volume_difference(a, b, spacing, label=k) == row.volume_difference


def test_two_empty_masks_are_equal_and_one_is_as_far_off_as_can_be():
    """Equal masks have the best value, empty ones too; beside an empty one stands the worst."""
    empty, full = np.zeros((2, 3), bool), np.ones((2, 3), bool)
    assert segment.dice(empty, empty) == segment.jaccard(empty, empty) == 1
    assert segment.dice(empty, full) == segment.jaccard(full, empty) == 0
    assert segment.volume_difference(empty, empty, relative=True) == 0
    assert segment.volume_difference(full, empty, relative=True) == math.inf
    assert segment.volume_difference(empty, full, relative=True) == -1
    (row,) = segment.measure(empty, empty, (2.0, 2.0))
    assert row == segment.Measured(1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
    (row,) = segment.measure(full, empty, (2.0, 2.0))
    inf = math.inf
    assert row == segment.Measured(1, 0, 0, inf, inf, inf, 24, 0, 24, inf)


def test_labels_are_not_taken_together_in_silence():
    """Labels that are mixed up would have a Dice of 1: one must be chosen."""
    a, b = np.array([[0, 1, 2, 2]]), np.array([[0, 2, 1, 1]])
    for function in (segment.dice, segment.jaccard, segment.hausdorff, segment.surface_distance):
        with pytest.raises(InputError, match=r"a holds several labels \(1, 2, .*label="):
            function(a, b)
        assert function(a, b, label=1) == function(a == 1, b == 1)
    with pytest.raises(InputError, match="b holds several labels"):
        segment.volume_difference(a != 0, b)
    assert segment.dice(a != 0, b != 0) == 1
    # one label alone is a mask, whatever its number
    assert segment.dice(a == 1, np.where(a == 1, 255, 0)) == 1


def test_rows_are_those_of_labels_in_either_or_of_those_that_are_asked_for():
    """A label that only one of the two has is a row, and so is one that was asked for."""
    a, b = np.array([[0, 1, 1, 3]]), np.array([[0, 1, 1, 2]])
    assert [(row.label, row.dice) for row in segment.measure(a, b)] == [(1, 1), (2, 0), (3, 0)]
    asked = segment.measure(a, b, labels=(9, 1))
    assert [(row.label, row.dice, row.hausdorff) for row in asked] == [(9, 1, 0), (1, 1, 0)]


def test_white_alone_is_label_1():
    """A mask of 0 and 255, or 65535, is compared with one of 0 and 1; labels stay as they are."""
    mask = np.array([[0, 1, 1]], np.uint8)
    for white in (255, 65535):
        (row,) = segment.measure(mask.astype(np.uint16) * white, mask)
        assert (row.label, row.dice) == (1, 1)
    rows = segment.measure(np.array([[0, 255, 1]]), np.array([[0, 255, 1]]))
    assert [row.label for row in rows] == [1, 255]
    assert [row.label for row in segment.measure(mask * 2, mask)] == [1, 2]


@pytest.mark.parametrize(
    ("a", "says"),
    [
        (np.zeros((2, 4), bool), r"a has shape \(2, 4\), but b has \(2, 3\)"),
        (np.array(1), r"a has shape \(\)"),
        (np.zeros((0, 3), bool), r"a has shape \(0, 3\)"),
        (np.full((2, 3), np.nan), "a: 6 of 6 values are NaN"),
        (np.full((2, 3), 0.3), r"fractions \(0.3\); threshold it first, as in a > 0.5"),
        (np.full((2, 3), 1j), "a has dtype complex128"),
        (np.full((2, 3), "x"), "a has dtype"),
    ],
)
def test_what_is_no_mask_is_refused(a, says):
    """The error names the argument, what was found, and what would do."""
    b = np.ones((2, 3), bool)
    functions = (segment.dice, segment.jaccard, segment.volume_difference, segment.hausdorff)
    for function in (*functions, segment.surface_distance):
        with pytest.raises(InputError, match=says):
            function(a, b)
    with pytest.raises(InputError, match=r"^mask|threshold it first"):
        segment.measure(a, b)


@pytest.mark.parametrize("label", [0, True, 1.0, "1"])
def test_what_is_no_label_is_refused(label):
    mask = np.ones((2, 3), int)
    with pytest.raises(InputError, match="labels are whole numbers"):
        segment.dice(mask, mask, label=label)
    with pytest.raises(InputError, match="labels are whole numbers"):
        segment.measure(mask, mask, labels=[label])
    with pytest.raises(InputError, match="at least one"):
        segment.measure(mask, mask, labels=[])
    with pytest.raises(InputError, match="each label once"):
        segment.measure(mask, mask, labels=[1, 1])
