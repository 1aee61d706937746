"""Numbers of an image that say nothing of its content, and the shift that they show."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from sklearn.metrics import roc_auc_score

from imgpipe.evaluate.data.measures import MEASURES, edge_pixels, measure
from imgpipe.evaluate.data.shift import shift
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.images import Images

RNG = np.random.default_rng(0)


def naive(image: np.ndarray) -> dict[str, float]:
    """The same numbers, spelt out for a gray image of 64 x 40 pixels."""
    x = image.astype(float)
    frame = np.concatenate([x[0], x[-1], x[1:-1, 0], x[1:-1, -1]])
    corners = {
        "top left": x[:5, :5],
        "top right": x[:5, -5:],
        "bottom left": x[-5:, :5],
        "bottom right": x[-5:, -5:],
    }
    return {
        "mean gray": x.mean(),
        "contrast": x.std(),
        "lowest gray": x.min(),
        "highest gray": x.max(),
        "mean of the border": frame.mean(),
        "contrast of the border": frame.std(),
        **{f"mean of the {c} corner": p.mean() for c, p in corners.items()},
        **{f"contrast of the {c} corner": p.std() for c, p in corners.items()},
        "pixels not finite": 0.0,
        "pixels at the highest value": (image == 255).mean(),
    }


def test_measures_are_what_they_are_called() -> None:
    """Each equals the naive one, in a stack, in a list and in colour."""
    images = RNG.integers(0, 256, (5, 64, 40), dtype=np.uint8)
    expected = np.array([[naive(image)[name] for name in MEASURES] for image in images])
    np.testing.assert_allclose(measure(images), expected, atol=1e-9)
    np.testing.assert_allclose(measure(list(images)), expected, atol=1e-9)
    colour = np.repeat(images[..., None], 3, axis=-1)
    at = [k for k, name in enumerate(MEASURES) if "pixels" not in name]
    np.testing.assert_allclose(measure(colour, -1)[:, at], expected[:, at], atol=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 40), (5, 6, 7)])
def test_any_image_has_measures(shape: tuple[int, ...]) -> None:
    """Of one pixel, of few rows, and volumes by their middle slice."""
    images = RNG.normal(size=(4, *shape))
    found = measure(images)
    assert found.shape == (4, len(MEASURES))
    assert np.isfinite(found).all()
    middle = images if len(shape) == 2 else images[:, shape[0] // 2]
    np.testing.assert_allclose(found[:, 0], middle.reshape(4, -1).mean(axis=1))


def test_what_is_not_finite_is_counted() -> None:
    """NaN and infinity count as 0 in the other numbers; huge values do not overflow."""
    images = np.full((2, 8, 8), 2.0)
    images[0, 0, :4] = [np.nan, np.inf, -np.inf, np.nan]
    images[1, 0, 0] = np.finfo(float).max
    found = dict(zip(MEASURES, measure(images).T, strict=True))
    assert found["pixels not finite"].tolist() == [4 / 64, 0]
    assert found["mean gray"][0] == pytest.approx(2 * 60 / 64)
    assert np.isfinite(measure(images)).all()


def test_edge_pixels_are_the_outermost_line() -> None:
    """Each once, thinned where there are many; none for images of several sizes."""
    images = np.arange(2 * 5 * 7).reshape(2, 5, 7)
    line = edge_pixels(Images(images))
    assert line is not None
    ring = np.ones((5, 7), bool)
    ring[1:-1, 1:-1] = False
    assert sorted(line[0]) == sorted(images[0][ring])
    thinned = edge_pixels(Images(np.zeros((2, 100, 100))), most=50)
    assert thinned is not None
    assert thinned.shape[1] <= 50
    assert edge_pixels(Images([np.zeros((5, 5)), np.zeros((6, 5))])) is None


def test_a_shift_is_found_within_classes() -> None:
    """Darker images of the judged part are told; other shares of the classes alone are not."""
    rng = np.random.default_rng(2)
    labels = rng.permutation(np.arange(300) % 2)
    judged = rng.random(300) < 0.3 + 0.3 * labels
    numbers = rng.normal(size=(300, 6)) + 2 * labels[:, None]
    reduced = rng.normal(size=(300, 16, 17))
    units = np.arange(300)
    alike = shift(numbers, reduced, judged, labels, units)
    assert alike is not None
    assert alike.auc < 0.6
    assert alike.p > 0.001
    low, high = alike.interval(units)
    assert low < 0.5 < high
    moved = shift(numbers - 2 * judged[:, None], reduced, judged, labels, units)
    assert moved is not None
    assert moved.p < 1e-6
    own = [roc_auc_score(judged[labels == c], moved.scores[labels == c]) for c in (0, 1)]
    assert moved.auc == pytest.approx(np.average(own, weights=np.bincount(labels)))
    low, high = moved.interval(units)
    assert 0.5 < low < moved.auc < high <= 1


def test_few_patients_show_no_shift() -> None:
    """With fewer than twenty on a side nothing is said, however many images they have."""
    judged = np.arange(400) < 200
    units = np.arange(400) // 20
    numbers = RNG.normal(size=(400, 3)) + judged[:, None]
    assert shift(numbers, np.zeros((400, 16, 17)), judged, judged.astype(int), units) is None


def test_images_in_files_are_measured_as_they_are_read(tmp_path: Path) -> None:
    """The survey has the same numbers of images in files, with one worker or two, and in memory."""
    images = RNG.integers(0, 256, (6, 20, 20), dtype=np.uint8)
    files = []
    for k, image in enumerate(images):
        files.append(str(tmp_path / f"{k}.png"))
        PIL.Image.fromarray(image).save(files[-1])
    lazy = Images(files)
    assert not lazy.in_memory
    for jobs in (1, 2):
        found = survey_images(lazy, None, jobs).measures
        np.testing.assert_allclose(found, measure(images), rtol=1e-12)
    part = survey_images(images, None).take(np.array([4, 1]))
    np.testing.assert_allclose(part.measures, measure(images[[4, 1]]), rtol=1e-12)


def test_patients_on_both_sides_make_no_warning() -> None:
    """Where each patient's first image is judged and the next is not, no shift is seen."""
    labels = np.arange(60) // 2 % 2
    judged = np.arange(60) % 2 == 0
    units = np.arange(60) // 2
    found = shift(RNG.normal(size=(60, 3)), np.zeros((60, 16, 17)), judged, labels, units)
    assert found is not None
    assert found.p == 1
