import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from scipy import ndimage
from sklearn.dummy import DummyClassifier

from imgpipe._common import InputError
from imgpipe.learn import make_pipeline
from imgpipe.learn.networks import ConvNetClassifier, filter_bank, grad_cam
from imgpipe.learn.networks.build import build
from imgpipe.learn.networks.gradcam import class_activation
from imgpipe.learn.networks.settings import Choices


def test_grad_cam_equals_cam_where_theory_says_so():
    """Behind a global average and one dense layer, Grad-CAM is Zhou's CAM over the map's size."""
    torch.manual_seed(0)
    network = build("resnet18-28", (16, 16), 3, Choices(), torch.zeros(1), torch.ones(1)).eval()
    images = torch.randn(2, 1, 16, 16)
    codes = torch.tensor([2, 0])
    with torch.no_grad():
        maps = network.features(network.standardise(images))
        weights = network.head[-1].weight[codes]
        cam = torch.relu((weights[:, :, None, None] * maps).sum(dim=1)) / maps[0, 0].numel()
    torch.testing.assert_close(class_activation(network, images, codes), cam)


def test_grad_cam_finds_the_planted_sign():
    """A bright spot that makes the class is where the map is bright."""
    rng = np.random.default_rng(0)
    images = rng.normal(size=(120, 16, 16))
    labels = np.arange(120) % 2
    places = rng.integers(3, 12, (120, 2))
    for image, label, (y, x) in zip(images, labels, places, strict=True):
        if label:
            image[y - 1 : y + 2, x - 1 : x + 2] += 4
    model = ConvNetClassifier(
        filters=(8, 16), epochs=10, learning_rate=5e-3, batch_size=16, random_state=0
    ).fit(images, labels)
    shown = np.flatnonzero(labels)[:20]
    maps = grad_cam(model, images[shown], np.ones(20, int))
    assert maps.shape == (20, 16, 16)
    assert maps.min() >= 0
    assert maps.max() == pytest.approx(1)
    peaks = np.array([np.unravel_index(m.argmax(), m.shape) for m in maps])
    near = np.abs(peaks - places[shown]).max(axis=1) <= 3
    assert near.mean() >= 0.8


def test_grad_cam_refuses_an_unknown_target(tiny):
    """A target that is no class, or a wrong number of them, is named."""
    model = ConvNetClassifier(filters=(2,), epochs=1, random_state=0).fit(*tiny)
    with pytest.raises(InputError, match="target up is no class; choose from left, right"):
        model.grad_cam(tiny[0][:1], ["up"])
    with pytest.raises(InputError, match="targets has shape"):
        model.grad_cam(tiny[0][:2], ["left"])


def test_the_filter_bank_is_what_the_filters_do():
    """Convolving with the bank equals SciPy's Gaussian, Sobel (over 8) and Laplacian inside."""
    image = np.random.default_rng(0).normal(size=(12, 12))
    bank = filter_bank(3)
    inner = (slice(2, -2), slice(2, -2))
    for name, expected in (
        ("sobel_x", ndimage.sobel(image, axis=1) / 8),
        ("sobel_y", ndimage.sobel(image, axis=0) / 8),
        ("laplacian", ndimage.laplace(image)),
        ("gaussian", ndimage.gaussian_filter(image, 0.5, radius=1)),
    ):
        found = ndimage.correlate(image, bank[name])
        np.testing.assert_allclose(found[inner], expected[inner], atol=1e-6)
    with pytest.raises(InputError, match="odd"):
        filter_bank(4)


def test_a_first_layer_can_start_from_filters(tiny):
    """The first maps start as the pure filters, and training moves them."""
    model = ConvNetClassifier(
        filters=(6, 4), kernel_size=5, first_layer="filters", epochs=2, random_state=0
    ).fit(*tiny)
    start = model.first_filters_
    assert start.shape == (6, 1, 5, 5)
    for found, expected in zip(start[:4, 0], filter_bank(5).values(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert model.learned_filters_.shape == start.shape
    assert not np.allclose(start, model.learned_filters_)


def test_explaining_takes_a_pipeline_of_nothing_else(tiny):
    """A pipeline of the network alone is as good as the network; other steps are refused."""
    images, labels = tiny
    alone = make_pipeline("cnn").set_params(classify__epochs=1).fit(images, labels)
    np.testing.assert_array_equal(grad_cam(alone, images[:2]), alone[-1].grad_cam(images[:2]))
    behind = make_pipeline("cnn", filters=["median"]).set_params(classify__epochs=1)
    with pytest.raises(InputError, match="steps before its network"):
        grad_cam(behind.fit(images, labels), images)
    with pytest.raises(InputError, match="of type DummyClassifier"):
        grad_cam(DummyClassifier(), images)
