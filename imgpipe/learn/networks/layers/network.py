"""A whole network: raw pixels to logits."""

import torch
from torch import nn

from imgpipe.learn.networks.layers.standardise import Standardise


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
