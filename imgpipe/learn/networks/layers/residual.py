"""The layers of a ResNet that torch does not have."""

from typing import Any

import torch
from torch import nn


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

    def to_onnx(self, graph: Any, x: str) -> str:
        """Append the same to a graph."""
        inner = graph.layer(nn.Sequential(self.conv1, self.norm1, nn.ReLU()), x)
        inner = graph.layer(nn.Sequential(self.conv2, self.norm2), inner)
        return graph.add("Relu", [graph.add("Add", [inner, graph.layer(self.shortcut, x)])])


class GlobalAverage(nn.Module):
    """Mean of each map."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Average over rows and columns."""
        return x.mean(dim=(2, 3))

    def to_onnx(self, graph: Any, x: str) -> str:
        """Append the same to a graph."""
        return graph.add("Flatten", [graph.add("GlobalAveragePool", [x])])
