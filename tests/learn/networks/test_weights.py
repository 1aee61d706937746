import hashlib
import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from imgpipe._common import InputError
from imgpipe.learn.networks import ConvNetClassifier

# torchvision's layout: the place of each convolution in its flat list, and its maps
PLACES = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
MAPS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)


@pytest.fixture(scope="module")
def state():
    generator = torch.Generator().manual_seed(0)
    found, inputs = {}, 3
    for place, outputs in zip(PLACES, MAPS, strict=True):
        weight = torch.randn(outputs, inputs, 3, 3, generator=generator)
        found[f"features.{place}.weight"] = weight * (2 / (9 * inputs)) ** 0.5
        found[f"features.{place}.bias"] = torch.zeros(outputs)
        inputs = outputs
    return found


@pytest.fixture(scope="module")
def file(state, tmp_path_factory):
    """The file, named by its hash as torchvision's are."""
    path = tmp_path_factory.mktemp("weights") / "vgg16.pth"
    torch.save(state, path)
    return path.rename(path.with_name(f"vgg16-{sha256(path)[:8]}.pth"))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def model(weights, **settings):
    return ConvNetClassifier(
        "vgg16", weights=weights, epochs=1, patience=None, batch_size=4, random_state=0, **settings
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 255, (4, 32, 32)).astype(np.uint8), [0, 1, 0, 1]


def test_frozen_weights_stay_and_only_the_head_learns(file, state, images):
    """A frozen backbone is the file's, bit for bit, after training."""
    fitted = model(file).fit(*images)
    ours = list(fitted.network_.features.parameters())
    assert all(torch.equal(a, b) for a, b in zip(ours, state.values(), strict=True))
    assert fitted.predict_proba(images[0]).shape == (4, 2)


def test_fine_tuning_moves_the_backbone(file, state, images):
    """frozen=False starts from the file and trains every layer; the full hash is taken too."""
    fitted = model(file, frozen=False, weights_sha256=sha256(file).upper()).fit(*images)
    ours = list(fitted.network_.features.parameters())
    assert not torch.equal(ours[0], state["features.0.weight"])
    assert torch.allclose(ours[0], state["features.0.weight"], atol=0.1)


def test_a_wrong_or_missing_hash_is_refused(file, images, tmp_path):
    """A hash that differs, or that nothing states, stops before the file is read."""
    with pytest.raises(InputError, match=r"has sha256 .*, expected 00000000"):
        model(file, weights_sha256="00000000").fit(*images)
    unnamed = tmp_path / "weights.pth"
    unnamed.write_bytes(b"anything")
    with pytest.raises(InputError, match="give weights_sha256"):
        model(unnamed).fit(*images)
    with pytest.raises(InputError, match="no file"):
        model(tmp_path / "absent.pth").fit(*images)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: {k: v for k, v in s.items() if "28" not in k}, "lacks features.28.weight"),
        (lambda s: {f"backbone.{k}": v for k, v in s.items()}, "it holds backbone.features.0"),
        (lambda s: {**s, "features.0.weight": torch.zeros(64, 1, 3, 3)}, "has shape"),
        (lambda s: {"epoch": 3}, "is no state dict"),
        (lambda s: [1, 2], "is no state dict"),
    ],
)
def test_another_layout_is_refused(state, images, tmp_path, change, words):
    """What is not torchvision's VGG16 is named by its first keys or shapes."""
    path = tmp_path / "other.pth"
    torch.save(change(state), path)
    with pytest.raises(InputError, match=words):
        model(path, weights_sha256=sha256(path)).fit(*images)


class Planted:
    """An object whose unpickling would run code."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('code was run')",))


def test_code_in_the_file_is_never_run(images, tmp_path):
    """A pickle that would execute something is refused unread, hash or no hash."""
    for write in (torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))):
        path = tmp_path / "planted.pth"
        write({"features.0.weight": Planted()}, path)
        with pytest.raises(InputError, match="no state-dict file of torch"):
            model(path, weights_sha256=sha256(path)).fit(*images)
