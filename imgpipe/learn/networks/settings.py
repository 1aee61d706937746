"""The settings of a network's training and their defaults."""

from typing import Any

from sklearn.base import BaseEstimator


class Settings(BaseEstimator):
    """What `ConvNetClassifier` may be told; it documents each."""

    def __init__(
        self,
        network: str = "cnn",
        *,
        channel_axis: int | None = None,
        filters: tuple[int, ...] | None = None,
        kernel_size: int | None = None,
        dense: int | None = None,
        pooling: str = "max",
        activation: str = "relu",
        dropout: float = 0.5,
        batch_norm: bool = False,
        first_layer: str = "random",
        weights: Any = None,
        weights_sha256: str | None = None,
        frozen: bool = True,
        augment: Any = "default",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        momentum: float = 0.9,
        schedule: str = "cosine",
        schedule_every: int = 10,
        schedule_factor: float = 0.1,
        l1: float = 0.0,
        l2: float = 0.0,
        class_weight: Any = "balanced",
        batch_size: int = 64,
        epochs: int = 30,
        patience: int | None = 10,
        monitor: str = "loss",
        validation_fraction: float = 0.1,
        budget_seconds: float | None = None,
        checkpoint: Any = None,
        device: str = "auto",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.network = network
        self.channel_axis = channel_axis
        self.filters = filters
        self.kernel_size = kernel_size
        self.dense = dense
        self.pooling = pooling
        self.activation = activation
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.first_layer = first_layer
        self.weights = weights
        self.weights_sha256 = weights_sha256
        self.frozen = frozen
        self.augment = augment
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.schedule = schedule
        self.schedule_every = schedule_every
        self.schedule_factor = schedule_factor
        self.l1 = l1
        self.l2 = l2
        self.class_weight = class_weight
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.monitor = monitor
        self.validation_fraction = validation_fraction
        self.budget_seconds = budget_seconds
        self.checkpoint = checkpoint
        self.device = device
        self.random_state = random_state
        self.n_jobs = n_jobs
