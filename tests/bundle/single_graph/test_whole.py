"""A whole graph says what the bundle says, and what the fitted pipeline says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import datasets, learn
from imgpipe.bundle.inference.opening import model_of
from imgpipe.bundle.single_graph.assembled import assembled
from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.bundle.single_graph.parity import session_of
from imgpipe.bundle.writing.parts import taken_apart
from imgpipe.images import Images
from imgpipe.learn import CLASSIFIERS, TrainedModel

TOLERANCE = 1e-5
N, FITTED = 30, 24
CLASSES = ("a", "b", "c")
MODELS = [name for name in CLASSIFIERS.own if not CLASSIFIERS[name].raw_images]
SMALLER = {"forest": {"classify__n_estimators": 20}}
STEPS: dict[str, list[Any]] = {
    "none": [],
    "median": [("median", {"size": 3})],
    "mean": [("mean", {"size": (3, 5)})],
    "gaussian": [("gaussian", {"sigma": 0.8})],
    "erosion": [("erosion", {"size": 3})],
    "dilation": [("dilation", {"size": (2, 3)}), ("mean", {"size": 3, "mode": "nearest"})],
}
RANGES = {"uint8": (0, 255), "uint16": (0, 65535), "float32": (-1.0, 1.0)}
SIZES = [(20, 20), (28, 33), (49, 36)]
# each kind and each dtype at some size, and each size in both kinds
PICTURES = [
    pytest.param(
        (kind, dtype, SIZES[(i + j) % 3]),
        # loops of 16 bits are compiled for gray images, and for channels in whole runs
        marks=pytest.mark.full if kind == "colour" and "16" in dtype else (),
    )
    for j, kind in enumerate(("gray", "colour"))
    for i, dtype in enumerate(RANGES)
]


def images_of(size: tuple[int, int], kind: str, dtype: str) -> tuple[Images, np.ndarray]:
    """Noise of three textures in a dtype, and their classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(N) % len(CLASSES)
    noise = rng.random((N, *size, *([3] if kind == "colour" else [])))
    smooth = (noise + np.roll(noise, 1, 1) + np.roll(noise, 1, 2)) / 3
    weight = labels.reshape(-1, *[1] * (noise.ndim - 1)) / 2
    values = weight * smooth + (1 - weight) * noise
    low, high = RANGES[dtype]
    pixels = (low + values * (high - low)).astype(dtype)
    return Images(pixels, channel_axis=-1 if kind == "colour" else None), labels


def fitted(model: str, images: Images, labels: np.ndarray, filters: list[Any]) -> TrainedModel:
    """Fit a pipeline on most of the images."""
    if model == "boosted":
        pytest.importorskip("lightgbm")
    pipeline = learn.make_pipeline(model, filters=filters, channel_axis=images.channel_axis)
    pipeline.set_params(**SMALLER.get(model, {}))
    pipeline = learn.fit_model(pipeline, images[:FITTED], labels[:FITTED])
    pixels = images[0].pixels
    classes, axis = CLASSES, images.channel_axis
    return TrainedModel(pipeline, classes, axis, pixels.shape, str(pixels.dtype))


def compare(trained: TrainedModel, images: Images) -> None:
    """Let a graph judge images, and compare it with the bundle and the pipeline."""
    kept = taken_apart(trained, {})
    opened, _ = model_of(kept, "made.imgpipe")
    session = session_of(assembled(kept, {}).content)
    found = np.stack([session.run(None, {"image": image.pixels})[0] for image in images])
    for other in (opened.pipeline, trained.pipeline):
        expected = other.predict_proba(images)
        np.testing.assert_allclose(found, expected, atol=TOLERANCE, rtol=0)
        lead = expected.max(axis=1) - expected[np.arange(len(images)), found.argmax(axis=1)]
        assert lead.max() <= 1e-9


@pytest.mark.grid(share=0.03)
@pytest.mark.parametrize("picture", PICTURES, ids=str)
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("model", MODELS)
def test_graph_bundle_and_pipeline_agree(
    model: str, steps: str, picture: tuple[str, str, tuple[int, int]]
) -> None:
    """Probabilities are equal to 1e-5 and labels equal, on images that were fitted and others."""
    if lacking := {name for name, _ in STEPS[steps]} - FILTERS.keys():
        pytest.skip(f"{lacking} not there")
    kind, dtype, size = picture
    images, labels = images_of(size, kind, dtype)
    trained = fitted(model, images, labels, STEPS[steps])
    compare(trained, images[FITTED - 3 :])


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("model", ["svm", "forest"])
def test_real_images_get_the_same_probabilities(
    model: str, shared_data: Path, tmp_path: Path
) -> None:
    """All test images of PneumoniaMNIST, by models of a part of the training images."""
    data = datasets.load(shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    held = data.positions("test")
    part = data.take(np.concatenate([data.positions("train")[::12], held]))
    trained = learn.fit(part, model, region="image")
    compare(trained, Images(np.stack([data.images[int(i)].pixels for i in held])))
