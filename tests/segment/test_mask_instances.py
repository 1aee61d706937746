"""Scores of objects: a naive oracle with every matching, scikit-image's labels, and by hand."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imgpipe import segment
from imgpipe._common import InputError

LABELS = hnp.array_shapes(min_dims=2, max_dims=3, max_side=5).flatmap(
    lambda s: st.tuples(*[hnp.arrays(np.int32, s, elements=st.integers(0, 4))] * 2)
)


def naive(a, b, threshold):
    """The most pairs above the threshold, and of these the largest sum: all matchings are tried."""
    first, second = (sorted(set(each.flat) - {0}) for each in (a, b))
    iou = {
        (i, j): ((a == i) & (b == j)).sum() / ((a == i) | (b == j)).sum()
        for i in first
        for j in second
    }
    best = (0, 0.0)
    longer = second + [None] * len(first)
    for order in set(itertools.permutations(longer, len(first))):
        chosen = [iou[i, j] for i, j in zip(first, order, strict=True) if j is not None]
        chosen = [value for value in chosen if value > threshold]
        best = max(best, (len(chosen), sum(chosen)))
    return len(first), len(second), *best


@settings(max_examples=40, deadline=None)
@given(LABELS, st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.75]))
def test_scores_are_those_of_the_best_matching(pair, threshold):
    """As many pairs as can be, none twice, and among these the largest overlap."""
    n, of, hits, total = naive(*pair, threshold)
    found = segment.instance_scores(*pair, threshold)
    counts = found.true_positives, found.false_positives, found.false_negatives
    assert counts == (hits, n - hits, of - hits)
    if not n + of:
        assert found.f1 == found.precision == found.panoptic_quality == 1
        return
    assert found.f1 == found.recognition_quality == pytest.approx(2 * hits / (n + of))
    assert found.average_precision == pytest.approx(hits / (n + of - hits))
    assert found.panoptic_quality == pytest.approx(2 * total / (n + of))
    if hits:
        assert found.precision == hits / n
        assert found.recall == hits / of
        assert found.segmentation_quality == pytest.approx(total / hits)
        product = found.segmentation_quality * found.recognition_quality
        assert found.panoptic_quality == pytest.approx(product)
    assert len({a for a, _, _ in found.pairs}) == len({b for _, b, _ in found.pairs}) == hits
    for i, j, iou in found.pairs:
        mask, reference = pair[0] == i, pair[1] == j
        assert iou == pytest.approx(segment.jaccard(mask, reference))
        assert iou > threshold


def test_scores_by_hand():
    """Two squares are found, one by the half; one is missed, and one is nowhere."""
    labels, reference = np.zeros((2, 20, 20), np.int32)
    labels[0:4, 0:4], reference[0:4, 0:4] = 5, 1
    labels[8:12, 0:4], reference[8:12, 0:3] = 3, 2
    reference[16:20, 16:20] = 9
    labels[0:4, 16:20] = 7
    found = segment.instance_scores(labels, reference)
    assert (found.true_positives, found.false_positives, found.false_negatives) == (2, 1, 1)
    assert found.pairs == ((3, 2, 0.75), (5, 1, 1.0))
    assert found.precision == found.recall == found.f1 == pytest.approx(2 / 3)
    assert found.average_precision == 0.5
    assert found.segmentation_quality == 0.875
    assert segment.panoptic_quality(labels, reference) == pytest.approx((7 / 12, 0.875, 2 / 3))
    by_threshold = segment.average_precision(labels, reference, [0.5, 0.74, 0.75, 0.9])
    assert by_threshold.tolist() == [0.5, 0.5, 0.2, 0.2]  # above, and not at
    assert segment.average_precision(labels, reference, 0.9) == 0.2


def test_numbers_of_labels_do_not_matter():
    """Objects that are numbered anew, with large or negative numbers, have the same scores."""
    rng = np.random.default_rng(3)
    labels = np.kron(np.arange(1, 37).reshape(6, 6), np.ones((7, 7), np.int64))
    moved = np.roll(labels, 2, axis=1)
    again = rng.permutation(np.arange(-(10**9), 10**9, 10**7, dtype=np.int64)[:37])
    again[again == 0] = 5
    expected = segment.instance_scores(labels, moved)
    found = segment.instance_scores(again[labels], moved.astype(np.uint64))
    assert found.average_precision == expected.average_precision
    assert found.panoptic_quality == pytest.approx(expected.panoptic_quality)


def test_no_objects():
    """Nothing where nothing is, is right; what has no denominator is NaN."""
    empty, some = np.zeros((4, 4), int), np.eye(4, dtype=int)
    nothing = segment.instance_scores(empty, empty)
    assert nothing.precision == nothing.recall == nothing.segmentation_quality == 1
    assert segment.average_precision(empty, empty) == 1
    missed = segment.instance_scores(empty, some)
    assert math.isnan(missed.precision)
    assert missed.recall == missed.f1 == 0
    assert math.isnan(missed.segmentation_quality)
    assert missed.panoptic_quality == 0
    wrong = segment.instance_scores(some, empty)
    assert math.isnan(wrong.recall)
    assert wrong.precision == wrong.average_precision == 0


def test_thousands_of_touching_objects_at_a_low_threshold():
    """Groups of objects are matched one by one; each object is found."""
    labels = np.arange(1, 4901).reshape(70, 70).repeat(3, 0).repeat(3, 1)
    moved = np.roll(labels, 1, axis=0)
    moved[:1] = 0
    found = segment.instance_scores(labels, moved, 0.1)
    assert found.false_positives == 0
    assert found.true_positives == 4900


@pytest.mark.parametrize("threshold", [-0.1, 1, 1.5, math.nan, "0.5", True, None])
def test_thresholds_beyond_their_range_are_refused(threshold):
    labels = np.eye(3, dtype=int)
    with pytest.raises(InputError, match="threshold="):
        segment.instance_scores(labels, labels, threshold)


def test_masks_have_no_objects():
    """A mask of bool, another shape and NaN are refused; whole floats will do."""
    labels = np.eye(3, dtype=int)
    with pytest.raises(InputError, match="reference is a mask, in which objects"):
        segment.instance_scores(labels, labels == 1)
    with pytest.raises(InputError, match="labels has shape"):
        segment.average_precision(labels[:2], labels)
    with pytest.raises(InputError, match="NaN"):
        segment.panoptic_quality(labels * np.nan, labels)
    assert segment.average_precision(labels.astype(float), labels) == 1
