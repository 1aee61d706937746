import importlib
import json
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from imgpipe._common import InputError
from imgpipe.learn.networks import NETWORKS, ConvNetClassifier, export, save_onnx
from imgpipe.learn.networks.build import build
from imgpipe.learn.networks.settings import Choices

ALONE = """
import sys
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
found = session.run(None, {"images": np.load(sys.argv[2]).astype(np.float32)})[0]
np.save(sys.argv[3], found)
assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def runtime():
    return importlib.import_module("onnxruntime")


def trained(network="cnn", side=32, channels=None, **settings):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 4000, (8, side, side + 1, *([channels] if channels else []))).astype(
        "u2"
    )
    model = ConvNetClassifier(
        network,
        channel_axis=-1 if channels else None,
        epochs=1,
        patience=None,
        random_state=0,
        **settings,
    )
    return model.fit(images, ["a", "b"] * 4), images


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        ("cnn", {}),
        ("cnn", {"pooling": "average", "activation": "tanh", "batch_norm": True}),
        ("cnn-deep", {"channels": 3, "activation": "sigmoid"}),
        ("cnn-large", {"side": 60}),
        ("resnet18-28", {"side": 12}),
    ],
)
def test_the_exported_network_gives_the_same_probabilities(runtime, tmp_path, network, settings):
    """Onnxruntime and torch agree to 1e-4, on raw 16-bit pixels, gray and colour."""
    model, images = trained(network, **settings)
    path = tmp_path / "model.onnx"
    assert save_onnx(model, path) <= 1e-4
    session = runtime.InferenceSession(path)
    found = session.run(None, {"images": images.astype(np.float32)})[0]
    np.testing.assert_allclose(found, model.predict_proba(images), atol=1e-4)
    meta = session.get_modelmeta().custom_metadata_map
    assert json.loads(meta["classes"]) == ["a", "b"]
    assert json.loads(meta["channel_axis"]) == model.channel_axis


def test_a_network_that_is_sure_is_not_rounded(runtime, tmp_path):
    """Where a probability is nearly 1, what is left to the other class is torch's, not 0."""
    model, images = trained()
    head = model.network_.head[-1]
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor([25.0, -5.0]))
    save_onnx(model, tmp_path / "model.onnx")
    session = runtime.InferenceSession(tmp_path / "model.onnx")
    found = session.run(None, {"images": images.astype(np.float32)})[0]
    assert found.max() < 1.0
    np.testing.assert_allclose(found[:, 1], np.exp(-30.0), rtol=1e-6)
    np.testing.assert_allclose(found, model.predict_proba(images), rtol=1e-12)


def untrained(name):
    """A network with the weights it starts from, as if it had been fitted."""
    side = NETWORKS[name].min_size + 1
    model = ConvNetClassifier(name)
    model.network_ = build(name, (side, side), 2, Choices(), torch.zeros(1), torch.ones(1)).eval()
    model.classes_, model.image_shape_ = np.array(["a", "b"]), (1, side, side)
    return model


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_can_be_exported(runtime, tmp_path, name):
    """Each layer of each registered network has its way to ONNX."""
    assert save_onnx(untrained(name), tmp_path / "model.onnx") <= 1e-4


class Doubled(torch.nn.Module):
    def forward(self, x):
        return 2 * x


class DoubledThere(Doubled):
    def to_onnx(self, graph, x):
        return graph.add("Add", [x, x])


def test_a_layer_of_a_new_kind_says_how_it_is_exported(runtime, tmp_path):
    """A layer with `to_onnx` is exported by it; one without is named in the error."""
    model = untrained("cnn")
    model.network_.head.append(Doubled())
    with pytest.raises(InputError, match="the layer Doubled cannot be exported; give its class"):
        save_onnx(model, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []
    model.network_.head[-1] = DoubledThere()
    assert save_onnx(model, tmp_path / "model.onnx") <= 1e-4


def test_gray_images_reach_the_three_channels_of_vgg16(runtime, tmp_path):
    """A network that wants colour gets the gray channel three times, in the file too."""
    with pytest.warns(UserWarning, match="trained from scratch"):
        model, _ = trained("vgg16", batch_size=8)
    assert save_onnx(model, tmp_path / "model.onnx") <= 1e-4


def test_the_file_runs_without_torch(runtime, tmp_path):
    """A process that has never imported torch reads the file and gives the same numbers."""
    model, images = trained()
    path, pixels, out = (tmp_path / name for name in ("model.onnx", "x.npy", "p.npy"))
    save_onnx(model, path, images)
    np.save(pixels, images)
    subprocess.run([sys.executable, "-c", ALONE, path, pixels, out], check=True)
    np.testing.assert_allclose(np.load(out), model.predict_proba(images), atol=1e-4)


def test_a_file_that_differs_is_not_written(runtime, tmp_path, monkeypatch):
    """Where the check fails nothing appears on disk."""
    model, _ = trained()
    wrong = dict(export._LAYERS)
    wrong[torch.nn.ReLU] = wrong[torch.nn.Tanh]
    monkeypatch.setattr(export, "_LAYERS", wrong)
    with pytest.raises(RuntimeError, match="nothing was written"):
        save_onnx(model, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_images_of_another_size_are_refused(runtime, tmp_path):
    """Images for the check that the network cannot take are named, and nothing is written."""
    model, images = trained()
    with pytest.raises(InputError, match="the network was trained on 32x33"):
        save_onnx(model, tmp_path / "model.onnx", images[:, :20])
    with pytest.raises(InputError, match="of type str; give a ConvNetClassifier"):
        save_onnx("model.joblib", tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    """Without onnx, one line says what to install."""
    model, _ = trained()
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"needs onnx: pip install onnx"):
        save_onnx(model, tmp_path / "model.onnx")
