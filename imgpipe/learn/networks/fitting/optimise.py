"""How weights move: optimisers and learning-rate schedules."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from imgpipe._common import InputError
from imgpipe.learn.networks.checks import require_number
from imgpipe.learn.networks.settings import Recipe

OPTIMIZERS = ("adam", "sgd")


def check_recipe(recipe: Recipe) -> None:
    """Refuse settings that mean nothing, naming each.

    Raises
    ------
    InputError
        For the first one found.
    """
    for name, known in (
        ("optimizer", OPTIMIZERS),
        ("schedule", tuple(SCHEDULES)),
        ("monitor", ("loss", "auc")),
    ):
        if getattr(recipe, name) not in known:
            value = getattr(recipe, name)
            raise InputError(f"{name} is {value!r}; choose from {', '.join(known)}")
    for name in ("batch_size", "epochs", "schedule_every", "patience"):
        value = getattr(recipe, name)
        if value is None and name == "patience":
            continue
        require_number(name, value, whole=True)
        if value < 1:
            raise InputError(f"{name} is {value}; it must be at least 1")
    for name in ("learning_rate", "schedule_factor", "budget_seconds"):
        value = getattr(recipe, name)
        if value is None and name == "budget_seconds":
            continue
        require_number(name, value)
        if not value > 0:
            raise InputError(f"{name} is {value}; it must be above 0")
    for name in ("l1", "l2", "momentum"):
        require_number(name, getattr(recipe, name))
        if not getattr(recipe, name) >= 0:
            raise InputError(f"{name} is {getattr(recipe, name)}; it must be 0 or more")


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Build the optimiser over what is not frozen; L2 shrinks weights, not biases or norms."""
    trained = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": recipe.l2},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    # fused: one pass over each weight instead of a dozen, and the same numbers
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(
            groups, lr=recipe.learning_rate, momentum=recipe.momentum, fused=True
        )
    return torch.optim.Adam(groups, lr=recipe.learning_rate, fused=True)


def make_schedule(optimizer: torch.optim.Optimizer, recipe: Recipe) -> Any:
    """Build the schedule, moved on after each epoch; None for a constant rate."""
    make = SCHEDULES[recipe.schedule]
    return None if make is None else make(optimizer, recipe)


SCHEDULES: dict[str, Callable[[torch.optim.Optimizer, Recipe], Any] | None] = {
    "constant": None,
    "step": lambda o, r: lr_scheduler.StepLR(o, r.schedule_every, r.schedule_factor),
    "exponential": lambda o, r: lr_scheduler.ExponentialLR(o, r.schedule_factor),
    "cosine": lambda o, r: lr_scheduler.CosineAnnealingLR(o, r.epochs),
    "plateau": lambda o, r: lr_scheduler.ReduceLROnPlateau(
        o, factor=r.schedule_factor, patience=r.schedule_every
    ),
}
