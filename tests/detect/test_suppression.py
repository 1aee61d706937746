"""Non-maximum suppression, beside a naive one."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.detect import iou, suppress


def naive(boxes, overlap):
    """Take the best box, strike out what overlaps it, and begin again."""
    left = list(range(len(boxes)))
    chosen = []
    while left:
        best = max(left, key=lambda i: (boxes[i][-1], -i))
        chosen.append(best)
        left = [i for i in left if i != best and iou([boxes[i]], [boxes[best]])[0, 0] <= overlap]
    return chosen


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("overlap", [0, 0.2, 0.5, 1])
def test_greedy_by_score(axes, overlap):
    """The naive rule chooses the same boxes in the same order, ties included."""
    rng = np.random.default_rng(axes)
    low = rng.uniform(0, 12, (60, axes))
    scores = rng.integers(0, 9, (60, 1))
    boxes = np.hstack([low, low + rng.uniform(1, 6, low.shape), scores])
    kept = suppress(boxes, overlap)
    assert kept.tolist() == naive(boxes.tolist(), overlap)
    left = iou(boxes[kept], boxes[kept])
    assert (left[~np.eye(len(kept), dtype=bool)] <= overlap).all()
    again = suppress(boxes[kept], overlap)
    assert again.tolist() == list(range(len(kept)))


def test_of_equal_boxes_the_first_stays():
    """Equal scores keep their order."""
    assert suppress([[0, 0, 2, 2, 1], [0, 0, 2, 2, 1], [4, 4, 5, 5, 1]]).tolist() == [0, 2]
    assert suppress([]).tolist() == []


def test_a_small_box_within_a_large_one():
    """It overlaps little of the union, and all of itself."""
    boxes = [[0, 0, 10, 10, 0.9], [4, 4, 6, 6, 0.8]]
    assert suppress(boxes).tolist() == [0, 1]
    assert suppress(boxes, measure="smaller").tolist() == [0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([[0, 0, 1, 1]],), "and a score"),
        (([[0, 0, 1, 1, np.nan]],), "row 0"),
        (([], -0.1), "from 0 to 1"),
        (([], np.nan), "from 0 to 1"),
    ],
)
def test_bad_input(arguments, said):
    """What is no scored box, and no share, is refused."""
    with pytest.raises(InputError, match=said):
        suppress(*arguments)
    with pytest.raises(InputError, match="measure='union'"):
        suppress([], measure="union")
