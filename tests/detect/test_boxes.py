"""Boxes: where masks have them, how near two are, and what is refused."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.detect import BoxWarning, boxes_of, centre_distances, iou
from imgpipe.detect.boxes import boxes_within, checked_boxes
from imgpipe.detect.judging.hits import HitRule


def drawn(boxes, shape, scale):
    """Each box as a mask on a grid `scale` times finer, whose pixels are then counted."""
    masks = []
    for box in np.asarray(boxes) * scale:
        axes = len(shape)
        mask = np.zeros([n * scale for n in shape], bool)
        mask[tuple(slice(int(box[k]), int(box[axes + k])) for k in range(axes))] = True
        masks.append(mask)
    return masks


def random_boxes(rng, n, shape):
    """Boxes with corners at halves of pixels."""
    low = np.array([rng.integers(0, 2 * side - 2, n) for side in shape]).T / 2
    return np.hstack([low, low + rng.integers(1, 8, low.shape) / 2])


@pytest.mark.parametrize("shape", [(12, 15), (7, 8, 9)])
def test_iou_is_that_of_counted_pixels(shape):
    """Intersection over union is that of the boxes drawn as masks."""
    rng = np.random.default_rng(len(shape))
    boxes, others = random_boxes(rng, 5, shape), random_boxes(rng, 4, shape)
    wide = tuple(n + 4 for n in shape)
    left, right = drawn(boxes, wide, 2), drawn(others, wide, 2)
    counted = [[(a & b).sum() / (a | b).sum() for b in right] for a in left]
    assert iou(boxes, others) == pytest.approx(np.array(counted))
    assert np.array_equal(iou(boxes, others), iou(others, boxes).T)
    assert iou(boxes, []).shape == (5, 0)


def test_distances_follow_the_spacing():
    """The middles of boxes are as far apart as pixels are wide; scores mean nothing."""
    boxes = [[0, 0, 0, 2, 2, 2, 0.5]]
    others = [[1, 3, 4, 3, 5, 6]]
    assert centre_distances(boxes, others) == pytest.approx(np.sqrt([[1 + 9 + 16]]))
    spaced = centre_distances(boxes, others, spacing=(3, 1, 0.5))
    assert spaced == pytest.approx(np.sqrt([[9 + 9 + 4]]))


def test_a_box_round_each_component_or_label():
    """One value: each part that hangs together, corners included; several: each value."""
    mask = np.zeros((6, 7), np.uint8)
    mask[0, 0] = mask[1, 1] = mask[4:, 5:] = 255
    parts = [[0, 0, 2, 2], [4, 5, 6, 7]]
    assert boxes_of(mask).tolist() == boxes_of(mask > 0).tolist() == parts
    mask[4:, 5:] = 3
    mask[0, 6] = 3
    assert boxes_of(mask).tolist() == [[0, 5, 6, 7], [0, 0, 2, 2]]
    assert boxes_of(mask, each="component").tolist() == [parts[0], [0, 6, 1, 7], parts[1]]
    assert boxes_of(mask > 0, each="label").tolist() == [[0, 0, 6, 7]]
    assert boxes_of(np.zeros((3, 4))).shape == (0, 4)
    assert boxes_of(np.ones((2, 3, 4), bool)).tolist() == [[0, 0, 0, 2, 3, 4]]
    labels = np.array([[-2, 0, 5]])
    assert boxes_of(labels).tolist() == [[0, 0, 1, 1], [0, 2, 1, 3]]
    assert boxes_of(np.array([[1, 1, 2]])).tolist() == [[0, 0, 1, 2], [0, 2, 1, 3]]


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (np.zeros(4), "shape"),
        (np.array([[0.5]]), "whole numbers"),
        (np.array([[np.nan]]), "NaN"),
        (np.array([["a"]]), "dtype"),
    ],
)
def test_masks_that_have_no_boxes(mask, said):
    """What is no mask is refused."""
    with pytest.raises(InputError, match=said):
        boxes_of(mask)
    with pytest.raises(InputError, match="each='pixel'"):
        boxes_of(np.ones((2, 2)), each="pixel")


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ([[0, 0, 1]], r"image 7: boxes of shape \(1, 3\)"),
        ([[0, 0, 0, 1, 1, 1]], r"give rows \(y0, x0, y1, x1\)$"),
        ([0, 0, 1, 1], "shape"),
        ([[0, 0, 1, 1], [0, 0, np.nan, 1]], r"image 7: row 1 \(0, 0, nan, 1\)"),
        ([[0, 0, np.inf, 1]], "infinite"),
        ([[0, 0, 1, 1], [2, 0, 2, 1]], r"image 7: row 1 \(2, 0, 2, 1\) is empty"),
        ([[3, 0, 2, 1]], "empty"),
        ([["a", 0, 2, 1]], "numbers"),
        ([[0, 0, 2, 1], [0]], "numbers"),
        (None, "shape"),
    ],
)
def test_what_is_no_box(boxes, said):
    """An error names the image, the row and what is in it."""
    with pytest.raises(InputError, match=said):
        checked_boxes(boxes, "image 7", axes=2)


def test_boxes_beyond_the_image():
    """One beyond the border is refused, one across it is cut off with a warning."""
    boxes = np.array([[0, 0, 4, 4], [2, -1, 9, 3]], float)
    with pytest.warns(BoxWarning, match=r"image 7: row 1 .* reaches beyond the image of 8 x 5"):
        cut = boxes_within(boxes, (8, 5), "image 7")
    assert cut.tolist() == [[0, 0, 4, 4], [2, 0, 8, 3]]
    with pytest.raises(InputError, match=r"image 7: row 0 .* outside the image of 8 x 5 pixels"):
        boxes_within(np.array([[8.0, 0, 9, 1]]), (8, 5), "image 7")
    assert boxes_within(cut, (8, 5), "image 7") is not cut
    assert boxes_within(np.empty((0, 4)), (8, 5), "image 7").shape == (0, 4)


def test_a_detection_hits_the_lesion_that_it_fits_best():
    """The nearest middle, or the largest overlap, of those that the rule lets through."""
    truth = np.array([[0, 0, 10, 10], [3, 3, 7, 6]], float)
    boxes = np.array([[4, 3, 6, 6, 1], [0, 0, 8, 8, 1], [9, 9, 11, 11, 1], [0, 0, 2, 2, 1]])
    assert HitRule("centre").hits(boxes, truth).tolist() == [1, 1, -1, 0]
    assert HitRule("iou", overlap=0.2).hits(boxes, truth).tolist() == [1, 0, -1, -1]
    assert HitRule("distance", radius=1.5).hits(boxes, truth).tolist() == [1, 1, -1, -1]
    wide = HitRule("distance", radius=1.5, spacing=(0.1, 0.1)).hits(boxes, truth)
    assert wide.tolist() == [1, 1, 0, 1]


def test_half_of_the_longest_side_is_the_distance_that_counts():
    """Without a radius, the lesion's own extent says how near is near enough."""
    truth = np.array([[0.0, 0, 4, 10]])
    boxes = np.array([[1.0, 9, 3, 11], [1, 9.5, 3, 11.5], [6, 4, 8, 6]])
    assert HitRule("distance").hits(boxes, truth).tolist() == [0, -1, 0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rule": "near"}, "'centre', 'iou' or 'distance'"),
        ({"overlap": 0.5}, "means nothing"),
        ({"rule": "iou", "radius": 3}, "means nothing"),
        ({"rule": "iou", "overlap": 0}, "above 0"),
        ({"rule": "iou", "overlap": 1.1}, "up to 1"),
        ({"rule": "distance", "radius": -1}, "a distance"),
        ({"rule": "distance", "radius": np.nan}, "a distance"),
    ],
)
def test_rules_that_are_none(settings, said):
    """A setting out of range, or without effect, is refused."""
    with pytest.raises(InputError, match=said):
        HitRule(**settings)


@pytest.mark.parametrize("spacing", [(1.0,), (1.0, 0.0), (1.0, np.nan), (1.0, 1.0, 1.0)])
def test_spacing_fits_the_boxes(spacing):
    """A length for each axis."""
    with pytest.raises(InputError, match="each of 2 axes"):
        centre_distances([[0, 0, 1, 1]], [[0, 0, 1, 1]], spacing)
    with pytest.raises(InputError, match="nothing in common"):
        iou([[0, 0, 1, 1]], [[0, 0, 0, 1, 1, 1]])
