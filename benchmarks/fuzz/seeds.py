"""The bundles that are changed: of each kind of fitted part, and some with what they may keep."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe import bundle
from imgpipe.datasets import Dataset
from imgpipe.detect import Detector
from imgpipe.learn import TrainedModel, fit, make_pipeline
from imgpipe.learn.novelty.distance import Novelty
from imgpipe.learn.novelty.training import novelty_of
from imgpipe.segment import PixelClassifier

FAMILIES = ("intensity", "glcm")
_SMALL = {
    "svm": {},
    "logistic": {},
    "forest": {"classify__n_estimators": 6},
    "boosted": {"classify__n_estimators": 6},
    "knn": {"classify__n_neighbors": 3},
    "cnn": {
        "classify__epochs": 1,
        "classify__filters": (2, 3),
        "classify__dense": 4,
        "classify__batch_norm": True,
    },
}


def write_seeds(folder: Path) -> list[str]:
    """Train and write; give the names of the files. Without PyTorch there is no network."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 3
    images = (rng.integers(0, 80, (24, 16, 16)) + 80 * labels[:, None, None]).astype(np.uint8)
    two = labels < 2
    written = []
    for name, settings in _SMALL.items():
        if name == "cnn" and find_spec("torch") is None:
            continue
        for chosen, classes in ((two, ["a", "b"]), (labels < 3, ["a", "b", "c"])):
            path = folder / f"{name}-{len(classes)}.imgpipe"
            model = _pipeline(name).set_params(**settings).fit(images[chosen], labels[chosen])
            card = {"data": "noise", "note": "made up", "metrics": {"auc": [0.9, 0.8, 1.0]}}
            bundle.save(model, path, classes=classes, sample=images[0], card=card)
            written.append(path.name)
    data = Dataset("noise", images, labels, ("a", "b", "c"), groups=np.arange(24).astype(str))
    kept = {"kept-3": fit(data, "logistic", families=FAMILIES, cases="pictures")}
    if find_spec("torch") is not None:  # its novelty part measures features that it has not
        kept["kept-cnn-3"] = _network(data)
    for name, trained in kept.items():
        assert trained.novelty is not None
        bundle.save(trained, folder / f"{name}.imgpipe")
    pixels = _pixel_classifiers(rng)
    for name, classifier in pixels.items():
        bundle.save(classifier, folder / f"{name}.imgpipe", card={"note": "made up"})
    detectors = _detectors(rng)
    for name, detector in detectors.items():
        bundle.save(detector, folder / f"{name}.imgpipe", card={"note": "made up"})
    return [*written, *(f"{name}.imgpipe" for name in (*kept, *pixels, *detectors))]


def _pixel_classifiers(rng: np.random.Generator) -> dict[str, PixelClassifier]:
    """Learn to tell pixels of an image, and voxels of two channels in mm."""
    small = {"n_estimators": 5, "max_depth": 4}
    scribbles = rng.integers(0, 4, (6, 16, 16)) * (rng.random((6, 16, 16)) < 0.3)
    values = rng.normal(size=(6, 16, 16, 2)) + scribbles[..., None]
    told = {"unit": "mm", "spacing": (2.0, 1.0, 1.0), "channel_axis": -1}
    return {
        "pixels-3": PixelClassifier((1, 2), **small).fit(values[0, ..., 0], scribbles[0]),
        "voxels-3": PixelClassifier(1, **small, **told).fit(values, scribbles),
    }


def _detectors(rng: np.random.Generator) -> dict[str, Detector]:
    """Learn what spots look like, in images and in volumes."""
    found = {}
    for name, model, sides in (("spots", "forest", (32, 32)), ("balls", "logistic", (12, 20, 20))):
        images, boxes = rng.normal(size=(4, *sides)).astype(np.float32), []
        for image in images:
            low = rng.integers(2, np.array(sides) - 6)
            image[tuple(slice(a, a + 4) for a in low)] += 6
            boxes.append([[*low, *(low + 4)]])
        detector = Detector(model, families=(), candidates=6, patch_size=7, max_sigma=2)
        found[name] = detector.fit(images, boxes)
    return found


def _network(data: Dataset) -> TrainedModel:
    """Train a small network, and learn what its images are like."""
    pixels = np.stack([image.pixels for image in data.images])
    network = _pipeline("cnn").set_params(**_SMALL["cnn"]).fit(pixels, data.labels)
    novelty = novelty_of(network, data, list(map(str, range(len(data)))), None)
    assert isinstance(novelty, Novelty)
    kind = (data.classes, None, pixels.shape[1:], str(pixels.dtype))
    return TrainedModel(network, *kind, sample=data.images, novelty=novelty)


def _pipeline(name: str) -> Any:
    if name == "cnn":
        return make_pipeline(name)
    return make_pipeline(name, families=FAMILIES)
