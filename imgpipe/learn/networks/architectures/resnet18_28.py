"""ResNet-18 whose first layer keeps the size, for small images, as MedMNIST's benchmark."""

from typing import Any

from imgpipe.learn.networks.architecture import Architecture
from imgpipe.learn.networks.settings import Choices


def _build(
    channels: int, n_classes: int, choices: Choices, size: tuple[int, int]
) -> tuple[Any, Any]:
    """Eight residual blocks behind one convolution (He et al., 2016)."""
    from torch import nn

    from imgpipe.learn.networks.layers.residual import GlobalAverage, Residual

    layers: list[nn.Module] = [
        nn.Conv2d(channels, 64, 3, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
    ]
    inputs = 64
    for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Residual(inputs, outputs, stride), Residual(outputs, outputs, 1)]
        inputs = outputs
    head = [GlobalAverage(), nn.Dropout(choices.dropout), nn.Linear(512, n_classes)]
    return nn.Sequential(*layers), nn.Sequential(*head)


RESNET18_28 = Architecture(
    "resnet18-28",
    "ResNet-18 for small images, as in MedMNIST",
    _build,
    8,
    fixed=("filters", "kernel_size", "dense", "pooling", "activation", "batch_norm"),
    defaults={"batch_size": 128, "dropout": 0.0, "epochs": 8},
    made_for=28,
)
