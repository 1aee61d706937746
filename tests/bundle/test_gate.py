"""A file that does not say what its pipeline says does not appear."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError, bundle
from imgpipe.bundle.inference import opening
from imgpipe.bundle.writing import gate, parts
from imgpipe.bundle.writing.novelty import to_bundle
from imgpipe.datasets import Dataset
from imgpipe.images import Image, Images
from imgpipe.learn import TrainedModel, fit
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
        (lambda p: replace(p, fitted=Bent(p.fitted, -2.0)), "of 12 images, 8 get another class"),
        (lambda p: replace(p, fitted=Bent(p.fitted, np.nan)), "a probability differs by nan"),
        (lambda p: replace(p, filters=[("mean", {"size": 7})]), "on 12 images a probability"),
        (lambda p: replace(p, filters=[("nothing", {})]), "it stops with KeyError: 'nothing'"),
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
    with pytest.raises(InputError) as told:
        bundle.save(trained, path)
    assert str(told.value).startswith(
        f"{path} is not written: the file does not say what the pipeline says: "
    )
    assert words in str(told.value)
    assert str(told.value).endswith("keep the model in a .joblib file, and report this")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def constant() -> TrainedModel:
    """A model that gives every image the same, and knows what its training images are like."""
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8)).astype(np.uint8)
    return fit((images, np.arange(40) % 2), "dummy", families="intensity")


def test_another_distance_is_not_written(
    constant: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only the distances to the training images differ, nothing is written."""
    bend(monkeypatch, lambda p: replace(p, filters=[("mean", {"size": 7})]))
    with pytest.raises(
        InputError, match=r"on \d+ images the distance to the training images differ"
    ):
        bundle.save(constant, tmp_path / "m.imgpipe")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["centre", "precision", "directions"])
def test_a_novelty_part_written_wrongly(
    part: str, constant: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose numbers on the training are others than the model's does not appear."""

    def wrong(novelty: Any) -> Any:
        facts, arrays = to_bundle(novelty)
        return facts, arrays | {f"novelty.{part}": arrays[f"novelty.{part}"] + np.float32(1e6)}

    monkeypatch.setattr(parts, "to_bundle", wrong)
    with pytest.raises(InputError, match="its novelty is another"):
        bundle.save(constant, tmp_path / "m.imgpipe")
    assert list(tmp_path.iterdir()) == []


def test_other_facts_are_not_written(
    trained: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that tells otherwise of classes, images or the training does not appear."""
    opened = opening.open_bundle
    path = tmp_path / "m.imgpipe"
    for change, words in (
        ({"classes": ("a", "b", "c")}, "classes"),
        ({"size": 8}, "size"),
        ({"trained_on": None}, "trained on"),
        ({"warnings": ("none",)}, "warnings"),
        ({"summary": None}, "summary"),
    ):

        def other(at: Any, change: Any = change) -> Any:
            model, card = opened(at)
            return replace(model, **change), card

        with monkeypatch.context() as patch:
            patch.setattr(opening, "open_bundle", other)
            with pytest.raises(InputError, match=f"its {words} is another"):
                bundle.save(trained, path)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("lead", "accepted"), [(0.0, True), (5e-7, True), (1e-3, False)])
def test_a_tie_may_fall_either_way(lead: float, accepted: bool) -> None:
    """Another class is one that had less, by more than rounding: two that tie may change places."""
    expected = np.array([[0.5 + lead / 2, 0.5 - lead / 2, 0.0], [0.1, 0.2, 0.7]])
    found = expected.copy()
    found[0, :2] = found[0, 1::-1] + [-1e-9, 1e-9]
    if accepted:
        assert gate._compare(expected, found, 1e-6, "images") <= 1e-6
        return
    with pytest.raises(InputError, match="of 2 images, 1 get another class"):
        gate._compare(expected, found, 1e-6, "images")


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
