"""Architectures by name. To add one: write its builder, and add its line to `NETWORKS`."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import nn

from imgpipe._common import InputError
from imgpipe.learn.networks.architectures.layers import GlobalAverage, Residual, Standardise
from imgpipe.learn.networks.checks import require_number

POOLINGS = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
# convolutions and poolings (0); the last pooling belongs to the head, behind Grad-CAM's layer
_VGG16 = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512)
_LEAST = 4  # pixels a side of the smallest images that any network here takes
_LARGEST_MAP = 7  # pixels a side that reach a dense layer, as in VGG16


@dataclass(frozen=True)
class Choices:
    """What a user may choose of an architecture; None stands for the architecture's own."""

    filters: tuple[int, ...] | None = None
    kernel_size: int | None = None
    dense: int | None = None
    pooling: str = "max"
    activation: str = "relu"
    dropout: float = 0.0
    batch_norm: bool = False


@dataclass(frozen=True)
class Architecture:
    """Builds the layers of a network: `features` up to the last convolution, and the `head`."""

    build: Callable[[int, int, Choices, tuple[int, int]], tuple[nn.Module, nn.Module]]
    min_size: int  # of the shorter side: one pixel is left after the last pooling
    channels: int | None = None  # None: as many as the images have
    fixed: tuple[str, ...] = ()  # choices that this architecture does not offer


class ConvBlock(nn.Sequential):
    """Convolution that keeps the size, batch norm if asked, activation."""

    def __init__(self, inputs: int, outputs: int, choices: Choices, kernel_size: int = 3) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel_size, padding=kernel_size // 2)
        ]
        if choices.batch_norm:
            layers.append(nn.BatchNorm2d(outputs))
        super().__init__(*layers, ACTIVATIONS[choices.activation]())


class Network(nn.Module):
    """Raw pixels (n, c, h, w) to logits: `standardise`, then `body`."""

    def __init__(self, standardise: Standardise, features: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.standardise = standardise
        self.features = features
        self.head = head
        self.frozen = False

    def train(self, mode: bool = True) -> "Network":
        """Switch to training, except for frozen layers, whose batch statistics stay too."""
        super().train(mode)
        if self.frozen:
            self.features.eval()
        return self

    def freeze(self) -> None:
        """Keep the features as they are."""
        self.frozen = True
        self.features.requires_grad_(False)

    def body(self, values: torch.Tensor) -> torch.Tensor:
        """Give the logits of standardised images."""
        return self.head(self.features(values))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Give the logits of raw images."""
        return self.body(self.standardise(images))


def build(
    name: str,
    size: tuple[int, int],
    n_classes: int,
    choices: Choices,
    mean: torch.Tensor,
    scale: torch.Tensor,
) -> Network:
    """Make the named network for images of this size; `mean` and `scale` have one per channel.

    Raises
    ------
    InputError
        For an unknown name or choice, or images that the poolings would shrink to nothing.
    """
    if not isinstance(name, str) or name not in NETWORKS:
        raise InputError(f"no network is named {name!r}; choose from {', '.join(NETWORKS)}")
    architecture = NETWORKS[name]
    _check(name, architecture, choices, size)
    channels = architecture.channels or len(mean)
    if len(mean) not in (1, channels):
        raise InputError(
            f"images have {len(mean)} channels; {name} takes 1 (gray) or {channels} (colour)"
        )
    features, head = architecture.build(channels, n_classes, choices, size)
    network = Network(Standardise(mean, scale, channels), features, head)
    return network.to(memory_format=torch.channels_last)


def _plain(
    filters: tuple[int, ...], pooled: tuple[bool, ...], dense: int
) -> Callable[..., tuple[nn.Module, nn.Module]]:
    """Make the builder of convolution blocks followed by one dense layer."""

    def make(
        channels: int, n_classes: int, choices: Choices, size: tuple[int, int]
    ) -> tuple[nn.Module, nn.Module]:
        chosen = choices.filters or filters
        where = pooled[: len(chosen)] + (pooled[-1],) * (len(chosen) - len(pooled))
        layers: list[nn.Module] = []
        for (inputs, outputs), pool in zip(pairwise((channels, *chosen)), where, strict=True):
            layers.append(ConvBlock(inputs, outputs, choices, choices.kernel_size or 3))
            if pool:
                layers.append(POOLINGS[choices.pooling](2))
        # Grad-CAM reads the last convolution, so what pools it belongs to the head
        tail = [layers.pop()] if where[-1] else []
        features = nn.Sequential(*layers)
        head = _dense_head(
            features, tail, choices.dense or dense, channels, n_classes, choices, size
        )
        return features, head

    return make


def _vgg16(
    channels: int, n_classes: int, choices: Choices, size: tuple[int, int]
) -> tuple[nn.Module, nn.Module]:
    """Thirteen 3x3 convolutions (Simonyan and Zisserman, 2015, configuration D)."""
    layers: list[nn.Module] = []
    for outputs in _VGG16:
        if not outputs:
            layers.append(POOLINGS[choices.pooling](2))
            continue
        layers.append(ConvBlock(channels, outputs, choices))
        channels = outputs
    features = nn.Sequential(*layers)
    for layer in features.modules():
        if isinstance(layer, nn.Conv2d):
            # thirteen layers without batch norm learn nothing from torch's own small start
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    tail = [POOLINGS[choices.pooling](2)]
    head = _dense_head(features, tail, choices.dense or 256, 3, n_classes, choices, size)
    return features, head


def _resnet18(
    channels: int, n_classes: int, choices: Choices, size: tuple[int, int]
) -> tuple[nn.Module, nn.Module]:
    """ResNet-18 whose first layer keeps the size, for small images, as MedMNIST's benchmark."""
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


def _dense_head(
    features: nn.Module,
    tail: list[nn.Module],
    dense: int,
    channels: int,
    n_classes: int,
    choices: Choices,
    size: tuple[int, int],
) -> nn.Sequential:
    """Pool, flatten, one hidden dense layer, dropout, logits."""
    with torch.no_grad():
        pooled = nn.Sequential(features, *tail).eval()(torch.zeros(1, channels, *size))
        features.train()
        _, maps, *left = pooled.shape
        if max(left) > _LARGEST_MAP:
            # a fixed window, since ONNX knows adaptive pooling only where it divides evenly
            stride = [max(1, side // _LARGEST_MAP) for side in left]
            window = [max(1, s - (_LARGEST_MAP - 1) * t) for s, t in zip(left, stride, strict=True)]
            tail = [*tail, nn.AvgPool2d(tuple(window), tuple(stride))]
            left = list(tail[-1](pooled).shape[2:])
    return nn.Sequential(
        *tail,
        nn.Flatten(),
        nn.Linear(maps * left[0] * left[1], dense),
        ACTIVATIONS[choices.activation](),
        nn.Dropout(choices.dropout),
        nn.Linear(dense, n_classes),
    )


def _check(name: str, architecture: Architecture, choices: Choices, size: tuple[int, int]) -> None:
    """Refuse choices that cannot be built, naming the argument."""
    own = Choices()
    for choice in architecture.fixed:
        if getattr(choices, choice) != getattr(own, choice):
            raise InputError(f"{name} has a fixed {choice}; leave {choice} out")
    for argument, known in (("pooling", POOLINGS), ("activation", ACTIVATIONS)):
        value: Any = getattr(choices, argument)
        if value not in known:
            raise InputError(f"{argument} is {value!r}; choose from {', '.join(known)}")
    require_number("dropout", choices.dropout)
    if not 0 <= choices.dropout < 1:
        raise InputError(f"dropout is {choices.dropout}; it must be at least 0 and below 1")
    kernel = 3 if choices.kernel_size is None else choices.kernel_size
    require_number("kernel_size", kernel, whole=True)
    if kernel < 1 or kernel % 2 == 0:
        raise InputError(f"kernel_size is {kernel}; it must be odd, such as 3 or 5")
    if choices.filters is not None and not isinstance(choices.filters, tuple | list):
        raise InputError(f"filters is {choices.filters!r}; give a tuple, such as (32, 64)")
    for argument, given in (("filters", choices.filters or ()), ("dense", (choices.dense or 1,))):
        for value in given:
            require_number(argument, value, whole=True)
    counts = (*(choices.filters or (1,)), 1 if choices.dense is None else choices.dense)
    if min(counts) < 1 or choices.filters == ():
        raise InputError(f"filters is {choices.filters}, dense {choices.dense}; give 1 or more")
    least = max(architecture.min_size, kernel)
    if choices.filters:
        least = max(2 ** len(choices.filters), kernel)
    if min(size) < least:
        smaller = ", or take a smaller network" if architecture.min_size > _LEAST else ""
        raise InputError(
            f"images of {size[0]}x{size[1]} pixels are smaller than {name} can take; it needs "
            f"{least}x{least} or more: resize them (size={least}, --size {least}){smaller}"
        )


NETWORKS: dict[str, Architecture] = {
    "cnn": Architecture(_plain((32, 64), (True, True), 128), _LEAST),
    "cnn-deep": Architecture(_plain((32, 64, 64), (True, True, False), 64), _LEAST),
    "cnn-large": Architecture(_plain((32, 64, 128), (True, True, True), 512), 8),
    "vgg16": Architecture(_vgg16, 32, channels=3, fixed=("filters", "kernel_size")),
    "resnet18-28": Architecture(
        _resnet18,
        8,
        fixed=("filters", "kernel_size", "dense", "pooling", "activation", "batch_norm"),
    ),
}
