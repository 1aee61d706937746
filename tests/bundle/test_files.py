"""`save` and `load`: what a file holds, what may be saved, and files of an earlier layout."""

import importlib
import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from imgpipe import InputError
from imgpipe._common.texts import say
from imgpipe.bundle import check_writable, inspect, load, save
from imgpipe.bundle.pickled import old_names
from imgpipe.datasets import Dataset
from imgpipe.images import Image
from imgpipe.learn import FeatureExtractor, TrainedModel, make_pipeline

# every class of ours that a file written by version 0.1.0's first layout may name
OLD_CLASSES = [
    ("imgpipe.learn.transformers", "FeatureExtractor"),
    ("imgpipe.learn.transformers", "Filter"),
    ("imgpipe.learn.classifiers.svm", "CalibratedSVM"),
]
OLD_NETWORK_CLASSES = [
    ("imgpipe.learn.classifiers.deep.augment", "Augmentation"),
    ("imgpipe.learn.classifiers.deep.estimator", "ConvNetClassifier"),
    ("imgpipe.learn.classifiers.deep.layers", "GlobalAverage"),
    ("imgpipe.learn.classifiers.deep.layers", "Residual"),
    ("imgpipe.learn.classifiers.deep.layers", "Standardise"),
    ("imgpipe.learn.classifiers.deep.networks", "ConvBlock"),
    ("imgpipe.learn.classifiers.deep.networks", "Network"),
]


def named(module: str, name: str) -> type:
    """Class that a pickle asks for by this name."""
    return pickle.loads(f"c{module}\n{name}\n.".encode())


def test_what_a_file_holds(trained: TrainedModel, tmp_path: Path) -> None:
    """The parts of the model come back, and the card with them."""
    save(trained, tmp_path / "m.joblib", card={"author": "x"})
    again = load(tmp_path / "m.joblib", trust=True)
    assert again.card == {"author": "x"}
    for part in ("classes", "channel_axis", "image_shape", "dtype", "size", "trained_on"):
        assert getattr(again.model, part) == getattr(trained, part), part


def test_a_pipeline_is_described_by_a_sample(levels: Dataset, tmp_path: Path) -> None:
    """A pipeline of one's own is saved with the names of its classes and one of its images."""
    pipeline = make_pipeline("forest", families="intensity").fit(levels.images, levels.labels)
    path = tmp_path / "m.joblib"
    for sample in (levels.images[0], Image(levels.images[0])):
        save(pipeline, path, classes=levels.classes, sample=sample)
        again = load(path, trust=True)
        assert (again.classes, again.model.trained_on) == (levels.classes, None)
        expected = pipeline.predict_proba(levels.images)
        assert np.array_equal(again.predict_proba(levels.images), expected)
    save(pipeline, path, sample=levels.images[0])
    assert load(path, trust=True).classes == ("0", "1", "2")


def test_a_pipeline_of_colour_images(tmp_path: Path) -> None:
    """The pipeline itself knows that its images are in colour."""
    images = np.random.default_rng(0).integers(0, 255, (6, 8, 8, 3)).astype(np.uint8)
    pipeline = make_pipeline("dummy", families="intensity", channel_axis=-1)
    pipeline.fit(images, np.arange(6) % 2)
    save(pipeline, tmp_path / "m.joblib", sample=images[0])
    again = load(tmp_path / "m.joblib", trust=True)
    assert again.model.channel_axis == -1
    assert set(again.predict(images).errors) == {""}


@pytest.mark.parametrize(
    ("labels", "given", "words"),
    [
        (None, {"sample": np.zeros((8, 8), np.uint8)}, "a fitted pipeline"),
        ([0, 1], {}, "sample="),
        (["a", "b"], {"sample": np.zeros((8, 8), np.uint8)}, "labels a, b; fit it on codes"),
        ([0, 1], {"sample": np.zeros((8, 8), np.uint8), "classes": ["a"]}, "1 class names"),
        ([0, 1], {"sample": np.zeros(8, np.uint8)}, "no usable image"),
        ([0, 1], {"sample": [np.zeros((8, 8)), np.zeros((5, 5))]}, r"sample\[1\] has the shape"),
        ([0, 1], {"sample": [np.zeros((8, 8)), np.zeros((8, 8), "u1")]}, r"sample\[1\] has the"),
    ],
)
def test_what_cannot_be_saved(
    labels: list | None, given: dict, words: str, levels: Dataset, tmp_path: Path
) -> None:
    """A pipeline that could not be used again is refused, and no file is left."""
    pipeline = make_pipeline("dummy", families="intensity")
    if labels is not None:
        pipeline.fit(levels.images[:2], labels)
    with pytest.raises(InputError, match=words):
        save(pipeline, tmp_path / "m.joblib", **given)
    assert list(tmp_path.iterdir()) == []


def test_a_trained_model_needs_no_words(trained: TrainedModel, tmp_path: Path) -> None:
    """Class names beside a model that has its own are refused, not passed over."""
    with pytest.raises(InputError, match="knows its own"):
        save(trained, tmp_path / "m.joblib", classes=["a", "b", "c"])


@pytest.mark.parametrize(("module", "name"), OLD_CLASSES)
def test_names_in_old_files(module: str, name: str) -> None:
    """A class that earlier files name is found under that name."""
    assert named(module, name).__name__ == name


@pytest.mark.parametrize(("module", "name"), OLD_NETWORK_CLASSES)
def test_names_of_networks_in_old_files(module: str, name: str) -> None:
    """Networks are found under their earlier names while a file is read, and then no more."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    with old_names.known_again():
        cls = named(module, name)
    assert cls.__name__ == name
    assert cls is getattr(importlib.import_module(cls.__module__), name)
    assert module not in sys.modules


def test_a_network_in_an_old_file(
    levels: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that names its classes as earlier files did gives the same numbers."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    images = levels.images
    pipeline = make_pipeline("cnn").set_params(classify__epochs=1).fit(images, levels.labels)
    path = tmp_path / "m.joblib"
    with old_names.known_again():
        classes = {(module, name): named(module, name) for module, name in OLD_NETWORK_CLASSES}
    with monkeypatch.context() as patch:
        for (module, name), cls in classes.items():
            stand_in = sys.modules.get(module) or ModuleType(module)
            setattr(stand_in, name, cls)
            patch.setitem(sys.modules, module, stand_in)
            patch.setattr(cls, "__module__", module)
        save(pipeline, path, sample=images[0])
    with pytest.raises(ModuleNotFoundError, match="deep"):
        joblib.load(path)
    again = load(path, trust=True)
    assert np.array_equal(again.predict_proba(images), pipeline.predict_proba(images))


@pytest.mark.parametrize("suffix", ["imgpipe", "joblib"])
def test_a_file_keeps_what_to_beware_of(suffix: str, trained: TrainedModel, tmp_path: Path) -> None:
    """Both kinds of file keep the warnings of the training, and `inspect` tells them."""
    warned = replace(trained, warnings=(*trained.warnings, say("few images of {x}", x="dark")))
    path = tmp_path / f"m.{suffix}"
    save(warned, path)
    assert load(path, trust=True).model.warnings == tuple(map(str, warned.warnings))
    assert "Few images of dark." in str(inspect(path, trust=True))


def test_a_classifier_without_probabilities(levels: Dataset, tmp_path: Path) -> None:
    """What lacks predict_proba is named, and what it lacks."""
    svc = Pipeline([("features", FeatureExtractor("intensity")), ("svc", SVC())])
    svc.fit(levels.images, levels.labels)
    with pytest.raises(InputError, match="SVC gives no probabilities: it has no predict_proba"):
        save(svc, tmp_path / "m.imgpipe", sample=levels.images[0])


@pytest.mark.parametrize("suffix", [".imgpipe", ".joblib"])
@pytest.mark.parametrize(
    ("card", "words"),
    [
        ([1], "card is of type list; give a dict"),
        ({"author": object()}, "card holds what JSON does not: Object of type object"),
        ({"score": float("nan")}, "card holds what JSON does not: Out of range float"),
        ({"images": 3}, "card.images is 3; it must be an object"),
        ({"note": "\x1b[2J"}, "control character"),
    ],
)
def test_a_card_that_no_file_holds(
    suffix: str, card: Any, words: str, trained: TrainedModel, tmp_path: Path
) -> None:
    """A card that a reader would refuse is not written, whatever the file."""
    with pytest.raises(InputError, match=words):
        save(trained, tmp_path / f"m{suffix}", card=card)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "a\u200bb", "\ufeffa", "a\u202eb", "x" * 201])
def test_class_names_are_checked_before_the_fit(name: str) -> None:
    """Names of classes that no bundle holds are refused with no model at hand yet."""
    pipeline = make_pipeline("forest", families="intensity")
    with pytest.raises(InputError, match=r"m.imgpipe: classes\[1\]"):
        check_writable(pipeline, "m.imgpipe", ["a", name])
    check_writable(pipeline, "m.joblib", ["a", name])
    check_writable(pipeline, "m.imgpipe", ["a", "\u0646\u200c\u0647", "\u826f\u6027"])
