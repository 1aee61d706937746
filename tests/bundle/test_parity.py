"""A bundle says what its pipeline says: every classifier, kind of image, filter and region."""

import warnings
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import bundle, datasets
from imgpipe.images import Images, write
from imgpipe.learn import CLASSIFIERS, TrainedModel, fit, fit_model, make_pipeline
from imgpipe.learn.networks import NETWORKS

FEATURE_MODELS = [name for name in CLASSIFIERS.own if not CLASSIFIERS[name].raw_images]
FILTERS: dict[str, list[Any]] = {
    "no": [],
    "median, gaussian": ["median", ("gaussian", {"sigma": 0.8})],
    "erosion": [("erosion", {"size": (3, 2)})],
}
RANGES = {"uint8": (0, 255), "uint16": (0, 65535), "int16": (-1024, 3071), "float32": (0, 1)}
N = 36
USUAL = {("cnn", "colour"), ("vgg16", "gray"), ("resnet18-28", "colour")}
NETWORK_KINDS = [
    pytest.param(*pair, marks=() if pair in USUAL else pytest.mark.full)
    for pair in product(NETWORKS, ["gray", "colour"])
]


def tolerance(model: str) -> float:
    """How far a probability may be off."""
    return 1e-4 if model in NETWORKS else 1e-6


def images_of(side: int, kind: str, dtype: str, region: str) -> tuple[Images, np.ndarray]:
    """Noise of three textures in a dtype, with a disk as a mask, and their classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(N) % 3
    shape = (N, side, side + 1, *([3] if kind == "colour" else []))
    noise = rng.random(shape)
    smooth = (noise + np.roll(noise, 1, 1) + np.roll(noise, 1, 2)) / 3
    weight = labels.reshape(-1, *[1] * (len(shape) - 1)) / 2
    values = weight * smooth + (1 - weight) * noise
    low, high = RANGES[dtype]
    pixels = (low + values * (high - low)).astype(dtype)
    rows, columns = np.mgrid[:side, : side + 1]
    radii = rng.uniform(side / 4, side / 2, (N, 1, 1))
    masks = (rows - side / 2) ** 2 + (columns - side / 2) ** 2 < radii**2
    axis = -1 if kind == "colour" else None
    return Images(pixels, masks, channel_axis=axis).with_region(region), labels


def saved(
    model: str, images: Images, labels: np.ndarray, filters: list[Any], region: str, path: Path
) -> Any:
    """Fit a pipeline on the first two thirds, and save it; give it as it was fitted."""
    pipeline = make_pipeline(model, filters=filters, channel_axis=images.channel_axis)
    if model in NETWORKS:
        pipeline.set_params(classify__epochs=1, classify__patience=None, classify__batch_size=8)
    part = slice(0, 2 * N // 3)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "vgg16 has no weights file")
        pipeline = fit_model(pipeline, images[part], labels[part])
    first = images[0].pixels
    classes = ("a", "b", "c")
    trained = TrainedModel(
        pipeline, classes, images.channel_axis, first.shape, str(first.dtype), region=region,
        sample=images[:8],
    )  # fmt: skip
    bundle.save(trained, path)
    return pipeline


def require(model: str) -> None:
    """Skip where a model's package is not installed."""
    if model in NETWORKS:
        pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    if model == "boosted":
        pytest.importorskip("lightgbm", reason="needs LightGBM: pip install 'imgpipe[boost]'")


@pytest.mark.grid(share=0.05)
@pytest.mark.parametrize("region", ["image", "mask", "box"])
@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("dtype", RANGES)
@pytest.mark.parametrize("kind", ["gray", "colour"])
@pytest.mark.parametrize("model", [*FEATURE_MODELS, "cnn"])
def test_parity(
    model: str, kind: str, dtype: str, filters: str, region: str, tmp_path: Path
) -> None:
    """Probabilities and labels of new images are the pipeline's."""
    require(model)
    images, labels = images_of(20, kind, dtype, region)
    path = tmp_path / "m.imgpipe"
    pipeline = saved(model, images, labels, FILTERS[filters], region, path)
    expected = pipeline.predict_proba(images)
    predictor = bundle.load(path)
    found = predictor.predict_proba(images)
    assert np.abs(found - expected).max() <= tolerance(model)
    assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))
    assert predictor.model.pipeline.classes_.tolist() == pipeline.classes_.tolist()


@pytest.mark.parametrize(("network", "kind"), NETWORK_KINDS)
def test_parity_of_every_network(network: str, kind: str, tmp_path: Path) -> None:
    """Each network, on 16-bit crops around masks behind a filter, says the same without torch."""
    require(network)
    images, labels = images_of(max(20, NETWORKS[network].min_size), kind, "uint16", "mask")
    path = tmp_path / "m.imgpipe"
    pipeline = saved(network, images, labels, ["median"], "mask", path)
    expected = pipeline.predict_proba(images)
    found = bundle.load(path).predict_proba(images)
    assert np.abs(found - expected).max() <= tolerance(network)
    assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))


@pytest.mark.parametrize("model", ["svm", "forest", "cnn"])
def test_one_by_one_and_together(model: str, tmp_path: Path) -> None:
    """An image has the same probabilities alone, among others, in a stack and in a list."""
    require(model)
    images, labels = images_of(20, "colour", "uint8", "image")
    path = tmp_path / "m.imgpipe"
    saved(model, images, labels, ["median"], "image", path)
    predictor = bundle.load(path)
    together = predictor.predict_proba(images)
    exact = 1e-6 if model in NETWORKS else 1e-12
    alone = np.concatenate([predictor.predict_proba(images[i : i + 1]) for i in range(N)])
    assert np.abs(alone - together).max() <= exact
    listed = predictor.predict_proba([image.pixels for image in images])
    assert np.abs(listed - together).max() <= exact
    assert np.array_equal(predictor.predict_proba(images.pixels), listed)


@pytest.mark.parametrize("model", ["svm", "cnn"])
def test_files_that_are_resized(model: str, tmp_path: Path) -> None:
    """Images in files of any size are resized as those of the training were."""
    require(model)
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 2
    folder = tmp_path / "data"
    for n, label in enumerate(labels):
        side = 24 + 3 * (n % 4)
        pixels = rng.integers(0, 120, (side, side)) + 100 * label
        write(folder / "ab"[label] / f"{n}.png", pixels.astype(np.uint8))
    data = datasets.load(folder, size=(20, 16))
    trained = fit(data, model, size=(20, 16))
    path = tmp_path / "m.imgpipe"
    bundle.save(trained, path)
    predictor = bundle.load(path)
    expected = trained.pipeline.predict_proba(data.images)
    files = sorted(folder.rglob("*.png"))
    found = predictor.predict([str(file) for file in files])
    order = [list(found.ids).index(str(file)) for file in files]
    assert sorted(order) == list(range(24))
    known = {Path(name).name: row for name, row in zip(data.images.ids, expected, strict=True)}
    for file, row in zip(files, found.probabilities, strict=True):
        assert np.abs(row - known[file.name]).max() <= tolerance(model)
    arrays = predictor.predict_proba(list(data.images))
    assert np.abs(arrays - expected).max() <= tolerance(model)
