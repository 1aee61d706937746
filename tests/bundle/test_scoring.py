"""`score`: classes by name, the test part alone, images of the training told apart."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.bundle import Predictor, save, score
from imgpipe.bundle import load as load_model
from imgpipe.bundle.inference.pipeline import BundledPipeline
from imgpipe.bundle.scoring.estimators import KeptPipeline
from imgpipe.datasets import Dataset, in_region, load
from imgpipe.images import Images
from imgpipe.images.gray import SAVED_AS_COLOUR
from imgpipe.learn import TrainedModel, fit
from imgpipe.report.patient.words import limits


def test_the_test_part_alone_is_judged(trained: TrainedModel, levels: Dataset) -> None:
    """The accuracy is that of the predictions on the test part, with nothing to warn of."""
    predictor = Predictor(trained)
    comparison = score(predictor, levels, name="forest", least=2)
    told = predictor.predict(levels.images[12:])
    names = np.array(levels.classes)[levels.labels[12:]]
    accuracy = np.mean(np.array(told.predicted) == names)
    (result,) = comparison.models
    assert (result.name, result.metrics["accuracy"].value) == ("forest", accuracy)
    assert not [text for text in comparison.dataset.warnings if "used to train" in text]


def test_images_of_the_training_are_counted(trained: TrainedModel, levels: Dataset) -> None:
    """Without a split all images are judged, and those fitted are counted."""
    comparison = score(Predictor(trained), replace(levels, split=None))
    assert any(
        text.startswith("12 of 18 images were used to train")
        for text in comparison.dataset.warnings
    )


def test_classes_go_by_name(trained: TrainedModel, levels: Dataset) -> None:
    """The order in which a data set lists its classes changes nothing."""
    turned = replace(levels, labels=2 - levels.labels, classes=levels.classes[::-1])
    found, expected = (
        score(Predictor(trained), data, least=2).models[0] for data in (turned, levels)
    )
    assert found.metrics == expected.metrics
    assert np.array_equal(found.confusion, expected.confusion)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classes": ("dark", "grey", "bright")}, "no class grey among dark, middling, bright"),
        ({"images": np.zeros((18, 9, 9), np.uint8)}, "levels: image 12 is 9 x 9 pixels"),
        ({"images": np.zeros((18, 8, 8), np.uint16)}, "has uint16 pixels"),
    ],
)
def test_what_cannot_be_judged(
    change: dict, words: str, trained: TrainedModel, levels: Dataset
) -> None:
    """Classes that the model never saw and images of another kind are named."""
    with pytest.raises(InputError, match=words):
        score(Predictor(trained), replace(levels, **change))


def test_gray_images_that_were_saved_as_colour(levels: Dataset, tmp_path: Path) -> None:
    """A model of colour images judges a set with three equal channels as what it was saved as."""
    rng = np.random.default_rng(1)
    colour = (np.asarray(levels.images)[..., None] + rng.integers(0, 9, (18, 8, 8, 3))).clip(0, 255)
    seen = Dataset("seen", colour.astype(np.uint8), levels.labels, levels.classes, channel_axis=-1)
    predictor = Predictor(fit(seen, "forest", families="intensity"))
    rgb = np.repeat(np.asarray(levels.images)[..., None], 3, axis=-1)
    np.savez(tmp_path / "x.npz", images=rgb, labels=levels.labels, classes=levels.classes)
    unseen = load(tmp_path / "x.npz")
    assert unseen.channel_axis is None
    judged = score(predictor, unseen, least=2)
    expected = replace(levels, images=rgb, channel_axis=-1, split=None)
    assert judged.models[0].metrics == score(predictor, expected, least=2).models[0].metrics
    assert SAVED_AS_COLOUR not in judged.dataset.warnings


def test_a_model_of_masks_says_what_it_lacks(levels: Dataset) -> None:
    """Trained inside masks and judged on images without any: the reason and the ways out."""
    masks = np.ones(np.shape(levels.images)[:3], bool)
    masked = levels.changed(images=Images(levels.images, masks))
    predictor = Predictor(fit(masked, "dummy", families="intensity"))
    with pytest.raises(InputError, match="no masks in it, and the model was trained inside masks"):
        score(predictor, levels)


@pytest.mark.parametrize("model", ["svm", "forest", "boosted"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_bundle_has_the_scores_of_its_pipeline(
    model: str, n_jobs: int, levels: Dataset, tmp_path: Path
) -> None:
    """Metrics, intervals and importances; its costs are those of the bundle itself."""
    settings = {"filters": ["median"], "families": ["intensity", "glcm"]}
    many = levels.take(np.repeat(np.arange(len(levels)), 3)).changed(split=None)
    trained = fit(many, model, **settings)
    save(trained, tmp_path / "m.imgpipe")
    found = score(load_model(tmp_path / "m.imgpipe"), levels, n_jobs=n_jobs, least=2)
    expected = score(Predictor(trained), levels, n_jobs=n_jobs, least=2)
    (own,), (other,) = found.models, expected.models
    for name, metric in other.metrics.items():
        assert own.metrics[name].value == pytest.approx(metric.value, abs=1e-6), name
        assert own.metrics[name].low == pytest.approx(metric.low, abs=1e-6), name
    assert np.array_equal(own.confusion, other.confusion)
    assert own.importances == other.importances
    assert own.cost.keys() == other.cost.keys()
    assert found.protocol.statement == expected.protocol.statement


def test_a_bundle_s_pipeline_travels_without_scikit_learn(
    trained: TrainedModel, tmp_path: Path
) -> None:
    """Another process gets what the bundle runs, and says the same."""
    save(trained, tmp_path / "m.imgpipe")
    kept = load_model(tmp_path / "m.imgpipe").model.pipeline
    sent = pickle.loads(pickle.dumps(KeptPipeline(kept)))
    assert type(sent) is BundledPipeline
    images = np.random.default_rng(0).integers(0, 255, (4, 8, 8)).astype(np.uint8)
    assert np.array_equal(sent.predict_proba(images), kept.predict_proba(images))
    with pytest.raises(TypeError, match="cannot be fitted again"):
        KeptPipeline(kept).fit(images, [0, 1, 0, 1])


def coloured(levels: Dataset) -> Dataset:
    """Three channels of their own brightness."""
    rng = np.random.default_rng(1)
    pixels = np.asarray(levels.images)[..., None] + rng.integers(0, 60, (len(levels), 8, 8, 3))
    return levels.changed(images=pixels.clip(0, 255).astype(np.uint8), channel_axis=-1)


def masked(levels: Dataset) -> Dataset:
    """Discs of several sizes."""
    y, x = np.ogrid[:8, :8]
    far = np.hypot(y - 3.5, x - 3.5)
    masks = np.stack([far < 2.2 + 0.1 * (i % 9) for i in range(len(levels))])
    return levels.changed(images=Images(np.asarray(levels.images), masks))


def deep(levels: Dataset) -> Dataset:
    """Sixteen bits."""
    return levels.changed(images=np.asarray(levels.images).astype(np.uint16) * 211)


@pytest.mark.parametrize(
    ("kind", "region"), [(coloured, None), (deep, None), (masked, "mask"), (masked, "box")]
)
def test_colour_masks_and_depth(
    kind: Callable[[Dataset], Dataset], region: str | None, levels: Dataset, tmp_path: Path
) -> None:
    """What a model looks at is the same from a bundle: its scores are."""
    data = in_region(kind(levels), region)
    trained = fit(data, "svm", families=["intensity", "glcm"])
    save(trained, tmp_path / "m.imgpipe")
    given = kind(levels)
    found = score(load_model(tmp_path / "m.imgpipe"), given, least=2).models[0]
    expected = score(Predictor(trained), given, least=2).models[0]
    assert np.array_equal(found.confusion, expected.confusion)
    for name, metric in expected.metrics.items():
        assert found.metrics[name].value == pytest.approx(metric.value, abs=1e-6), name


def test_a_network_in_a_bundle(levels: Dataset, tmp_path: Path) -> None:
    """Its scores are those of the network, in single precision; its page says what it lacks."""
    pytest.importorskip("torch")
    trained = fit(levels, "cnn")
    save(trained, tmp_path / "m.imgpipe")
    predictor = load_model(tmp_path / "m.imgpipe")
    found = score(predictor, levels, n_jobs=2, least=2).models[0]
    expected = score(Predictor(trained), levels, least=2).models[0]
    for name, metric in expected.metrics.items():
        assert found.metrics[name].value == pytest.approx(metric.value, abs=1e-3), name
    told = predictor.explain(levels.images[13])
    assert [name for name, _ in told.maps] == ["occlusion"]
    assert any("No Grad-CAM map" in text for text in limits(told))
