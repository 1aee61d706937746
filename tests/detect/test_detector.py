"""The detector: what it finds of lesions it has not seen, and what it refuses."""

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from imgpipe import InputError
from imgpipe.datasets import synthetic_lesions
from imgpipe.detect import BoxWarning, Detector, boxes_of, froc, suppress
from imgpipe.images import Images


def quick(model="logistic", **settings):
    """A detector that is fitted in a moment."""
    return Detector(model, **{"families": (), "candidates": 30, **settings})


@pytest.fixture(scope="module")
def easy():
    """A few images that are not hard, and their lesions."""
    data = synthetic_lesions(patients=6, difficulty=0.2, seed=20)
    return data, [boxes_of(mask, each="label") for mask in data.masks]


@pytest.fixture(scope="module")
def fitted(easy):
    """A detector of two thirds of them."""
    data, truth = easy
    return quick().fit(data.images[:12], truth[:12], groups=data.groups[:12])


@pytest.mark.slow
def test_lesions_of_other_patients_are_found():
    """By default, 85 % of those of a set made anew at one false positive an image."""
    train, test = synthetic_lesions(seed=40), synthetic_lesions(patients=20, seed=41)
    detector = Detector().fit(train.images, groups=train.groups)
    found = detector.predict(test.images)
    truth = [boxes_of(mask, each="label") for mask in test.masks]
    result = froc(found, truth, groups=test.groups, at=[1], n_resamples=100)
    assert result.points[0].sensitivity >= 0.85
    assert detector.candidate_recall_ > 0.97
    responses = froc(detector.find_candidates(test.images), truth, at=[1], n_resamples=2)
    assert result.points[0].sensitivity > responses.points[0].sensitivity + 0.1


def test_one_image_is_not_a_list_of_rows(easy, fitted):
    """An image alone is refused with what would do."""
    image = easy[0].images[0]
    for alone in (image, image.pixels):
        with pytest.raises(InputError, match=r"one image; a detector takes several: \[image\]"):
            fitted.predict(alone)


def test_boxes_come_sorted_and_apart(easy, fitted):
    """Within the image, by falling score from 0 to 1, and none within another."""
    data, truth = easy
    found = fitted.predict(data.images[12:])
    assert froc(found, truth[12:], at=[1], n_resamples=2).points[0].sensitivity > 0.8
    for boxes in found:
        assert boxes.dtype == np.float64
        assert (np.diff(boxes[:, 4]) <= 0).all()
        assert 0 <= boxes[:, 4].min() <= boxes[:, 4].max() <= 1
        assert boxes[:, :2].min() >= 0
        assert boxes[:, 2:4].max() <= 128
        assert len(suppress(boxes, 0.3, measure="smaller")) == len(boxes)


def test_the_bound_that_candidates_set(easy, fitted):
    """What the candidates hit of the lesions trained on is known, and no score finds more."""
    data, truth = easy
    candidates = fitted.find_candidates(data.images[:12])
    assert max(map(len, candidates)) == 30
    bound = froc(candidates, truth[:12], n_resamples=2).sensitivity[-1]
    assert fitted.candidate_recall_ == pytest.approx(bound)
    assert (
        froc(fitted.predict(data.images[:12]), truth[:12], n_resamples=2).sensitivity[-1] <= bound
    )
    assert fitted.n_positive_ >= bound * sum(map(len, truth[:12]))
    assert len(fitted.feature_names_) == fitted.model_.n_features_in_


def test_masks_are_lesions_and_no_hint(easy, fitted):
    """Fitting takes boxes from masks where none are given; predicting does not look at them."""
    data = easy[0]
    again = clone(fitted).fit(data.images[:12], groups=data.groups[:12])
    bare = Images(np.asarray(data.images)[12:14], spacing=(0.8, 0.8))
    for one, other in zip(fitted.predict(data.images[12:14]), again.predict(bare), strict=True):
        assert np.array_equal(one, other)
    with pytest.raises(InputError, match="no masks"):
        clone(fitted).fit(bare)


def test_scikit_learn_conventions(easy, fitted):
    """Parameters come back, a clone is unfitted and learns the same, workers change nothing."""
    data, truth = easy
    twin = clone(fitted)
    assert twin.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        twin.predict(data.images)
    with joblib.parallel_config("threading", n_jobs=2):
        twin.set_params(families="intensity").fit(data.images[:12], truth[:12])
        boxes = twin.predict(data.images[12:])
    alone = clone(twin).fit(data.images[:12], truth[:12])
    for one, other in zip(boxes, alone.predict(data.images[12:]), strict=True):
        assert np.array_equal(one, other)
    other_seed = clone(twin).set_params(random_state=1).fit(data.images[:12], truth[:12])
    assert not np.array_equal(other_seed.predict(data.images[12:])[0], boxes[0])


def volumes(rng, n):
    """Balls of 4 mm, and rods of their thickness, in volumes of 2 x 1 x 1 mm."""
    z, y, x = np.meshgrid(2.0 * np.arange(16), np.arange(36), np.arange(36), indexing="ij")
    images, boxes = [], []
    for _ in range(n):
        values = rng.normal(0, 6, z.shape)
        rod = np.hypot(y - rng.uniform(6, 30), x - rng.uniform(6, 30)) < 3.5
        middle = np.array([2.0 * rng.integers(4, 12), *rng.integers(8, 28, 2)])
        ball = np.sqrt((z - middle[0]) ** 2 + (y - middle[1]) ** 2 + (x - middle[2]) ** 2) < 4.2
        images.append(values - 50 * rod - 60 * ball)
        boxes.append(boxes_of(ball))
    return Images([image.astype(np.float32) for image in images], spacing=(2, 1, 1)), boxes


def test_dark_balls_in_volumes():
    """Volumes with anisotropic voxels, dark lesions: found, and their boxes fit."""
    rng = np.random.default_rng(4)
    (images, boxes), (others, unseen) = volumes(rng, 6), volumes(rng, 4)
    detector = quick(polarity="dark", candidates=15, patch_size=9).fit(images, boxes)
    found = detector.predict(others)
    assert found[0].shape[1] == 7
    result = froc(found, unseen, rule="iou", overlap=0.3, at=[0.25], n_resamples=2)
    assert result.points[0].sensitivity == 1
    sides = [(rows[0, 3:] - rows[0, :3]) * [2, 1, 1] for rows in boxes]
    radii = [np.prod(each) ** (1 / 3) / 2 for each in sides]
    assert np.multiply(detector.sigmas_, np.sqrt(3)) == pytest.approx(
        [0.9 * min(radii), 1.1 * max(radii)]
    )
    with pytest.raises(InputError, match=r"image 0 has 2 axes"):
        detector.predict(np.zeros((1, 20, 20)))


@pytest.mark.full
def test_networks_take_the_patches(easy):
    """The small network learns from patches themselves."""
    pytest.importorskip("torch")
    data, truth = easy
    detector = Detector("cnn", candidates=20).fit(data.images[:12], truth[:12])
    assert detector.feature_names_ == []
    result = froc(detector.predict(data.images[12:]), truth[12:], at=[2], n_resamples=2)
    assert result.points[0].sensitivity > 0.6


def test_images_where_nothing_stands_out(fitted):
    """A level image has no candidates, and no boxes."""
    found = fitted.predict(np.full((2, 40, 40), 9, np.uint8))
    assert [boxes.shape for boxes in found] == [(0, 5), (0, 5)]


def test_boxes_across_the_border_are_cut_off(easy):
    """With a warning that names image and row."""
    data, truth = easy
    wide = [rows.copy() for rows in truth[:12]]
    first = next(i for i, rows in enumerate(wide) if len(rows))
    wide[first][0, 3] = 140
    with pytest.warns(BoxWarning, match=f"boxes of image {data.ids[first]}: row 0"):
        quick().fit(data.images[:12], wide)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"polarity": "grey"}, "polarity='grey'"),
        ({"candidates": 0}, "candidates=0"),
        ({"patch_size": 3}, "patch_size=3"),
        ({"hard_negatives": 1.5}, "hard_negatives=1.5"),
        ({"negatives": 0}, "negatives=0"),
        ({"nms": 2}, "nms=2"),
        ({"rule": "near"}, "hit rule"),
        ({"radius": 3}, "means nothing"),
        ({"min_sigma": 0}, "min_sigma=0; min_sigma must lie above 0"),
        ({"min_sigma": 9, "max_sigma": 2}, "scales from 9 to 2"),
        ({"min_sigma": 30, "max_sigma": 31}, "no candidate hits any of"),
        ({"model": "svn"}, "svm"),
        ({"families": "glmc"}, "glcm"),
        ({"model": "cnn", "polarity": "both"}, "not told what is dark"),
    ],
)
def test_settings_that_cannot_be(easy, settings, said):
    """Each is named where fitting begins."""
    data, truth = easy
    with pytest.raises(InputError, match=said):
        quick(**settings).fit(data.images[:6], truth[:6])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda images, boxes: (images, boxes[:-1]), "boxes: 3 for 4 images"),
        (lambda images, boxes: (images, 7), "boxes: int for 4 images"),
        (lambda images, boxes: (images, [[]] * 4), "no lesion in any image"),
        (lambda images, boxes: (images, [*boxes[:3], [[200, 0, 210, 9]]]), "image 3: row 0"),
        (lambda images, boxes: (images, [*boxes[:3], [[0, 0, 0, 9, 9, 9]]]), "image 3: .*shape"),
        (lambda images, boxes: (np.where(images > 150, np.nan, images), boxes), "image .: .* NaN"),
        (lambda images, boxes: ([], []), "no images"),
        (lambda images, boxes: ([*images[:3], np.zeros((9, 9, 9))], boxes), "image 3 has 3 axes"),
    ],
)
def test_images_and_boxes_that_cannot_be(easy, change, said):
    """What does not fit together is told with the image's name."""
    data, truth = easy
    images, boxes = change(np.asarray(data.images)[:4].astype(float), truth[:4])
    with pytest.raises(InputError, match=said):
        quick().fit(images, boxes)
