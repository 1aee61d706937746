"""The models whose deployment is measured, each as a bundle, a joblib file and a bare pickle."""

import os
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

from benchmarks.features import images
from imgpipe import bundle, datasets, learn
from imgpipe.datasets import Dataset
from imgpipe.images import write
from imgpipe.learn import FeatureExtractor, TrainedModel

NAMES = ("svm", "forest", "logistic", "boosted", "cnn")
NEEDS = {"boosted": "lightgbm", "cnn": "torch"}
LARGE = 512
_DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", "../shared/data"))
_PNEUMONIA = _DATA / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz"
_LARGE_TRAINED = 200
# what a network costs to run does not depend on how well it was trained
_NETWORK_TRAINED = 600


@dataclass(frozen=True)
class Data:
    """What is trained on, what is predicted, and how that is called in the page."""

    train: Dataset
    test: np.ndarray
    told: str
    png: Path


@dataclass(frozen=True)
class Kept:
    """One model as files."""

    name: str
    bundle: Path
    joblib: Path
    bare: Path
    row: Path
    train_s: float

    @property
    def size_mb(self) -> float:
        """Of the bundle."""
        return self.bundle.stat().st_size / 1e6


def data(folder: Path, most: int | None) -> Data:
    """PneumoniaMNIST where it is, else the synthetic nodules at 28x28, and one image as a file.

    Of the training images `most` are kept, where that is a number.
    """
    if _PNEUMONIA.is_file():
        dataset, told = datasets.load(_PNEUMONIA), "PneumoniaMNIST, 28x28, 8 bits"
    else:
        dataset = datasets.load("synthetic-nodules", size=28)
        told = "synthetic nodules at 28x28, since PneumoniaMNIST is not in IMGPIPE_TEST_DATA"
    dataset = dataset if most is None else _fewer(dataset, most)
    split = dataset.split
    held = np.flatnonzero(split == "test") if split is not None else np.arange(len(dataset))
    test = np.stack([np.asarray(dataset.images[int(i)].pixels) for i in held])
    png = folder / "one.png"
    write(png, test[0])
    return Data(dataset, test, f"{told}; {len(test)} images predicted", png)


def large_data() -> tuple[Dataset, np.ndarray]:
    """Made-up images of 512x512, smooth with noise, and a stack to predict."""
    stack = images(_LARGE_TRAINED + 32, LARGE)
    codes = np.arange(_LARGE_TRAINED) % 2
    stack[1:_LARGE_TRAINED:2] //= 2
    trained = Dataset("made-up", stack[:_LARGE_TRAINED], codes, ("bright", "dark"))
    return trained, stack[_LARGE_TRAINED:]


def keep(name: str, dataset: Dataset, folder: Path, first: np.ndarray) -> Kept:
    """Train a model, unless the folder has it, and write its files."""
    files = [folder / f"{name}{end}" for end in (".imgpipe", ".joblib", ".bare.joblib", ".npy")]
    kept = Kept(name, *files, 0.0)
    if name == "cnn":
        kept = replace(kept, bare=folder / f"{name}.pt")
        dataset = _fewer(dataset, _NETWORK_TRAINED)
    if not all(file.is_file() for file in (kept.bundle, kept.joblib, kept.bare, kept.row)):
        start = time.perf_counter()
        trained = _alone(learn.fit(dataset, name, n_jobs=os.cpu_count(), region="image"))
        kept = replace(kept, train_s=time.perf_counter() - start)
        bundle.save(trained, kept.bundle)
        bundle.save(trained, kept.joblib)
        _keep_bare(trained, kept, first)
    return kept


def _alone(trained: TrainedModel) -> TrainedModel:
    """Let a pipeline, too, predict without workers."""
    settings = trained.pipeline.get_params()
    trained.pipeline.set_params(**{name: None for name in settings if name.endswith("__n_jobs")})
    return trained


def _fewer(dataset: Dataset, n: int) -> Dataset:
    """Some of the images that are trained on, and all others."""
    ours = dataset.positions("train")
    left_out = np.random.default_rng(0).permutation(ours)[n:]
    return dataset.take(np.setdiff1d(np.arange(len(dataset)), left_out))


def _keep_bare(trained: TrainedModel, kept: Kept, first: np.ndarray) -> None:
    """Write the model for whoever has no imgpipe, and what it takes of the first image."""
    steps = [step for _, step in trained.pipeline.steps]
    if kept.name == "cnn":
        import torch

        network = steps[-1].network_.eval()
        pixels = np.ascontiguousarray(first[None, None].astype(np.float32))
        np.save(kept.row, pixels)
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the trace holds for images of this kind only
            torch.jit.trace(network, torch.from_numpy(pixels)).save(kept.bare)
        return
    measure = steps.pop(0)
    assert isinstance(measure, FeatureExtractor), measure
    np.save(kept.row, measure.transform(first[None]))
    joblib.dump([*steps[:-1], _stock(steps[-1])], kept.bare)


def _stock(classifier: Any) -> Any:
    """The estimator of scikit-learn or LightGBM that ours is made of."""
    kind = type(classifier).__name__
    if kind == "CalibratedSVM":
        return _stock_svm(classifier.machine_)
    if kind == "QuickForest":
        forest = RandomForestClassifier()
        forest.__dict__.update(classifier.__dict__)
        return forest
    return getattr(classifier, "booster_", classifier)


def _stock_svm(machine: Any) -> SVC:
    """A stock machine of as many support vectors; its sigmoid would be two numbers more."""
    codes = (machine.dual_coef_[0] > 0).astype(int)
    return SVC(C=machine.C, gamma=machine.gamma_).fit(machine.support_vectors_, codes)
