"""A file that does not say what its pipeline says does not appear; pipelines of one's own."""

from dataclasses import replace
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
from imgpipe.bundle.inference import opening
from imgpipe.bundle.writing import gate
from imgpipe.datasets import Dataset
from imgpipe.images import Image, Images
from imgpipe.learn import FeatureExtractor, Filter, TrainedModel, fit
from imgpipe.learn import make_pipeline as of_images


class Bent:
    """A fitted part that is off by a little."""

    def __init__(self, fitted: Any, by: float) -> None:
        self.fitted, self.by = fitted, by

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """Probabilities with `by` taken from the first class and given to the second."""
        said = self.fitted(inputs).copy()
        said[:, 0] -= self.by
        said[:, 1] += self.by
        return said


def bend(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let what is read back be another pipeline than the one written."""
    opened = opening.open_bundle

    def bent(path: Any) -> Any:
        model, card = opened(path)
        return replace(model, pipeline=change(model.pipeline)), card

    monkeypatch.setattr(opening, "open_bundle", bent)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: replace(p, fitted=Bent(p.fitted, 1e-5)), "differs by 1.0e-05; 1e-06 is allowed"),
        (lambda p: replace(p, fitted=Bent(p.fitted, -2.0)), "get another class"),
        (lambda p: replace(p, fitted=Bent(p.fitted, np.nan)), "another class|differs by nan"),
        (lambda p: replace(p, filters=[("mean", {"size": 7})]), "another class|differs by"),
        (lambda p: replace(p, filters=[("nothing", {})]), "KeyError|refused|nothing"),
    ],
    ids=["a little", "other labels", "not a number", "other filter", "no such filter"],
)
def test_another_model_is_not_written(
    change: Any, words: str, trained: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What differs is told, nothing is written, and what stood there stays."""
    bend(monkeypatch, change)
    path = tmp_path / "m.imgpipe"
    path.write_text("before")
    with pytest.raises((InputError, KeyError), match=words):
        bundle.save(trained, path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_gate_measures(trained: TrainedModel, tmp_path: Path) -> None:
    """The gate gives the largest difference, by training images that the model has at hand."""
    bundle.save(trained, tmp_path / "m.imgpipe")
    opened = bundle.load(tmp_path / "m.imgpipe")
    assert isinstance(trained.sample, Images)
    assert gate.check(trained, opened) == 0.0


def test_images_that_cannot_be_used(levels: Dataset, tmp_path: Path) -> None:
    """A constant image and one with NaN are judged, or refused, alike; one usable one is needed."""
    pixels = np.asarray(levels.images.pixels, np.float32)
    pipeline = of_images("logistic", families=["intensity", "glcm"]).fit(pixels, levels.labels)
    bad = np.full((8, 8), np.nan, np.float32)
    flat = np.full((8, 8), 3, np.float32)
    path = tmp_path / "m.imgpipe"
    bundle.save(pipeline, path, classes=levels.classes, sample=[bad, flat, pixels[0]])
    predictor = bundle.load(path)
    told = predictor.predict([bad, flat])
    assert told.predicted[0] is None
    assert np.abs(told.probabilities[1] - pipeline.predict_proba(flat[None])).max() < 1e-6
    path.unlink()
    with pytest.raises(InputError, match=r"none of 9 images to compare .* give some as sample="):
        bundle.save(pipeline, path, classes=levels.classes, sample=bad)
    assert not path.exists()


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int64", "uint64", "float32"])
def test_few_images_are_changed(dtype: str) -> None:
    """Of few images others are made, of the same shape and type, and with masks that follow."""
    pixels = (np.random.default_rng(0).random((6, 7, 3)) * 200 - 60).clip(0).astype(dtype)
    mask = np.zeros((6, 7), bool)
    mask[1, 2] = True
    model = TrainedModel(None, ("a", "b"), -1, (6, 7, 3), dtype, region="mask",
                         sample=Images([Image(pixels, -1, mask=mask)]))  # fmt: skip
    made = gate._sample(model)
    assert len(made) == (3 if dtype == "bool" else 9)
    for image in made:
        assert image.pixels.dtype == dtype
        assert image.pixels.shape == pixels.shape
        assert int(image.mask.sum()) == 1
    assert np.array_equal(made[1].pixels, pixels[::-1])
    assert made[1].mask[4, 2]
    assert np.array_equal(made[2].pixels, pixels[:, ::-1])
    if dtype != "bool":
        assert len({image.pixels.tobytes() for image in made}) == 9


@pytest.mark.parametrize("model", ["svm", "cnn"])
def test_from_joblib_to_bundle(model: str, levels: Dataset, tmp_path: Path) -> None:
    """A model read from a .joblib file becomes a bundle, with its card, by made-up images."""
    if model == "cnn":
        pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    data = levels.take(np.arange(12))
    trained = fit(data, model, filters="median")
    bundle.save(trained, tmp_path / "m.joblib", card={"author": "x"})
    again = bundle.load(tmp_path / "m.joblib", trust=True)
    assert again.model.sample is None
    bundle.save(again, tmp_path / "m.imgpipe")
    found = bundle.load(tmp_path / "m.imgpipe")
    assert found.card == {"author": "x"}
    expected = trained.pipeline.predict_proba(levels.images)
    assert np.abs(found.predict_proba(levels.images) - expected).max() < 1e-4
    bundle.save(again.model, tmp_path / "other.imgpipe", card={})
    assert bundle.load(tmp_path / "other.imgpipe").card == {}


def test_a_bundle_is_not_written_again(trained: TrainedModel, tmp_path: Path) -> None:
    """A model that was read from a bundle is not saved: its file is to be copied."""
    bundle.save(trained, tmp_path / "m.imgpipe")
    predictor = bundle.load(tmp_path / "m.imgpipe")
    for given in (predictor, predictor.model):
        for name in ("again.imgpipe", "again.joblib"):
            with pytest.raises(InputError, match="copy that file"):
                bundle.save(given, tmp_path / name)
    bundle.save(trained, tmp_path / "same.imgpipe")
    assert (tmp_path / "same.imgpipe").read_bytes() == (tmp_path / "m.imgpipe").read_bytes()


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
