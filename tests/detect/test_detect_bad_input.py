"""What is no box, no mask, no setting and no patient gets one clear error, and never a warning."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import images
from imgpipe._common import InputError
from imgpipe.detect import (
    Detector,
    Lesions,
    blobs,
    boxes_of,
    cross_validate,
    froc,
    iou,
    load_lesions,
    suppress,
)

BOX = [[1, 1, 5, 5]]
SCORED = [[1, 1, 5, 5, 0.9]]
SPOT = np.zeros((6, 6))
SPOT[1, 1] = 1
IMAGE = np.random.default_rng(0).normal(size=(12, 12))


def raises(call: Callable[[], Any], *words: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError) as error:
            call()
    assert all(word in str(error.value) for word in words), error.value


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2, 3, 4], [1, 2]],
        np.array(BOX, complex),
        np.ma.array(BOX, mask=[[0, 0, 1, 0]]),
        [[-1e308, -1e308, 1e308, 1e308]],
        [[0, 0, 1e-320, 1e-320]],
        [[10**400, 1, 5, 5]],
    ],
)
def test_boxes_that_are_none(rows: Any) -> None:
    """Rows of two lengths, and numbers without a real, finite, plain area."""
    raises(lambda: iou(rows, rows), "boxes: ")


@pytest.mark.parametrize("each", [None, "component", "label"])
def test_masks_of_any_kind_have_the_same_boxes(each: Any) -> None:
    """Byte order, precision and size of the numbers make no difference."""
    masks = [SPOT.astype(kind) for kind in (">f4", ">i2", np.float16, np.longdouble, bool)]
    for mask in [*masks, SPOT * 1e300, np.asfortranarray(SPOT), -SPOT.astype(int)]:
        assert boxes_of(mask, each=each).tolist() == [[1, 1, 2, 2]]
    for bad in (
        np.zeros((0, 4)),
        np.where(SPOT, np.inf, 0),
        SPOT * 0.5,
        np.ma.array(SPOT, mask=SPOT > 0),
    ):
        raises(lambda bad=bad: boxes_of(bad, each=each), "mask")


@pytest.mark.parametrize("value", ["a", None, [0.1], np.array([0.1, 0.2]), True, np.nan])
def test_settings_that_are_no_number(value: Any) -> None:
    """Text, lists, truth values and NaN are named, not compared."""
    raises(lambda: suppress(SCORED, value), "overlap=")
    if value is not None:
        raises(lambda: froc([SCORED], [BOX], rule="iou", overlap=value), "overlap=")
        raises(lambda: froc([SCORED], [BOX], rule="distance", radius=value), "radius=")
        raises(lambda: blobs(IMAGE, overlap=value), "overlap=")


def test_settings_of_froc() -> None:
    """Patients that are not known, seeds, and a spacing that nothing is measured by."""
    pd = pytest.importorskip("pandas")
    for name in (None, np.nan, pd.NA, pd.NaT, " ", "nan"):
        raises(lambda name=name: froc([SCORED], [BOX], groups=[name]), "patient of image 0")
    for seed in (-1, "a", 1.5, 2**32):
        raises(lambda seed=seed: froc([SCORED], [BOX], seed=seed), "seed=")
    raises(lambda: froc([SCORED], [BOX], rule="iou", spacing=(1, 1)), "spacing=(1, 1)")
    assert froc([SCORED], [BOX], n_resamples=np.int64(9)).mean == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"families": None}, "families=None"),
        ({"families": 3}, "families=3"),
        ({"model": None}, "NoneType"),
        ({"model": object()}, "predict_proba"),
        ({"min_sigma": "a"}, "min_sigma='a'"),
        ({"max_sigma": [1]}, "max_sigma=[1]"),
        ({"negatives": "a"}, "negatives='a'"),
        ({"nms": None}, "nms=None"),
        ({"random_state": -1}, "random_state=-1"),
        ({"random_state": "a"}, "random_state='a'"),
        ({"candidates": True}, "candidates=True"),
        ({"n_jobs": 0}, "n_jobs=0"),
        ({"n_jobs": "a"}, "n_jobs='a'"),
    ],
)
def test_settings_of_a_detector(settings: dict[str, Any], words: str) -> None:
    """Each is refused before a classifier is fitted."""
    detector = Detector(**{"model": "logistic", "families": (), **settings})
    raises(lambda: detector.fit([IMAGE, IMAGE], [BOX, []]), words)


def test_pixels_that_are_masked_or_none() -> None:
    """NumPy's masked arrays would be taken for whole ones."""
    masked = np.ma.array(IMAGE, mask=IMAGE > 0)
    raises(lambda: blobs(masked), "masked")
    detector = Detector("logistic", families=())
    raises(lambda: detector.fit([masked, IMAGE], [BOX, []]), "images: an array with masked")
    raises(lambda: detector.fit([IMAGE.astype(object)], [BOX]), "dtype object", "numbers")


@pytest.mark.parametrize(
    "settings",
    [
        {"min_sigma": 1e-300},
        {"spacing": (1e300, 1.0)},
        {"num_sigma": 10**6},
        {"method": "dog", "sigma_ratio": 1e300},
        {"method": "dog", "sigma_ratio": 1 + 1e-9},
    ],
)
def test_scales_that_cannot_be(settings: dict[str, Any]) -> None:
    """Gaussians of no width, and more of them than memory holds."""
    raises(lambda: blobs(IMAGE, **settings), "igma")


def write(folder: Path, rows: list[str]) -> Path:
    for i in range(4):
        pixels, mask = np.full((20, 20), 9 + i % 3, np.uint8), np.zeros((20, 20), np.uint8)
        mask[3 : 6 + i, 5:9] = 255
        pixels[mask > 0] = 200
        images.write(folder / f"{i}.png", pixels)
        images.write(folder / f"{i}_mask.png", mask)
    images.write(folder / "copy.png", images.read(folder / "0.png").pixels)
    path = folder / "scans.csv"
    path.write_text("\n".join(["path,mask,patient", *rows]))
    return path


ROWS = [f"{i}.png,{i}_mask.png,P{i}" for i in range(4)]


def test_images_that_are_there_twice(tmp_path: Path) -> None:
    """A file listed twice is an error, the same pixels of two patients a warning."""
    twice = write(tmp_path, [*ROWS, "1.png,1_mask.png,P3"])
    raises(lambda: load_lesions(twice, groups="patient"), "1.png listed more than once")
    copied = write(tmp_path, [*ROWS, "copy.png,,P3"])
    told = load_lesions(copied, groups="patient").warnings
    assert any("1 image has the pixels of another patient's: copy.png" in text for text in told)
    one = load_lesions(write(tmp_path, [*ROWS, "copy.png,,P0"]), groups="patient").warnings
    assert not any("pixels" in text for text in one)


def test_a_box_twice_in_a_table(tmp_path: Path) -> None:
    """It would be a lesion that nothing can find."""
    scans, table = write(tmp_path, ROWS), tmp_path / "boxes.csv"
    table.write_text("path,y0,x0,y1,x1\n1.png,3,5,7,9\n2.png,3,5,8,9\n1.png,3.0,5,7,9\n")
    raises(lambda: load_lesions(scans, boxes=table), "row 3 has the box of row 1 once more")


def test_patients_in_two_spellings(tmp_path: Path) -> None:
    """They are one, unless ids are exact; which means nothing where no patients are named."""
    scans = write(tmp_path, [*ROWS[:3], ROWS[3].replace("P3", "p2 ")])
    found = load_lesions(scans, groups="patient")
    assert len(set(found.patients.tolist())) == 3  # type: ignore[union-attr]
    exact = load_lesions(scans, groups="patient", ids="exact")
    assert len(set(exact.patients.tolist())) == 4  # type: ignore[union-attr]
    raises(lambda: load_lesions(scans, ids="exact"), "names none")
    raises(lambda: load_lesions(scans, ids="same"), "'exact'")
    for settings in ({"seed": -1}, {"rate": "a"}, {"min_size": "a", "folds": 3}, {"folds": "a"}):
        raises(lambda settings=settings: cross_validate(found, **settings), next(iter(settings)))


def test_hits_of_a_run_are_measured_in_mm() -> None:
    """As the detector is trained: a radius in mm means the same to both."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64]
    pixels, boxes = [], []
    for i in range(4):
        pixels.append(
            rng.normal(0, 12, y.shape) + 60 * np.exp(-((y - 12 - i) ** 2 + (x - 20) ** 2) / 18)
        )
        boxes.append(np.array([[8.0 + i, 16, 17 + i, 25]]))
    spacing = (0.5, 0.5)
    taken = images.Images(np.array(pixels), spacing=spacing)
    lesions = Lesions("l", taken, tuple(boxes), None, spacings=(spacing,) * 4)
    settings: dict[str, Any] = {"families": (), "rule": "distance", "radius": 1.0}
    run = cross_validate(lesions, "logistic", folds=2, **settings)
    assert "1 mm" in run.froc.rule
    for image in run.images:
        middles = (image.detections[:, :2] + image.detections[:, 2:4]) / 2
        apart = np.hypot(*(middles - (image.lesions[0, :2] + image.lesions[0, 2:]) / 2).T)
        np.testing.assert_array_equal(image.hits >= 0, apart * 0.5 <= 1.0)
        assert (image.hits >= 0).any()


def test_masks_and_patients_of_archives(tmp_path: Path) -> None:
    """A mask that is none is named by its image; patients are a key, not a list."""
    pixels, masks = np.zeros((2, 9, 9), np.uint8), np.zeros((2, 9, 9))
    masks[1, 2:4, 2:4] = 0.5
    np.savez(tmp_path / "a.npz", images=pixels, masks=masks)
    raises(lambda: load_lesions(tmp_path / "a.npz"), "image 1", "no whole numbers")
    given: Any = [1, 2]
    raises(lambda: load_lesions(tmp_path / "a.npz", groups=given), "groups is of type list")
    taken = images.Images(pixels, masks)
    raises(lambda: Detector("logistic").fit(taken), "image 1", "no whole numbers")
