"""`Predictor`: the pipeline's numbers for every form of images, and a reason for each bad one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from imgpipe import InputError
from imgpipe.bundle import Predictor, load, save
from imgpipe.datasets import Dataset, find_images
from imgpipe.images import Image, write
from imgpipe.learn import TrainedModel, fit


@pytest.fixture(scope="module")
def predictor(trained: TrainedModel) -> Predictor:
    return Predictor(trained)


def test_every_form_of_images_gives_the_pipeline_s_numbers(
    predictor: Predictor, levels: Dataset, tmp_path: Path
) -> None:
    """A stack, a list of arrays, a list of images, paths and a folder are predicted alike."""
    expected = predictor.model.pipeline.predict_proba(levels.images)
    paths = [tmp_path / f"{i:02d}.png" for i in range(18)]
    for path, pixels in zip(paths, levels.images, strict=True):
        Picture.fromarray(pixels).save(path)
    for images in (
        levels.images,
        list(levels.images),
        [Image(pixels) for pixels in levels.images],
        paths,
        tmp_path,
        find_images(tmp_path),
    ):
        told = predictor.predict(images)
        assert np.array_equal(told.probabilities, expected)
        assert told.predicted == tuple(np.array(told.classes)[expected.argmax(axis=1)])
        assert set(told.errors) == {""}
        assert np.array_equal(predictor.predict_proba(images), expected)
    assert predictor.predict(paths[:2]).ids == (str(paths[0]), str(paths[1]))
    assert predictor.predict(levels.images[:2]).ids == ("0", "1")


def test_more_images_than_are_read_at_once(predictor: Predictor, levels: Dataset) -> None:
    """Batches are put together in order."""
    images = np.tile(levels.images, (17, 1, 1))
    told = predictor.predict(images)
    assert len(told) == len(images) > 256
    assert np.array_equal(told.probabilities, np.tile(told.probabilities[:18], (17, 1)))


def test_gray_saved_as_colour_is_gray(predictor: Predictor, levels: Dataset) -> None:
    """A model of gray images takes an image with three equal channels for what it shows."""
    gray = np.asarray(levels.images[:3])
    told = predictor.predict([Image(np.repeat(g[..., None], 3, axis=-1), -1) for g in gray])
    assert told.errors == ("", "", "")
    assert np.array_equal(told.probabilities, predictor.predict(gray).probabilities)


def test_bad_images_spoil_their_own_rows(predictor: Predictor, levels: Dataset) -> None:
    """An image of another kind has no class, NaN and a reason; the others are as if alone."""
    bad = [
        (np.zeros((9, 9), np.uint8), "1: is 9 x 9 pixels"),
        (Image(np.eye(8, 24, dtype=np.uint8).reshape(8, 8, 3), -1), "3: is a colour image"),
        (np.zeros((8, 8), np.float32), "5: has float32 pixels"),
    ]
    good = list(levels.images[:4])
    mixed = [
        x for pair in zip(good, [item for item, _ in bad] + good[:1], strict=True) for x in pair
    ]
    told = predictor.predict(mixed[:-1])
    alone = predictor.predict(good)
    assert told.predicted[::2] == alone.predicted
    assert np.array_equal(told.probabilities[::2], alone.probabilities)
    assert told.predicted[1::2] == (None, None, None)
    assert np.isnan(told.probabilities[1::2]).all()
    for error, (_, words) in zip(told.errors[1::2], bad, strict=True):
        assert error.startswith(words)
    with pytest.raises(InputError, match="1: is 9 x 9 pixels"):
        predictor.predict_proba(mixed[:-1])


def test_pixels_without_features_spoil_their_own_rows(levels: Dataset) -> None:
    """NaN, which only the pipeline finds, is a reason for its own image and for no other."""
    floats = replace(levels, images=levels.images.astype(np.float64))
    predictor = Predictor(fit(floats, "forest", families="intensity"))
    images = floats.images[:5].copy()
    images[2, 0, 0] = np.nan
    told = predictor.predict(images)
    assert [bool(error) for error in told.errors] == [False, False, True, False, False]
    assert told.errors[2].startswith("2: ")
    assert "image 0" not in told.errors[2]
    kept = [0, 1, 3, 4]
    assert np.array_equal(told.probabilities[kept], predictor.predict_proba(floats.images[kept]))


def test_the_table(predictor: Predictor, levels: Dataset) -> None:
    """The frame has a column for each class, and blanks where there is nothing to say."""
    table = predictor.predict([levels.images[0], np.zeros((2, 2))]).to_frame()
    shares = ["p_dark", "p_middling", "p_bright"]
    assert list(table.columns) == ["id", "predicted", *shares, "error_code", "error"]
    assert table["predicted"][0] == "dark"
    assert table[shares].sum(axis=1)[0] == pytest.approx(1)
    assert table.loc[1, ["predicted", *shares]].isna().all()


def test_a_class_unseen_in_training_gets_nothing(levels: Dataset) -> None:
    """Probabilities have a column for every class of the data set, seen or not."""
    seen = levels.take(np.flatnonzero(levels.labels != 1))
    told = Predictor(fit(seen, "forest", families="intensity")).predict(levels.images)
    assert told.classes == ("dark", "middling", "bright")
    assert not told.probabilities[:, 1].any()
    assert set(told.predicted) == {"dark", "bright"}


def test_a_size_holds_for_arrays_too(levels: Dataset, tmp_path: Path) -> None:
    """A model trained with a size resizes files and arrays alike, as training did."""
    predictor = Predictor(fit(levels, "forest", families="intensity", size=8))
    pixels = np.random.default_rng(1).integers(0, 255, (20, 30)).astype(np.uint8)
    Picture.fromarray(pixels).save(tmp_path / "a.png")
    from_file = predictor.predict_proba(tmp_path / "a.png")
    assert np.array_equal(predictor.predict_proba([pixels]), from_file)


@pytest.mark.parametrize(
    ("images", "words"),
    [(np.zeros((8, 8), np.uint8), r"shape \(8, 8\)"), ([], "empty"), ("gone.png", "no such file")],
)
def test_what_is_no_list_of_images(images: object, words: str, predictor: Predictor) -> None:
    """One bare image, nothing, and a missing file are refused as a whole."""
    with pytest.raises(InputError, match=words):
        predictor.predict(images)


def test_a_file_predicts_as_the_model_did(
    predictor: Predictor, trained: TrainedModel, levels: Dataset, tmp_path: Path
) -> None:
    """What comes back from a file gives the same numbers."""
    save(trained, tmp_path / "m.joblib")
    again = load(tmp_path / "m.joblib", trust=True)
    assert again.classes == predictor.classes
    expected = predictor.predict_proba(levels.images)
    assert np.array_equal(again.predict_proba(levels.images), expected)


def test_a_threshold_divides_two_classes(levels: Dataset) -> None:
    """The positive class is predicted from its threshold on, and the table says which it was."""
    two = Dataset("two", levels.images, levels.labels // 2, ("dark", "bright"))
    predictor = Predictor(fit(two, "forest", families="intensity"))
    images = [*two.images, np.zeros((2, 2), np.uint8)]
    shares = predictor.predict(images).probabilities[:, 1]
    assert len(set(shares[:-1])) > 2
    for threshold in (0, 1, *shares[:-1], np.nextafter(shares[0], 2)):
        told = predictor.predict(images, threshold=threshold)
        reached = np.where(shares[:-1] >= threshold, "bright", "dark").tolist()
        assert told.predicted == (*reached, None)
        assert np.array_equal(told.probabilities[:, 1], shares, equal_nan=True)
        names = ["id", "predicted", "p_dark", "p_bright", "threshold", "error_code", "error"]
        assert list(told.to_records()[0]) == names
        assert told.to_records()[0]["threshold"] == threshold
    for threshold in (-0.1, 1.1, np.nan, "half", True):
        with pytest.raises(InputError, match=r"threshold is .*; give a probability, from"):
            predictor.predict(images, threshold=threshold)


def test_no_threshold_divides_three_classes(predictor: Predictor, levels: Dataset) -> None:
    """With more classes the model's are named."""
    with pytest.raises(InputError, match=r"two classes, and the model has 3 \(dark, middling, br"):
        predictor.predict(levels.images, threshold=0.5)


def test_what_was_passed_over_is_told(predictor: Predictor, tmp_path: Path) -> None:
    """Files that are no images, and masks beside images, are told of with the predictions."""
    write(tmp_path / "a.png", np.full((8, 8), 99, np.uint8))
    write(tmp_path / "a_mask.png", np.eye(8, dtype=bool))
    (tmp_path / "notes.txt").write_text("x")
    told = predictor.predict(tmp_path)
    assert told.ids == (str(tmp_path / "a.png"),)
    assert told.warnings == (
        "1 file was taken as the mask of the image that it lies beside",
        "1 file without an image's suffix was passed over (.txt: 1)",
        "masks are not used: the model was trained on whole images",
    )
