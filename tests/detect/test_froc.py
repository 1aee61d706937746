"""FROC: the definition of MONAI and CAMELYON16, hits that count once, intervals over patients."""

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.detect import froc

SIDE = 24


def defined(detections, truth, at):
    """FROC by its definition: labels in a mask are looked up at the middles of detections.

    A false positive has its middle on no label, a lesion the highest probability on its label,
    0 if it is missed. Thresholds are all of these numbers but the lowest; sensitivities at given
    rates are interpolated, the last one holds beyond.
    """
    false, true = [], []
    for boxes, lesions in zip(detections, truth, strict=True):
        mask = np.zeros((SIDE, SIDE), int)
        for label, (y0, x0, y1, x1) in enumerate(lesions, start=1):
            mask[int(y0) : int(y1), int(x0) : int(x1)] = label
        best = [0.0] * len(lesions)
        for y0, x0, y1, x1, score in boxes:
            label = mask[int((y0 + y1) / 2), int((x0 + x1) / 2)]
            if label == 0:
                false.append(score)
            else:
                best[label - 1] = max(best[label - 1], score)
        true += best
    thresholds = sorted(set(false + true))[1:]
    false, true = np.array(false), np.array(true)
    rates = [*[(false >= t).sum() / len(truth) for t in thresholds], 0.0]
    shares = [*[(true >= t).sum() / len(true) for t in thresholds], 0.0]
    return rates, shares, np.interp(at, rates[::-1], shares[::-1])


def simulated(rng, images=12, skill=0.6, scores=1000):
    """Up to three lesions an image that do not touch, found with luck, and false alarms."""
    detections, truth = [], []
    for _ in range(images):
        places = rng.permutation(9)[: rng.integers(0, 4)]
        corner = np.array([[8 * (p // 3) + 1, 8 * (p % 3) + 1] for p in places]).reshape(-1, 2)
        truth.append(np.hstack([corner, corner + rng.integers(2, 6, corner.shape)]).astype(float))
        boxes = []
        for lesion in truth[-1]:
            for _ in range(rng.binomial(2, skill)):
                middle = rng.uniform(lesion[:2], lesion[2:])
                boxes.append([*(middle - 1), *(middle + 1), rng.integers(1, scores) / scores])
        for middle in rng.uniform(1, SIDE - 1, (rng.integers(0, 5), 2)):
            boxes.append([*(middle - 1), *(middle + 1), rng.integers(1, scores) / scores])
        detections.append(boxes)
    return detections, truth


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scores", [5, 1000])
def test_the_curve_is_the_defined_one(seed, scores):
    """Thresholds, rates and sensitivities are those of the definition, ties included."""
    at = (0, 1 / 8, 0.3, 1, 2.5, 8)
    detections, truth = simulated(np.random.default_rng(seed), scores=scores)
    rates, shares, values = defined(detections, truth, at)
    result = froc(detections, truth, at=at, n_resamples=2)
    assert sum(lesions.shape[0] for lesions in truth) == result.lesions
    assert any((best == -np.inf).any() for best in result.best)  # else the lowest is left out
    assert result.false_positives[::-1] == pytest.approx(rates)
    assert result.sensitivity[::-1] == pytest.approx(shares)
    assert [p.sensitivity for p in result.points] == pytest.approx(values)
    assert result.mean == pytest.approx(values.mean())
    assert [result.sensitivity_at(rate) for rate in at] == pytest.approx(values)


def test_where_no_lesion_is_missed_the_lowest_threshold_counts_too():
    """The definition leaves it out, and with it the false positives that have that score."""
    truth = [[[0, 0, 4, 4]]]
    detections = [[[1, 1, 3, 3, 0.8], [9, 9, 11, 11, 0.2]]]
    rates, shares, _ = defined(detections, truth, [1])
    result = froc(detections, truth, n_resamples=2)
    assert (rates, shares) == ([0.0, 0.0], [1.0, 0.0])
    assert result.false_positives == (0.0, 0.0, 1.0)
    assert result.sensitivity == (0.0, 1.0, 1.0)
    assert result.thresholds == (np.inf, 0.8, 0.2)


def test_several_hits_count_once():
    """The best of them finds the lesion, the others are neither right nor wrong."""
    truth = [[[0, 0, 6, 6]], [[0, 0, 6, 6]]]
    detections = [[[1, 1, 3, 3, 0.3], [2, 2, 4, 4, 0.9], [3, 3, 5, 5, 0.6]], []]
    result = froc(detections, truth, at=[0])
    assert result.false_positives == (0.0, 0.0)
    assert result.sensitivity == (0.0, 0.5)
    assert result.hits[0].tolist() == [0, 0, 0]
    assert [best.tolist() for best in result.best] == [[0.9], [-np.inf]]
    assert result.points[0].threshold == 0.9


def test_images_without_lesions_count_for_false_positives():
    """They dilute or add false positives, and change no sensitivity."""
    truth, detections = [[[0, 0, 4, 4]]], [[[1, 1, 3, 3, 0.5], [8, 8, 9, 9, 0.9]]]
    one = froc(detections, truth)
    more = froc([*detections, [], [[5, 5, 6, 6, 0.7]]], [*truth, [], []])
    assert one.false_positives == (0.0, 1.0, 1.0)
    assert more.false_positives == pytest.approx((0, 1 / 3, 2 / 3, 2 / 3))
    assert more.sensitivity[-1] == one.sensitivity[-1] == 1


def test_no_detection_anywhere():
    """Sensitivity is nought at any rate, with an interval that is not."""
    result = froc([[], []], [[[0, 0, 4, 4]], [[0, 0, 4, 4]]])
    assert [point.sensitivity for point in result.points] == [0] * 7
    assert result.thresholds == (np.inf,)
    assert result.points[3].threshold == np.inf
    assert (result.low, result.mean) == (0, 0)
    assert 0 < result.high < 1


def test_the_threshold_keeps_the_rate():
    """Detections at or above it have no more false positives than were asked for."""
    detections, truth = simulated(np.random.default_rng(11), images=40)
    result = froc(detections, truth, n_resamples=2)
    for point in result.points:
        false = sum(
            np.count_nonzero((hit < 0) & (np.array(boxes)[:, -1] >= point.threshold))
            for boxes, hit in zip(detections, result.hits, strict=True)
            if len(boxes)
        )
        assert false / 40 <= point.false_positives
        assert point.threshold == result.threshold_at(point.false_positives)


def test_volumes_and_the_rule_in_words():
    """Boxes of six numbers are judged like those of four; the rule is said."""
    truth = [[[0, 0, 0, 4, 4, 4]], []]
    detections = [[[1, 1, 1, 3, 3, 3, 0.5]], []]
    result = froc(detections, truth, rule="iou", overlap=0.125)
    assert result.sensitivity[-1] == 1
    assert "union of 0.125 or more" in result.rule
    assert froc(detections, truth, rule="iou", overlap=0.126).sensitivity[-1] == 0
    far = froc(detections, truth, rule="distance", radius=0.1, spacing=(3, 1, 1))
    assert "0.1 mm" in far.rule
    assert far.sensitivity[-1] == 1


def test_intervals_hold_the_true_sensitivity():
    """Of 95 % intervals of many cohorts, about as many hold the truth; patients are drawn whole."""
    rng = np.random.default_rng(5)
    held, widths = [], []
    for trial in range(120):
        detections, truth, patients = [], [], []
        for patient in range(20):
            skill = rng.choice([0.4, 0.9])  # what all images of a patient share: mean .65
            for _ in range(3):
                found = rng.random() < skill
                truth.append([[0, 0, 4, 4]])
                detections.append([[1, 1, 3, 3, 0.9]] if found else [])
                patients.append(patient)
        result = froc(
            detections, truth, groups=patients, at=[1], n_resamples=200, seed=trial
        ).points[0]
        held.append(result.low <= 0.65 <= result.high)
        widths.append(result.high - result.low)
    assert result.low < result.sensitivity < result.high
    assert 0.90 <= np.mean(held) <= 0.99
    alone = froc(detections, truth, at=[1], n_resamples=200).points[0]
    assert np.mean(widths) > alone.high - alone.low


def test_intervals_follow_the_seed_and_know_their_limits():
    """The same seed gives the same ends; one patient with lesions gives none."""
    detections, truth = simulated(np.random.default_rng(2))
    first, again = (froc(detections, truth, n_resamples=50, seed=4) for _ in range(2))
    assert first.points == again.points
    assert froc(detections, truth, n_resamples=50, seed=5).points != first.points
    lone = froc(detections, truth, groups=["A"] * 12, n_resamples=50)
    assert np.isnan([lone.low, lone.high]).all()
    assert lone.mean == first.mean


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (([], []), {}, "empty"),
        (([[]], [[], []]), {}, "detections of 1 images, but truth of 2"),
        (([[]], [[]]), {}, "no lesion in any image"),
        ((3, [[]]), {}, "detections is of type int"),
        (([[[0, 0, 1, 1]]], [[[0, 0, 1, 1]]]), {}, "detections of image 0: .* and a score"),
        (([[], []], [[], [[0, 0, 0, 1]]]), {}, "truth of image 1: row 0 .* is empty"),
        (([[[0, 0, 1, 1, np.nan]]], [[[0, 0, 1, 1]]]), {}, "detections of image 0: row 0"),
        (([[], []], [[[0, 0, 1, 1]], [[0, 0, 0, 1, 1, 1]]]), {}, "truth of image 1: .* shape"),
        (([[]], [[[0, 0, 1, 1]]]), {"at": []}, "at="),
        (([[]], [[[0, 0, 1, 1]]]), {"at": [-1]}, "0 or more"),
        (([[]], [[[0, 0, 1, 1]]]), {"at": "all"}, "0 or more"),
        (([[]], [[[0, 0, 1, 1]]]), {"n_resamples": 1}, "2 or more"),
        (([[]], [[[0, 0, 1, 1]]]), {"n_resamples": 10.0}, "2 or more"),
        (([[]], [[[0, 0, 1, 1]]]), {"groups": ["a", "b"]}, "there are 1 images"),
        (([[]], [[[0, 0, 1, 1]]]), {"groups": [None]}, "patient of image 0"),
        (([[]], [[[0, 0, 1, 1]]]), {"groups": [np.nan]}, "patient of image 0"),
        (([[]], [[[0, 0, 1, 1]]]), {"rule": "near"}, "hit rule"),
    ],
)
def test_bad_input(arguments, settings, said):
    """What cannot be scored is refused in a line that says where it stands."""
    with pytest.raises(InputError, match=said):
        froc(*arguments, **settings)


def test_each_image_may_have_its_spacing() -> None:
    """A radius in mm reaches fewer pixels along the coarse axis, image by image."""
    truth = [[[0, 0, 2, 2]], [[0, 0, 2, 2]]]
    found = [[[3, 0, 5, 2, 0.9]], [[3, 0, 5, 2, 0.8]]]  # three pixels down
    how = {"rule": "distance", "radius": 4.0}
    result = froc(found, truth, spacing=[(1.0, 1.0), (2.0, 1.0)], **how)
    assert [each.tolist() for each in result.hits] == [[0], [-1]]
    assert "4 mm" in result.rule
    mixed = froc(found, truth, spacing=[None, (2.0, 1.0)], **how)
    assert "4 pixels" in mixed.rule
    alike = froc(found, truth, spacing=(1.0, 1.0), **how)
    assert [each.tolist() for each in alike.hits] == [[0], [0]]
    with pytest.raises(InputError, match="spacing of 1 images"):
        froc(found, truth, spacing=[(1.0, 1.0)], **how)
