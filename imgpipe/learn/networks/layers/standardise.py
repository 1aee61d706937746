"""The first layer of every network: raw pixels to values around 0."""

from typing import Any

import torch
from torch import nn


class Standardise(nn.Module):
    """Subtract the training part's mean and divide by its deviation, channel by channel.

    Gray images are repeated to `channels` where a network wants colour.
    """

    def __init__(self, mean: torch.Tensor, scale: torch.Tensor, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean.reshape(1, -1, 1, 1))
        self.register_buffer("scale", scale.reshape(1, -1, 1, 1))
        self.channels = channels

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Give float32 values, (n, c, h, w)."""
        # subtracted first: a 16-bit or CT offset must not eat the precision of float32
        values = (images.to(torch.float32) - self.mean) / self.scale
        if values.shape[1] < self.channels:
            values = values.expand(-1, self.channels, -1, -1)
        return values

    def to_onnx(self, graph: Any, x: str) -> str:
        """Append the same to a graph."""
        x = graph.add("Sub", [x, graph.constant(self.mean)])
        x = graph.add("Div", [x, graph.constant(self.scale)])
        if self.mean.shape[1] < self.channels:
            x = graph.add("Concat", [x] * self.channels, axis=1)
        return x
