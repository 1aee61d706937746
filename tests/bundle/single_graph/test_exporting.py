"""The door: a file that stands alone, what it tells of itself, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from imgpipe import InputError, bundle, learn
from imgpipe.bundle.single_graph.families import FAMILIES
from imgpipe.bundle.single_graph.filters import FILTERS
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.parity import session_of
from imgpipe.datasets import Dataset
from imgpipe.images import Images

ALONE = """
import json, sys

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1])
images = np.load(sys.argv[2])
said = [session.run(None, {"image": image})[0].tolist() for image in images]
print(json.dumps([said, [name for name in sys.modules if name.partition(".")[0] == "imgpipe"]]))
"""
LIGHT = """
import json, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sklearn", "scipy", "skimage", "pandas", "torch", "joblib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refused())
from imgpipe.cli import main

main(["export", *sys.argv[1:]])
"""


def noise(dtype: str = "uint8", **settings: Any) -> Dataset:
    """Dark, middling and bright noise, and a class that no training image has."""
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 3
    pixels = (rng.integers(0, 80, (24, 18, 21)) + 80 * labels[:, None, None]).astype(dtype)
    classes = ("dark", "middling", "bright")
    return Dataset("noise", Images(pixels, **settings), labels, classes)


def kept(folder: Path, data: Dataset, model: str = "logistic", **settings: Any) -> Path:
    """Fit a model and save it."""
    path = folder / "noise.imgpipe"
    bundle.save(learn.fit(data, model, **{"families": "lbp"} | settings), path)
    return path


def session_at(path: Path) -> Any:
    """Open a file that was exported."""
    return session_of(path.read_bytes())


def test_a_file_runs_where_imgpipe_is_not(tmp_path: Path) -> None:
    """With onnxruntime and NumPy alone one gets the bundle's probabilities."""
    data = noise()
    path = kept(tmp_path, data)
    told = bundle.export(path, tmp_path / "noise.onnx")
    images = np.stack([image.pixels for image in data.images])
    np.save(tmp_path / "images.npy", images)
    words = [str(tmp_path / name) for name in ("noise.onnx", "images.npy")]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *words], capture_output=True, text=True, check=True
    )
    said, ours = json.loads(done.stdout)
    assert ours == []
    np.testing.assert_allclose(said, bundle.load(path).predict_proba(images), atol=1e-7, rtol=0)
    assert told.difference <= 1e-7
    assert told.to_dict()["bytes"] == (tmp_path / "noise.onnx").stat().st_size


def test_a_file_tells_of_itself(tmp_path: Path) -> None:
    """Classes, images and the bundle stand in the metadata; input and output have fixed shapes."""
    path = kept(tmp_path, noise("uint16"))
    told = bundle.export(path, tmp_path / "noise.onnx")
    whole = onnx.load(tmp_path / "noise.onnx")
    notes = {each.key: each.value for each in whole.metadata_props}
    assert notes == told.notes
    assert json.loads(notes["classes"]) == ["dark", "middling", "bright"]
    assert (notes["dtype"], json.loads(notes["shape"])) == ("uint16", [18, 21])
    assert notes["bundle_sha256"] == bundle.inspect(path).sha256
    sides = [[d.dim_value for d in each.type.tensor_type.shape.dim]
             for each in (*whole.graph.input, *whole.graph.output)]  # fmt: skip
    assert sides == [[18, 21], [3]]


def test_the_same_bundle_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the time or the place is in the file."""
    path = kept(tmp_path, noise())
    first, second = (bundle.export(path, tmp_path / f"{name}.onnx") for name in "ab")
    assert first.content == second.content


def test_export_needs_no_package_of_the_training(tmp_path: Path) -> None:
    """Without scikit-learn and its like a bundle is exported."""
    path = kept(tmp_path, noise(), "forest")
    words = [sys.executable, "-c", LIGHT, str(path), str(tmp_path / "noise.onnx")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "noise.onnx").is_file()


def test_a_pixel_that_is_no_number_gives_none(tmp_path: Path) -> None:
    """NaN and infinity in one pixel make each probability NaN, and the bundle refuses them."""
    data = noise("float32")
    path = kept(tmp_path, data)
    bundle.export(path, tmp_path / "noise.onnx")
    session = session_at(tmp_path / "noise.onnx")
    for value in (np.nan, np.inf, -np.inf):
        image = data.images[0].pixels.copy()
        image[5, 6] = value
        assert np.isnan(session.run(None, {"image": image})[0]).all()
        with pytest.raises(InputError, match="NaN or infinite"):
            bundle.load(path).predict_proba([image])


def test_a_pixel_that_a_filter_takes_away_does_no_harm(tmp_path: Path) -> None:
    """What counts is what is measured: a median leaves no single infinity, as in the bundle."""
    data = noise("float32")
    path = kept(tmp_path, data, filters=["median"])
    bundle.export(path, tmp_path / "noise.onnx")
    image = data.images[0].pixels.copy()
    image[5, 6] = np.inf
    (said,) = session_at(tmp_path / "noise.onnx").run(None, {"image": image})
    assert said == pytest.approx(bundle.load(path).predict_proba([image])[0], abs=1e-7)


@pytest.mark.parametrize("width", [0.05, 1e-4])
def test_made_up_images_may_be_refused(width: float, tmp_path: Path) -> None:
    """Bins that are too narrow for them, and for a huge pixel, stop no model of dull images."""
    data = noise("uint16" if width > 0.01 else "float32")
    dull = np.stack([image.pixels for image in data.images]) * (1 if width > 0.01 else 0.001)
    images = Images(dull.astype(data.images[0].pixels.dtype))
    data = Dataset("dull", images, data.labels, data.classes)
    path = kept(tmp_path, data, families="glcm", bins=None, bin_width=width)
    assert bundle.export(path, tmp_path / "noise.onnx").difference <= 1e-7
    image = data.images[4].pixels.copy()
    image[3, 3] = 1e30 if image.dtype.kind == "f" else 65535
    assert np.isnan(session_at(tmp_path / "noise.onnx").run(None, {"image": image})[0]).all()
    with pytest.raises(InputError, match="gray levels"):
        bundle.load(path).predict_proba([image])


def test_a_class_without_training_images_has_no_share(tmp_path: Path) -> None:
    """It has its place among the probabilities all the same, as in the bundle."""
    data = noise()
    some = Dataset("noise", data.images, 2 * (data.labels > 0), data.classes)
    path = kept(tmp_path, some)
    bundle.export(path, tmp_path / "noise.onnx")
    image = data.images[4].pixels
    (said,) = session_at(tmp_path / "noise.onnx").run(None, {"image": image})
    assert said[1] == 0
    assert said == pytest.approx(bundle.load(path).predict_proba([image])[0], abs=1e-7)


@pytest.mark.parametrize("filters", [[], ["median"]])
@pytest.mark.parametrize("kind", ["gray", "colour"])
def test_a_network_is_exported(kind: str, filters: list[str], tmp_path: Path) -> None:
    """Pixels pass filters and a network of single precision."""
    pytest.importorskip("torch")
    if set(filters) - FILTERS.keys():
        pytest.skip("filters are not there yet")
    data = noise()
    if kind == "colour":
        pixels = np.stack([image.pixels for image in data.images])
        colours = Images(np.stack([pixels, pixels[:, ::-1], pixels // 2], axis=-1), channel_axis=-1)
        data = Dataset("noise", colours, data.labels, data.classes)
    pipeline = learn.make_pipeline("cnn", filters=filters, channel_axis=data.channel_axis)
    pipeline.set_params(classify__epochs=1, classify__patience=None)
    pipeline.fit(data.images, data.labels)
    path = tmp_path / "noise.imgpipe"
    bundle.save(pipeline, path, classes=data.classes, sample=data.images[0])
    assert bundle.export(path, tmp_path / "noise.onnx").difference <= 1e-5
    image = data.images[5].pixels
    (said,) = session_at(tmp_path / "noise.onnx").run(None, {"image": image})
    assert said == pytest.approx(bundle.load(path).predict_proba([image])[0], abs=1e-5)


def test_all_that_cannot_be_exported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filters, families, pixels and the region are told at once, and nothing is written."""
    for written, name in ((FILTERS, "closing"), (FILTERS, "opening"), (FAMILIES, "lbp")):
        monkeypatch.delitem(written, name, raising=False)
    path = kept(tmp_path, noise(), filters=["closing", "opening"], families=["intensity", "lbp"])
    with pytest.raises(InputError) as told:
        bundle.export(path, tmp_path / "noise.onnx")
    words = ("cannot be exported", "filters closing, opening (", "features lbp (")
    assert [word for word in words if word not in str(told.value)] == []
    masks = np.ones((24, 18, 21), bool)
    path = kept(tmp_path, noise("int32", masks=masks), region="mask", filters=["closing"])
    with pytest.raises(InputError) as told:
        bundle.export(path, tmp_path / "noise.onnx")
    words = ("pixels of int32 (uint8", "the region mask (train with --region image)", "closing")
    assert [word for word in words if word not in str(told.value)] == []
    assert not (tmp_path / "noise.onnx").exists()


def test_a_volume_is_refused(tmp_path: Path) -> None:
    """A graph takes images."""
    rng = np.random.default_rng(0)
    stack = [rng.integers(0, 99, (5, 9, 9)).astype(np.uint8) for _ in range(12)]
    data = Dataset("volumes", Images(stack), np.arange(12) % 2, ("a", "b"))
    path = kept(tmp_path, data, families="intensity")
    with pytest.raises(InputError, match=r"volumes \(images can\)"):
        bundle.export(path, tmp_path / "noise.onnx")


def test_a_graph_that_differs_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A family that is written wrongly is found out on made-up images, though classes agree."""
    path = kept(tmp_path, noise(), "forest")
    right = FAMILIES["lbp"]

    def wrong(image: MeasuredImage) -> str:
        """Scale what is right."""
        small = image.graph.constant(1 + 3e-5)
        return image.graph.add("Mul", [right(image), small])

    monkeypatch.setitem(FAMILIES, "lbp", wrong)
    with pytest.raises(InputError, match=r"does not say what the bundle says: a feature differs"):
        bundle.export(path, tmp_path / "noise.onnx")
    assert not (tmp_path / "noise.onnx").exists()


def test_other_files_are_refused(tmp_path: Path) -> None:
    """The model is a bundle, and what is written has the suffix .onnx."""
    with pytest.raises(InputError, match="export reads"):
        bundle.export(tmp_path / "m.joblib", tmp_path / "m.onnx")
    with pytest.raises(InputError, match="is needed, found"):
        bundle.export(tmp_path / "m.imgpipe", tmp_path / "m.pb")
    with pytest.raises(InputError, match="no such file"):
        bundle.export(tmp_path / "m.imgpipe", tmp_path / "m.onnx")
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        bundle.export(tmp_path / "m.imgpipe", tmp_path / "folder.onnx")
