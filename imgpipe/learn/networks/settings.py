"""The settings of a network and of its training; `ConvNetClassifier` documents each."""

from dataclasses import dataclass, field
from typing import Any

from sklearn.base import BaseEstimator


# eq=False: estimators are compared and hashed by identity
@dataclass(kw_only=True, eq=False)
class Choices:
    """What a user may choose of an architecture; None stands for the architecture's own."""

    filters: tuple[int, ...] | None = None
    kernel_size: int | None = None
    dense: int | None = None
    pooling: str = "max"
    activation: str = "relu"
    dropout: float = 0.5
    batch_norm: bool = False


@dataclass(kw_only=True, eq=False)
class Recipe:
    """How weights move, and when they stop."""

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    schedule: str = "cosine"
    schedule_every: int = 10
    schedule_factor: float = 0.1
    l1: float = 0.0
    l2: float = 0.0
    batch_size: int = 64
    epochs: int = 30
    patience: int | None = 10
    monitor: str = "loss"
    budget_seconds: float | None = None


@dataclass(kw_only=True, eq=False, repr=False)
class Settings(BaseEstimator, Recipe, Choices):
    """What `ConvNetClassifier` may be told."""

    network: str = field(default="cnn", kw_only=False)
    channel_axis: int | None = None
    first_layer: str = "random"
    weights: Any = None
    weights_sha256: str | None = None
    frozen: bool = True
    augment: Any = "default"
    class_weight: Any = "balanced"
    validation_fraction: float = 0.1
    checkpoint: Any = None
    device: str = "auto"
    random_state: Any = None
    n_jobs: int | None = None
