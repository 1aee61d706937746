"""Convolution blocks and the dense head, as a user's choices shape them."""

from itertools import pairwise

import torch
from torch import nn

from imgpipe.learn.networks.settings import Choices

POOLINGS = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
_LARGEST_MAP = 7  # pixels a side that reach a dense layer, as in VGG16


class ConvBlock(nn.Sequential):
    """Convolution that keeps the size, batch norm if asked, activation."""

    def __init__(self, inputs: int, outputs: int, choices: Choices, kernel_size: int = 3) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel_size, padding=kernel_size // 2)
        ]
        if choices.batch_norm:
            layers.append(nn.BatchNorm2d(outputs))
        super().__init__(*layers, ACTIVATIONS[choices.activation]())


def plain_network(
    channels: int,
    n_classes: int,
    choices: Choices,
    size: tuple[int, int],
    *,
    filters: tuple[int, ...],
    pooled: tuple[bool, ...],
    dense: int,
) -> tuple[nn.Module, nn.Module]:
    """Convolution blocks, some of them `pooled`, and a dense head.

    `filters` and `dense` give way to the user's choices; blocks beyond `pooled` do as its last.
    """
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
    head = dense_head(features, tail, choices.dense or dense, channels, n_classes, choices, size)
    return features, head


def dense_head(
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
