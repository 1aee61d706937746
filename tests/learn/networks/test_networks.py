import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from torch import nn

from imgpipe._common import InputError
from imgpipe.learn.networks import NETWORKS, ConvNetClassifier
from imgpipe.learn.networks.build import build
from imgpipe.learn.networks.settings import Choices


def make(name, size=(32, 32), classes=2, channels=1, **choices):
    zero, one = torch.zeros(channels), torch.ones(channels)
    return build(name, size, classes, Choices(**choices), zero, one)


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_network_maps_images_to_one_logit_a_class(name, channels):
    """Gray and colour images of uneven sides and any number of classes go through."""
    network = make(name, (33, 40), 5, channels).eval()
    with torch.no_grad():
        assert network(torch.zeros(2, channels, 33, 40)).shape == (2, 5)


def test_parameter_counts_are_those_of_the_literature():
    """VGG16's convolutions hold 14,714,688 weights, the small-image ResNet-18 11,173,962."""
    assert count(make("vgg16").features) == 14_714_688
    assert count(make("resnet18-28", classes=10, channels=3)) == 11_173_962


def test_the_plain_networks_hold_the_layers_they_name():
    """Each plain network's weights are those of its named convolutions and dense layers."""

    def conv(inputs, outputs):
        return 9 * inputs * outputs + outputs

    def dense(inputs, outputs):
        return inputs * outputs + outputs

    small = conv(1, 32) + conv(32, 64) + dense(64 * 49, 128) + dense(128, 2)
    assert count(make("cnn", (28, 28))) == small
    middle = conv(3, 32) + conv(32, 64) + conv(64, 64) + dense(64 * 49, 64) + dense(64, 10)
    assert count(make("cnn-deep", (32, 32), 10, 3)) == middle
    large = conv(1, 32) + conv(32, 64) + conv(64, 128) + dense(128 * 49, 512) + dense(512, 2)
    assert count(make("cnn-large", (224, 224))) == large


def test_choices_change_the_layers():
    """Filters, kernel size, pooling, activation, batch norm and dropout are what was asked for."""
    network = make(
        "cnn",
        filters=(4, 8, 16),
        kernel_size=5,
        dense=7,
        pooling="average",
        activation="tanh",
        dropout=0.25,
        batch_norm=True,
    )
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    assert [(c.out_channels, c.kernel_size) for c in convolutions] == [
        (4, (5, 5)),
        (8, (5, 5)),
        (16, (5, 5)),
    ]
    kinds = [type(m) for m in network.modules()]
    assert kinds.count(nn.AvgPool2d) == 3
    assert nn.MaxPool2d not in kinds
    assert kinds.count(nn.Tanh) == 4
    assert nn.ReLU not in kinds
    assert kinds.count(nn.BatchNorm2d) == 3
    assert [m.p for m in network.modules() if isinstance(m, nn.Dropout)] == [0.25]
    assert network.head[-4].out_features == 7


@pytest.mark.parametrize(
    ("name", "size", "choices", "words"),
    [
        ("cnm", 28, {}, "no network is named 'cnm'; choose from cnn"),
        ("cnn", 3, {}, "images of 3x3 pixels are smaller than cnn can take; it needs 4x4"),
        ("vgg16", 28, {}, "it needs 32x32 or more: resize them"),
        ("cnn", 4, {"kernel_size": 5}, "needs 5x5"),
        ("cnn", 7, {"filters": (2, 2, 2)}, "needs 8x8"),
        ("cnn", 28, {"kernel_size": 4}, "kernel_size is 4; it must be odd"),
        ("cnn", 28, {"filters": ()}, "filters"),
        ("cnn", 28, {"dense": 0}, "dense 0"),
        ("cnn", 28, {"pooling": "median"}, "pooling is 'median'; choose from max, average"),
        ("cnn", 28, {"activation": "elu"}, "activation is 'elu'; choose from relu"),
        ("cnn", 28, {"dropout": 1.0}, "dropout is 1.0"),
        ("vgg16", 32, {"filters": (3,)}, "vgg16 has a fixed filters"),
        ("resnet18-28", 28, {"activation": "tanh"}, "fixed activation"),
    ],
)
def test_what_cannot_be_built_is_refused(name, size, choices, words):
    """An impossible choice or too small an image names the argument and what would do."""
    with pytest.raises(InputError, match=words):
        make(name, (size, size), **choices)


def test_a_colour_network_refuses_other_channels():
    """VGG16 takes gray or three channels; two are named."""
    with pytest.raises(InputError, match=r"images have 2 channels; vgg16 takes 1 \(gray\) or 3"):
        build("vgg16", (32, 32), 2, Choices(), torch.zeros(2), torch.ones(2))


def test_the_smallest_images_leave_one_pixel():
    """The stated smallest size works for every network."""
    for name, architecture in NETWORKS.items():
        side = architecture.min_size
        with torch.no_grad():
            assert make(name, (side, side)).eval()(torch.zeros(1, 1, side, side)).shape == (1, 2)


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("cnn", 96, "made for images of 28x28 pixels; these are 96x96: resize them .--size 28."),
        ("cnn-deep", 100, "made for images of 32x32 .* or take cnn-large or vgg16"),
    ],
)
def test_images_too_large_for_a_network_are_told(name, size, words):
    """A network made for small images says so of much larger ones, and which would fit."""
    images = np.random.default_rng(0).integers(0, 255, (4, size, size)).astype(np.uint8)
    network = ConvNetClassifier(name, epochs=1, patience=None, random_state=0)
    with pytest.warns(UserWarning, match=words):
        network.fit(images, [0, 1, 0, 1])


def test_images_somewhat_larger_are_no_reason_to_warn():
    """Up to three times the side nothing is said (warnings are errors here)."""
    images = np.random.default_rng(0).integers(0, 255, (4, 84, 84)).astype(np.uint8)
    ConvNetClassifier("cnn", epochs=1, patience=None, random_state=0).fit(images, [0, 1, 0, 1])
