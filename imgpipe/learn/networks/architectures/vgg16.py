"""VGG16 (Simonyan and Zisserman, 2015, configuration D) with a new head."""

from typing import Any

from imgpipe.learn.networks.architecture import Architecture
from imgpipe.learn.networks.settings import Choices

# convolutions and poolings (0); the last pooling belongs to the head, behind Grad-CAM's layer
_LAYERS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512)


def _build(
    channels: int, n_classes: int, choices: Choices, size: tuple[int, int]
) -> tuple[Any, Any]:
    """Thirteen 3x3 convolutions."""
    from torch import nn

    from imgpipe.learn.networks.layers.blocks import POOLINGS, ConvBlock, dense_head

    layers: list[nn.Module] = []
    inputs = channels
    for outputs in _LAYERS:
        if not outputs:
            layers.append(POOLINGS[choices.pooling](2))
            continue
        layers.append(ConvBlock(inputs, outputs, choices))
        inputs = outputs
    features = nn.Sequential(*layers)
    for layer in features.modules():
        if isinstance(layer, nn.Conv2d):
            # thirteen layers without batch norm learn nothing from torch's own small start
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    tail = [POOLINGS[choices.pooling](2)]
    head = dense_head(features, tail, choices.dense or 256, channels, n_classes, choices, size)
    return features, head


def _pretrained(features: Any, path: Any, sha256: str | None) -> None:
    from imgpipe.learn.networks.layers.weights import load_vgg16

    load_vgg16(features, path, sha256)


VGG16 = Architecture(
    "vgg16",
    "VGG16 with a new head, pretrained where a weights file is given",
    _build,
    32,
    channels=3,
    fixed=("filters", "kernel_size"),
    defaults={"batch_size": 32, "learning_rate": 1e-4},
    augment={"crop": 8},
    pretrained=_pretrained,
    made_for=224,
)
