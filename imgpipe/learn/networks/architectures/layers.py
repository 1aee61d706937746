"""Layers that torch does not have."""

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


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al., 2016, figure 2)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add both paths, then rectify."""
        inner = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(inner)) + self.shortcut(x))


class GlobalAverage(nn.Module):
    """Mean of each map."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Average over rows and columns."""
        return x.mean(dim=(2, 3))
