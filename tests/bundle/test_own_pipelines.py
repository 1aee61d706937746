"""Pipelines of one's own in a file, and those that no file holds."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from imgpipe import InputError, bundle, features
from imgpipe.datasets import Dataset
from imgpipe.learn import FeatureExtractor, Filter
from imgpipe.learn import make_pipeline as of_images


def extractor() -> FeatureExtractor:
    """Some features."""
    return FeatureExtractor(["intensity", "glcm"], bins=16)


def linear() -> LogisticRegression:
    """A classifier that needs no luck to converge."""
    return LogisticRegression(max_iter=100_000)


def search(model: Any, **grid: Any) -> GridSearchCV:
    """Two settings tried."""
    return GridSearchCV(model, grid, cv=2)


OWN: dict[str, Any] = {
    "classifier alone": lambda: make_pipeline(extractor(), linear()),
    "scaled": lambda: make_pipeline(extractor(), StandardScaler(), linear()),
    "imputed": lambda: make_pipeline(
        Filter("median"), extractor(), SimpleImputer(strategy="mean"), RandomForestClassifier(10)
    ),
    "forest alone": lambda: make_pipeline(extractor(), RandomForestClassifier(10)),
    "search of the classifier": lambda: make_pipeline(
        Filter("mean", size=(1, 3)), extractor(), StandardScaler(),
        search(linear(), C=[0.1, 1.0]),
    ),
    "search of the pipeline": lambda: search(
        make_pipeline(Filter("gaussian", sigma=1.0), extractor(), RandomForestClassifier(10)),
        filter__sigma=[0.5, 2.0],
    ),
    "pipelines in a pipeline": lambda: make_pipeline(
        make_pipeline(Filter("erosion"), extractor()), "passthrough",
        make_pipeline(StandardScaler(), linear()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("build", OWN.values(), ids=OWN)
def test_pipelines_of_ones_own(build: Any, levels: Dataset, tmp_path: Path) -> None:
    """Filters, features, and steps of scikit-learn in any order that can be written."""
    pipeline = build().fit(levels.images, levels.labels)
    path = tmp_path / "m.imgpipe"
    bundle.save(pipeline, path, classes=levels.classes, sample=levels.images[0])
    found = bundle.load(path).predict_proba(levels.images)
    assert np.abs(found - pipeline.predict_proba(levels.images)).max() < 1e-6


def test_codes_that_are_not_all_classes(levels: Dataset, tmp_path: Path) -> None:
    """A class that no training image had has the probability 0, in its place."""
    some = levels.labels != 1
    images = levels.images[np.flatnonzero(some)]
    pipeline = of_images("forest", families="intensity").fit(images, levels.labels[some])
    path = tmp_path / "m.imgpipe"
    bundle.save(pipeline, path, classes=levels.classes, sample=list(images))
    found = bundle.load(path).predict_proba(images)
    assert np.array_equal(found[:, [0, 2]], pipeline.predict_proba(images))
    assert not found[:, 1].any()


REFUSED: dict[str, Any] = {
    "FunctionTransformer": lambda: make_pipeline(
        FunctionTransformer(), extractor(), linear()
    ),
    "LogisticRegression": lambda: make_pipeline(
        Filter("median"), FunctionTransformer(lambda x: np.reshape(x, (len(x), -1))),
        linear(),
    ),
    "after the features": lambda: make_pipeline(
        extractor(), FunctionTransformer(), linear()
    ),
}  # fmt: skip


@pytest.mark.parametrize("build", REFUSED.values(), ids=REFUSED)
def test_steps_that_are_not_written(build: Any, levels: Dataset, tmp_path: Path) -> None:
    """A step that a bundle does not hold is named, with the way out."""
    pixels = levels.images.pixels
    pipeline = build().fit(pixels, levels.labels)
    path = tmp_path / "m.imgpipe"
    with pytest.raises(
        InputError, match=r"is not written: .*FunctionTransformer.*\.joblib"
    ) as told:
        bundle.save(pipeline, path, sample=pixels[0])
    assert str(told.value).startswith(str(path))
    assert list(tmp_path.iterdir()) == []


def test_a_lambda_is_not_written(levels: Dataset, tmp_path: Path) -> None:
    """Nor by joblib: the error says so, and what would be."""
    pixels = levels.images.pixels
    own = make_pipeline(extractor(), FunctionTransformer(lambda table: table), linear())
    path = tmp_path / "m.joblib"
    with pytest.raises(InputError, match=r"is not written: .*in place of a lambda") as told:
        bundle.save(own.fit(pixels, levels.labels), path, sample=pixels[0])
    assert str(told.value).startswith(str(path))
    assert list(tmp_path.iterdir()) == []


def test_a_filter_with_a_setting_that_is_not_written(levels: Dataset, tmp_path: Path) -> None:
    """Weights larger than a file holds are refused by their filter's name."""
    weights = np.ones((300, 301)) / 300
    pipeline = make_pipeline(
        Filter("convolve", weights=weights),
        extractor(),
        SimpleImputer(keep_empty_features=True),
        linear(),
    )
    pipeline.fit(levels.images, levels.labels)
    with pytest.raises(InputError, match=r"convolve: weights has 90,300 cells; .*\.joblib"):
        bundle.save(pipeline, tmp_path / "m.imgpipe", sample=levels.images[0])


def test_a_window_that_no_reader_takes(levels: Dataset, tmp_path: Path) -> None:
    """What a reader would refuse is refused when it is written, with the way out of a writer."""
    pipeline = make_pipeline(Filter("mean", size=3000), extractor(), RandomForestClassifier(3))
    pipeline.fit(levels.images, levels.labels)
    path = tmp_path / "m.imgpipe"
    with pytest.raises(InputError) as told:
        bundle.save(pipeline, path, sample=levels.images[0])
    assert str(told.value) == (
        f"{path} is not written: mean has a window of 3000 x 3000, which is too large for images "
        "of 8 x 8 pixels; keep the model in a .joblib file"
    )


def test_families_of_today(levels: Dataset, tmp_path: Path) -> None:
    """What families="all" stood for is written by name: a family that is new later changes none."""
    pipeline = make_pipeline(FeatureExtractor("all"), SimpleImputer(), RandomForestClassifier(5))
    pipeline.fit(levels.images, levels.labels)
    path = tmp_path / "m.imgpipe"
    bundle.save(pipeline, path, sample=levels.images[0])
    new = features.Feature("size_width", "size", None, None, "1", "Columns of the image.")
    width = features.Family(
        "size", "Size", lambda plan: [new],
        lambda batch, plan: np.full((len(batch.values), 1), float(batch.values.shape[-1])),
        ibsi=False,
    )  # fmt: skip
    features.register(width)
    try:
        assert len(features.catalogue("all")) > len(bundle.load(path).model.pipeline.names)
        found = bundle.load(path).predict_proba(levels.images)
    finally:
        del features.FAMILIES["size"]
    assert np.abs(found - pipeline.predict_proba(levels.images)).max() < 1e-6


def test_a_network_alone(levels: Dataset, tmp_path: Path) -> None:
    """A ConvNetClassifier is saved by itself, behind filters, and in a search."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    from imgpipe.learn.networks import ConvNetClassifier

    network = ConvNetClassifier(epochs=1, patience=None, batch_size=4)
    for number, model in enumerate(
        [network, Pipeline([("net", network)]), make_pipeline(Filter("median"), network),
         search(network, learning_rate=[1e-3, 1e-2])]
    ):  # fmt: skip
        fitted = model.fit(levels.images, levels.labels)
        path = tmp_path / f"{number}.imgpipe"
        bundle.save(fitted, path, classes=levels.classes, sample=levels.images[0])
        found = bundle.load(path).predict_proba(levels.images)
        assert np.abs(found - fitted.predict_proba(levels.images)).max() < 1e-4
