"""Predictions flag images out of distribution, whatever file the model was in."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgpipe import bundle, datasets, learn
from imgpipe.datasets.pairs import as_dataset
from imgpipe.images import Image
from imgpipe.learn.novelty.training import novelty_of

RNG = np.random.default_rng(0)


def _textures(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ramp = np.add.outer(np.arange(16), np.arange(16)) * 4
    return np.clip(ramp + rng.normal(60, 8, (n, 16, 16)), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def trained() -> learn.TrainedModel:
    images = _textures(240, 0)
    images[::2] = np.minimum(images[::2] + 25, 255)
    return learn.fit((images, np.arange(240) % 2), "logistic", families=["intensity", "glcm"])


CHECKERS = np.indices((16, 16)).sum(axis=0) % 2 * 255
FOREIGN = np.stack([np.zeros((16, 16)), RNG.integers(0, 256, (16, 16)), CHECKERS]).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["imgpipe", "joblib"])
def test_a_file_keeps_the_distances(trained, tmp_path: Path, suffix: str):
    """A bundle and a joblib file give the distances of the model that was saved."""
    path = tmp_path / f"model.{suffix}"
    bundle.save(trained, path)
    images = np.concatenate([_textures(5, 1), FOREIGN])
    before = bundle.Predictor(trained).predict(images)
    after = bundle.load(path, trust=True).predict(images)
    assert np.allclose(before.ood_distance, after.ood_distance, rtol=1e-9)
    assert after.ood == (False,) * 5 + (True,) * 3


def test_an_image_that_cannot_be_used_is_not_judged(trained):
    """Its distance is NaN, its mark None, its cells are empty; a warning counts the marked ones."""
    told = bundle.Predictor(trained).predict([FOREIGN[0], np.zeros((5, 5), np.uint8), *FOREIGN[1:]])
    assert told.ood == (True, None, True, True)
    assert np.isnan(told.ood_distance).tolist() == [False, True, False, False]
    assert told.warnings == (
        "3 of 4 images are out of distribution (differ from the training images): 0, 2, 3; do not "
        "rely on their classes",
    )
    out = io.StringIO(newline="")
    told.write_csv(out)
    assert out.getvalue().splitlines()[2].startswith("1,,,,,,OTHER-KIND,1: is 5 x 5 pixels")
    assert told.to_records()[1]["ood"] is None
    assert list(told.to_frame().columns[-4:]) == ["ood_distance", "ood", "error_code", "error"]
    assert "3 out of distribution" in repr(told)
    assert "out of distribution" in told._repr_html_()


def test_a_model_without_the_part_says_nothing(trained, tmp_path: Path):
    """Without it there are neither marks nor columns, before and after saving."""
    images, labels = _textures(60, 0), np.arange(60) % 2
    model = learn.fit((images, labels), "dummy", families="intensity", ood=False)
    bundle.save(model, tmp_path / "model.imgpipe")
    told = bundle.load(tmp_path / "model.imgpipe").predict(FOREIGN)
    assert told.ood is None
    assert told.ood_distance is None
    assert "ood" not in told.to_records()[0]
    assert told.warnings == ()


def test_what_a_model_looks_at_is_what_is_measured():
    """With masks, pixels outside of them move no distance."""
    data = datasets.load("synthetic-nodules")
    predictor = bundle.Predictor(learn.fit(data, "dummy", families="intensity"))
    image = data.images[0]
    outside = np.where(image.mask, image.pixels, np.int16(3000))
    other = Image(outside, mask=image.mask)
    one, two = predictor.predict([image, other]).ood_distance
    assert one == two


def test_a_model_of_pixels_has_features_measured_for_it(trained):
    """Where a pipeline computes no features, default ones are measured for the distance alone."""
    images = _textures(120, 0)
    part = as_dataset((images, np.arange(120) % 2))
    novelty = novelty_of(None, part, [str(i) for i in range(120)], None)
    assert novelty.extraction == {"families": "default", "channel_axis": None}
    predictor = bundle.Predictor(replace(trained, novelty=novelty))
    told = predictor.predict(np.concatenate([_textures(3, 1), FOREIGN]))
    assert told.ood == (False,) * 3 + (True,) * 3
    assert np.array_equal(
        told.probabilities,
        trained.pipeline.predict_proba(np.concatenate([_textures(3, 1), FOREIGN])),
    )


def test_a_network_keeps_its_distances_in_a_file(tmp_path: Path):
    """Default features are measured beside a real network, to the same distances, from its file."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    images = _textures(40, 0)
    images[::2] = np.minimum(images[::2] + 25, 255)
    model = learn.fit((images, np.arange(40) % 2), "cnn")
    assert model.novelty.extraction == {"families": "default", "channel_axis": None}
    path = tmp_path / "network.imgpipe"
    bundle.save(model, path)
    others = np.concatenate([_textures(5, 1), FOREIGN])
    before = bundle.Predictor(model).predict(others)
    after = bundle.load(path).predict(others)
    assert np.array_equal(before.ood_distance, after.ood_distance)
    assert after.ood[5:] == (True,) * 3


def test_an_explanation_says_it(trained):
    """`explain` gives the distance, and the page warns of an image beyond the limit."""
    from imgpipe.report.patient.page import warnings_of
    from imgpipe.report.patient.words import likeness

    foreign = bundle.explain(bundle.Predictor(trained), FOREIGN[0])
    usual = bundle.explain(bundle.Predictor(trained), _textures(1, 5)[0])
    assert foreign.ood_distance > 1 > usual.ood_distance
    assert any("out of distribution" in str(text) for text in warnings_of(foreign))
    assert not likeness(foreign)
    assert "is not flagged" in str(likeness(usual)[0])


@pytest.mark.data
def test_ultrasound_and_mr_are_foreign_to_chest_x_rays(shared_data: Path):
    """A model of PneumoniaMNIST marks at least 95 % of ultrasound and of MR, and 1 % of its own."""
    from PIL import Image as Picture

    def small(pictures: np.ndarray) -> np.ndarray:
        resized = [Picture.fromarray(p).resize((28, 28), Picture.Resampling.BOX) for p in pictures]
        return np.stack([np.asarray(p) for p in resized])

    data = datasets.load(shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    predictor = bundle.Predictor(learn.fit(data, "logistic"))
    ultrasound = np.load(shared_data / "busi" / "busi_128.npz")["images"]
    kinds = np.load(shared_data / "mednist" / "mednist_600_per_class.npz", allow_pickle=True)
    mr = kinds["images"][kinds["labels"] == kinds["classes"].tolist().index("BreastMRI")]
    own = data.take(data.positions("test")).images
    assert np.mean(predictor.predict(small(ultrasound)).ood) >= 0.95
    assert np.mean(predictor.predict(small(mr)).ood) >= 0.95
    assert np.mean(predictor.predict(own).ood) <= 0.01
