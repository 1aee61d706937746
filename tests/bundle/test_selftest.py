"""The self-test of a file: made-up inputs, and what this machine makes of them."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import bundle
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.inference.selftest import Selftested, run_selftest
from imgpipe.bundle.inference.selftest_images import digest_of, made_up_images
from imgpipe.datasets import Dataset
from imgpipe.learn import TrainedModel, fit


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine of dark and bright noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 2
    images = (rng.integers(0, 80, (24, 8, 8)) + 80 * labels[:, None, None]).astype(np.uint8)
    groups = np.array([f"p{i // 3}" for i in range(24)])
    svm = fit(Dataset("two", images, labels, ("dark", "bright"), groups), "svm",
              families="intensity")  # fmt: skip
    path = tmp_path_factory.mktemp("selftest") / "m.imgpipe"
    bundle.save(svm, path)
    return path


def test_a_self_test_tells_another_model(path: Path) -> None:
    """Other probabilities than those that were kept are told with their difference."""
    bundled = Bundled.read(path)
    predictor = bundle.load(path)
    good = run_selftest(predictor.model, bundled)
    assert good is not None
    assert good.passed
    assert good.difference < 1e-7
    assert good.features == 0.0
    said = bundled.arrays["selftest.probabilities"].copy()
    said[-1] = said[-1, ::-1]
    bad = run_selftest(
        predictor.model,
        replace(bundled, arrays={**bundled.arrays, "selftest.probabilities": said}),
    )
    assert bad is not None
    assert not bad.passed
    assert "other probabilities" in str(bad)


def changed(path: Path, name: str, change: Callable[[np.ndarray], Any]) -> Selftested:
    """What a self-test finds where an array of it was changed."""
    bundled = Bundled.read(path)
    arrays = {**bundled.arrays, name: bundled.arrays[name].copy()}
    change(arrays[name])
    found = run_selftest(bundle.load(path).model, replace(bundled, arrays=arrays))
    assert found is not None
    return found


def test_a_self_test_judges_features(path: Path) -> None:
    """Another feature is told, though the probabilities are the same; so is one undefined here."""

    def larger(features: np.ndarray) -> None:
        features[0, 0] *= 1.001

    def undefined(features: np.ndarray) -> None:
        features[0, 0] = np.nan

    found = changed(path, "selftest.features", larger)
    assert not found.passed
    assert "other features than the model gave when it was written: features to 1e-03" in str(found)
    found = changed(path, "selftest.features", undefined)
    assert (found.passed, found.features) == (False, 1.0)


def test_rounding_about_zero_is_no_other_feature(path: Path) -> None:
    """What is tiny beside a feature's spread in training is no difference."""
    bundled, model = Bundled.read(path), bundle.load(path).model
    features = bundled.arrays["selftest.features"]
    measured = type(model.pipeline).measure
    names = list(bundled.manifest.features)
    column = names.index("intensity_skewness")

    def shifted(by: float) -> Any:
        return lambda self, images: (
            measured(self, images) * _but(len(names), column)
            + by * (np.arange(len(names)) == column)
        )

    kept = {**bundled.arrays, "selftest.features": features * _but(len(names), column)}
    for by, good in ((1e-15, True), (1e-2, False)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(model.pipeline), "measure", shifted(by))
            found = run_selftest(model, replace(bundled, arrays=kept))
        assert found is not None
        assert (found.features <= found.relative_tolerance) is good


def _but(n: int, column: int) -> np.ndarray:
    return (np.arange(n) != column).astype(float)


def test_a_self_test_judges_distances(path: Path) -> None:
    """Another distance to the training images is told, of images and of points."""
    for row in (0, -1):

        def further(distances: np.ndarray, row: int = row) -> None:
            distances[row] += 0.01

        found = changed(path, "selftest.distances", further)
        assert not found.passed
        assert "other distances than the model gave" in str(found)


def test_what_is_judged_has_the_digest(path: Path, tmp_path: Path) -> None:
    """A file that is replaced while it is inspected is told of as it was, with its digest."""
    own = tmp_path / "m.imgpipe"
    own.write_bytes(path.read_bytes())
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    of_members = Bundled.of_members

    def replaced(members: dict[str, bytes]) -> Bundled:
        own.write_text("another file")
        return of_members(members)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bundled, "of_members", replaced)
        found = bundle.inspect(own)
    assert own.read_text() == "another file"
    assert (found.sha256, found.bytes, found.ok) == (digest, path.stat().st_size, True)


def test_points_move_a_machine_that_images_do_not(path: Path) -> None:
    """Among the inputs of a self-test are some that the classifier tells apart."""
    said = Bundled.read(path).arrays["selftest.probabilities"]
    assert np.ptp(said[2:, 0]) > 0.01


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (16, 16, 3)])
def test_made_up_images(trained: TrainedModel, dtype: str, shape: tuple[int, ...]) -> None:
    """Images of any kind are made, each with a mask that is not empty, and differ."""
    axis = -1 if len(shape) == 3 else None
    kind = replace(trained, image_shape=shape, dtype=dtype, channel_axis=axis, region="mask")
    images = made_up_images(kind, 2)
    assert [image.pixels.shape for image in images] == [shape, shape]
    assert {str(image.pixels.dtype) for image in images} == {dtype}
    assert all(image.mask is not None and image.mask.any() for image in images)
    if shape != (1, 1):
        assert not np.array_equal(images[0].pixels, images[1].pixels)


def test_made_up_images_stay_what_they_are(trained: TrainedModel) -> None:
    """The images of the first format are the same for ever: files of it were judged on them."""
    kind = replace(trained, image_shape=(12, 10), dtype="int16", region="image")
    assert digest_of(made_up_images(kind, 2)) == (
        "5ea90df6f838d140e4fb7d3490ea2cef9e77433e8d8338351836df5e1922f590"
    )
