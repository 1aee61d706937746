"""`learn.fit`: which images are fitted, and what is noted beside the pipeline."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe._common import StoppedFit
from imgpipe.datasets import Dataset, image_digests
from imgpipe.learn import CLASSIFIERS, fit, make_pipeline
from imgpipe.learn.classifiers import Builder
from imgpipe.learn.classifiers.forest import build
from imgpipe.learn.novelty import training
from imgpipe.learn.transformers import FeatureExtractor


@pytest.fixture
def levels() -> Dataset:
    """Dark and bright noise, twelve images, in three parts."""
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 2
    images = rng.integers(0, 100, (12, 8, 8)).astype(np.uint8) + (100 * labels[:, None, None])
    split = np.repeat(["train", "val", "test"], [6, 2, 4])
    return Dataset("levels", images.astype(np.uint8), labels, ("dark", "bright"), split=split)


def test_the_training_part_alone_is_fitted(levels: Dataset) -> None:
    """`fit` gives the pipeline that is fitted by hand on the training part, and its digests."""
    trained = fit(levels, "forest", families="intensity", filters=["median"], seed=3)
    by_hand = make_pipeline("forest", families="intensity", filters=["median"], random_state=3)
    by_hand.fit(levels.images[:6], levels.labels[:6])
    expected = by_hand.predict_proba(levels.images)
    assert np.array_equal(trained.pipeline.predict_proba(levels.images), expected)
    assert trained.trained_on == tuple(sorted(image_digests(levels.images[:6])))
    assert (trained.classes, trained.image_shape, trained.dtype) == (
        ("dark", "bright"),
        (8, 8),
        "uint8",
    )


def test_without_a_split_all_images_are_fitted(levels: Dataset) -> None:
    """Where there are no parts, every image is one of the training."""
    whole = replace(levels, split=None)
    assert len(fit(whole, "dummy", families="intensity").trained_on or ()) == 12


def test_dangers_are_told(levels: Dataset) -> None:
    """Equal training images, unknown patients and the warnings of the data itself are said."""
    images = levels.images.copy()
    images[[1, 2, 11]] = images[0]  # the last one is in the test part
    images[4] = images[3]
    labels = levels.labels.copy()
    labels[4] = labels[3]
    part = replace(levels, images=images, labels=labels, warnings=("the dog ate one",))
    known, copies, patients = fit(part, "dummy", families="intensity", ood=False).warnings
    assert known == "the dog ate one"
    assert copies == "5 of 6 training images equal another; of 3 of them the labels differ"
    assert patients.startswith("no patient column")
    sound = replace(levels, groups=np.arange(12).astype(str))
    assert fit(sound, "dummy", families="intensity", ood=False).warnings == ()
    assert fit(sound, "dummy", families="intensity").warnings == (
        "new images out of distribution will not be flagged: 6 training images are too few; "
        "it takes 20",
    )


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A registered classifier that notes the validation part and may be interrupted."""
    seen: dict[str, object] = {"interrupt": False}

    class Watcher(type(build())):  # type: ignore[misc]
        def fit(self, X: object, y: object, validation: object = None) -> object:
            seen["validation"] = validation
            super().fit(X, y)
            if seen["interrupt"]:
                raise StoppedFit("interrupted", self)
            return self

    builder = Builder(lambda random_state=0, n_jobs=None: Watcher(), "notes what it is given")
    monkeypatch.setitem(CLASSIFIERS, "watcher", builder)
    return seen


def test_the_validation_part_is_at_hand(levels: Dataset, watcher: dict[str, object]) -> None:
    """A classifier that takes a validation part gets the official one, after the same steps."""
    fit(levels, "watcher", families="intensity")
    values, labels = watcher["validation"]  # type: ignore[misc]
    assert len(values) == 2
    assert labels.tolist() == [0, 1]


def test_an_interrupt_keeps_the_best(
    levels: Dataset, watcher: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted fit leaves with a model that predicts, and measures no feature any more."""
    watcher["interrupt"] = True
    monkeypatch.setattr(training, "extract_many", None)
    measure = FeatureExtractor.transform

    def before_the_interrupt(self: FeatureExtractor, images: object) -> object:
        assert "validation" not in watcher
        return measure(self, images)

    monkeypatch.setattr(FeatureExtractor, "transform", before_the_interrupt)
    with pytest.raises(StoppedFit) as stop:
        fit(levels, "watcher", families="intensity")
    kept = stop.value.model
    assert kept.classes == ("dark", "bright")
    assert kept.novelty is None
    assert kept.warnings[-1] == (
        "new images out of distribution will not be flagged: training was interrupted"
    )
    monkeypatch.undo()
    assert kept.pipeline.predict(levels.images).shape == (12,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"split": np.repeat("test", 12)}, "no image in its training part"),
        ({"labels": np.repeat([0, 1], 6)}, r"found one class only \(dark\)"),
    ],
)
def test_what_cannot_be_fitted(levels: Dataset, change: dict, words: str) -> None:
    """A training part without images or with one class is refused before any work."""
    with pytest.raises(InputError, match=words):
        fit(replace(levels, **change), "dummy")


def test_an_image_of_another_kind_is_told_why(levels: Dataset) -> None:
    """Colour, shape and dtype unlike the training's are each named."""
    trained = fit(levels, "dummy", families="intensity")
    trained.check(levels.images[0], None)
    for pixels, axis, words in (
        (np.zeros((8, 8, 3), np.uint8), -1, "is a colour image; the model was trained on gray"),
        (np.zeros((9, 8), np.uint8), None, "is 9 x 8 pixels; the model was trained on 8 x 8"),
        (np.zeros((8, 8), np.uint16), None, "has uint16 pixels; the model was trained on uint8"),
    ):
        with pytest.raises(InputError, match=words):
            trained.check(pixels, axis)


@pytest.mark.parametrize("model", ["svm", "knn", "forest"])
def test_a_pickle_holds_no_training_image(levels: Dataset, model: str) -> None:
    """What stands by to compare files with stays in the process: a pickle has no pixels."""
    trained = fit(levels, model, families="intensity", cases="none")
    assert trained.sample is not None
    told = pickle.dumps(trained)
    for image in levels.images:
        assert image.pixels.tobytes() not in told
    again = pickle.loads(told)
    assert again.sample is None
    assert np.array_equal(
        again.pipeline.predict_proba(levels.images), trained.pipeline.predict_proba(levels.images)
    )
    assert "sample" not in repr(trained)


def test_copies_keep_the_training_images(levels: Dataset) -> None:
    """A copy within the process can still be compared with its file."""
    trained = fit(levels, "dummy", families="intensity")
    for copied in (replace(trained), copy.copy(trained), copy.deepcopy(trained)):
        assert copied is not trained
        assert copied.classes == trained.classes
        assert len(copied.sample) == len(trained.sample)


@pytest.mark.parametrize("model", ["logistic", "forest", "knn"])
def test_features_that_overflow(model: str, levels: Dataset) -> None:
    """Pixels so large that squares of features overflow are named as such, in one line."""
    rng = np.random.default_rng(0)
    huge = replace(levels, images=rng.random((len(levels), 8, 8)) * 1e300)
    with pytest.raises(InputError, match="the pixel values are too large; divide them all by"):
        fit(huge, model, families="intensity")
