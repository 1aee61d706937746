"""Candidates: where blobs are, how large, and what is measured in their patches."""

import math

import numpy as np
import pytest

from imgpipe.detect import iou
from imgpipe.detect.boxes import checked_boxes
from imgpipe.detect.candidates.labelling import (
    NEGATIVE,
    POSITIVE,
    UNSURE,
    drawn_negatives,
    hardest_negatives,
    labels_of,
)
from imgpipe.detect.candidates.patches import REACH, RESPONSE, cut_patches, measure, measure_names
from imgpipe.detect.candidates.search import find_candidates, sigma_range
from imgpipe.detect.judging.hits import HitRule


def ball(shape, middle, radius, spacing):
    """A ball, or a disc, in an empty image, with pixels that are partly inside."""
    gaps = [(np.arange(n) - m) * s for n, m, s in zip(shape, middle, spacing, strict=True)]
    distance = np.sqrt(sum(np.square(gap) for gap in np.meshgrid(*gaps, indexing="ij")))
    return np.clip((radius - distance) / min(spacing) + 0.5, 0, 1).astype(np.float32)


@pytest.mark.parametrize(
    ("shape", "middle", "spacing"),
    [
        ((64, 60), (30.0, 25.0), (1.0, 1.0)),
        ((64, 120), (30.0, 50.0), (1.0, 0.5)),
        ((20, 40, 40), (9.0, 20.0, 19.0), (2.0, 1.0, 1.0)),
    ],
)
@pytest.mark.parametrize("radius", [5.0, 7.0])
def test_the_box_of_a_ball_is_its_own(shape, middle, spacing, radius):
    """The strongest candidate has the place and the size of the only thing there is, in mm."""
    pixel = np.array(spacing)
    values = 3 + 20 * ball(shape, middle, radius, spacing)
    found = find_candidates(values, pixel, (1.5, 7.0), "bright", 5, 15)
    half = radius / pixel
    own = np.concatenate([np.array(middle) + 0.5 - half, np.array(middle) + 0.5 + half])
    assert iou(found.boxes[:1], own[None])[0, 0] > 0.75
    assert found.sigmas[0] * math.sqrt(len(shape)) == pytest.approx(radius, rel=0.15)
    assert (np.diff(found.responses) <= 0).all()
    checked_boxes(found.boxes, "candidates", axes=len(shape))


def test_dark_is_bright_upside_down():
    """An image turned upside down has the same candidates, dark; both are the two together."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(48, 48)).astype(np.float32)
    unit = np.ones(2)
    bright = find_candidates(values, unit, (1.5, 4), "bright", 20, 15)
    dark = find_candidates(-values, unit, (1.5, 4), "dark", 20, 15)
    assert np.allclose(bright.boxes, dark.boxes)
    assert np.allclose(bright.measures, dark.measures, atol=1e-5)
    assert set(dark.signs) == {-1}
    both = find_candidates(values, unit, (1.5, 4), "both", 500, 15)
    assert np.count_nonzero(both.signs == 1) >= 20 <= np.count_nonzero(both.signs == -1)
    assert not len(
        find_candidates(np.ones((20, 20), np.float32), unit, (1.5, 4), "both", 9, 9).boxes
    )


def test_scales_are_those_of_the_lesions():
    """Radius over the root of the number of axes, a box's radius being that of its mean side."""
    boxes = [np.array([[0.0, 0, 4, 16], [0, 0, 2, 2]]), np.empty((0, 4))]
    low, high = sigma_range(boxes, [np.array([2.0, 0.5])] * 2)
    assert low == pytest.approx(0.9 * 1 / math.sqrt(2))
    assert high == pytest.approx(1.1 * 4 / math.sqrt(2))


def test_patches_sample_the_image_linearly():
    """A patch of a ramp is a ramp over twice the radius to each side, level beyond the border."""
    ramp = np.add.outer(10.0 * np.arange(40), np.arange(50)).astype(np.float32)
    radii = np.array([[2.0, 4.0], [1.0, 1.0], [2.0, 2.0]])
    middles = np.array([[20.0, 25.5], [10.5, 9.25], [0.0, 0.0]])
    patches = cut_patches(ramp, middles, radii, 9)
    steps = np.linspace(-REACH, REACH, 9)
    for k in range(2):
        rows, columns = middles[k][:, None] + steps * radii[k][:, None]
        assert np.allclose(patches[k], np.add.outer(10 * rows, columns), atol=1e-3)
    assert patches[2][0, 0] == 0
    assert patches[2][8, 8] == pytest.approx(44)


def test_far_steps_are_smoothed_before():
    """Where samples are many pixels apart, noise between them is averaged away."""
    noise = np.random.default_rng(0).normal(size=(200, 200)).astype(np.float32)
    near, far = (
        cut_patches(noise, np.full((1, 2), 100.0), np.full((1, 2), radius), 15).std()
        for radius in (3.0, 40.0)
    )
    assert far < 0.3 * near


def test_measures_of_known_patches():
    """Nothing stands out of a level, a disc of the own radius most; a line has one edge."""
    names = measure_names(2)
    steps = np.linspace(-REACH, REACH, 15)
    y, x = np.meshgrid(steps, steps, indexing="ij")
    level, disc, small = np.full((15, 15), 7.0), np.hypot(y, x) < 1, np.hypot(y, x) < 0.4
    line = np.abs(y) < 0.3
    patches = np.stack([level, disc, small, line, 10 * y]).astype(np.float32)
    rows = measure(patches)
    assert rows.shape == (5, len(names))
    assert names[RESPONSE] == "response_1"
    column = {name: rows[:, k] for k, name in enumerate(names)}
    others = [k for k, name in enumerate(names) if name != "edges_ratio"]
    assert np.allclose(rows[0, others], 0, atol=1e-3)
    assert column["response_1"][1] > column["response_1"][2:4].max() > 0
    assert column["contrast_0-0.35r"][1:3] == pytest.approx([1, 1])
    assert column["contrast_0.7-1r"][1:3] == pytest.approx([1, 0])
    assert column["edges_ratio"][1] == pytest.approx(1, abs=0.01)
    assert column["edges_ratio"][3] < 0.01
    assert column["response_1"][4] == pytest.approx(0, abs=1e-6)
    assert len(measure_names(3)) == measure(np.zeros((1, 9, 9, 9), np.float32)).shape[1]


def test_labels_of_candidates():
    """Hits that fit and the best of each lesion are positive, near ones neither, the rest none."""
    truth = np.array([[0.0, 0, 10, 10], [20, 20, 30, 30]])
    boxes = np.array(
        [
            [1.0, 1, 10, 10],  # fits
            [0, 0, 8, 9],  # fits, too
            [4, 4, 6, 6],  # hits, much too small
            [6, 6, 16, 16],  # overlaps without a hit
            [24, 24, 26, 26],  # small, but the only one on its lesion
            [40, 40, 50, 50],
        ]
    )
    wanted = [POSITIVE, POSITIVE, UNSURE, NEGATIVE, POSITIVE, NEGATIVE]
    assert iou(boxes[[3]], truth)[0, 0] < 0.1
    assert labels_of(boxes, truth, HitRule()).tolist() == wanted
    nearer = boxes.copy()
    nearer[3] = [5, 5, 15.5, 15.5]
    assert labels_of(nearer, truth, HitRule())[3] == UNSURE
    assert labels_of(boxes, np.empty((0, 4)), HitRule()).tolist() == [NEGATIVE] * 6


def test_negatives_are_drawn():
    """As many for each positive as asked for; half of the hard ones have the highest scores."""
    labels = np.array([1, 1, -1, *[0] * 20])
    drawn = drawn_negatives(labels, 4, np.random.RandomState(0))
    assert len(drawn) == len(set(drawn)) == 8
    assert (labels[drawn] == NEGATIVE).all()
    assert len(drawn_negatives(labels, None, np.random.RandomState(0))) == 20
    assert len(drawn_negatives(labels, 50, np.random.RandomState(0))) == 20
    scores = np.arange(23.0)
    hard = hardest_negatives(labels, scores, 8, np.random.RandomState(0))
    assert {19, 20, 21, 22} <= set(hard.tolist())
    assert len(set(hard)) == 8
    assert (labels[hard] == NEGATIVE).all()
