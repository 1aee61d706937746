"""Convolution blocks and a dense head, in three sizes."""

from typing import Any

from imgpipe.learn.networks.architecture import Architecture, Build
from imgpipe.learn.networks.settings import Choices

_LEAST = 4  # pixels a side


def _plain(filters: tuple[int, ...], pooled: tuple[bool, ...], dense: int) -> Build:
    def build(
        channels: int, n_classes: int, choices: Choices, size: tuple[int, int]
    ) -> tuple[Any, Any]:
        from imgpipe.learn.networks.layers.blocks import plain_network

        return plain_network(
            channels, n_classes, choices, size, filters=filters, pooled=pooled, dense=dense
        )

    return build


CNN = Architecture(
    "cnn",
    "two convolution blocks (32, 64) and a dense head, for 28x28 images",
    _plain((32, 64), (True, True), 128),
    _LEAST,
    made_for=28,
)
CNN_DEEP = Architecture(
    "cnn-deep",
    "three convolution layers (32, 64, 64), for 32x32 images",
    _plain((32, 64, 64), (True, True, False), 64),
    _LEAST,
    made_for=32,
)
CNN_LARGE = Architecture(
    "cnn-large",
    "three convolution blocks (32, 64, 128) and a dense 512, for 224x224 images",
    _plain((32, 64, 128), (True, True, True), 512),
    8,
    defaults={"batch_size": 32, "learning_rate": 3e-4},
    augment={"crop": 8},
    made_for=224,
)
