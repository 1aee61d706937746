"""The training loop: epochs, validation, early stopping, budget, interrupt."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from imgpipe._common import InputError, track
from imgpipe.learn.networks.fitting import checkpoint
from imgpipe.learn.networks.fitting.optimise import make_optimizer, make_schedule
from imgpipe.learn.networks.fitting.samples import Samples
from imgpipe.learn.networks.layers.network import Network
from imgpipe.learn.networks.settings import Recipe


@dataclass
class State:
    """Everything that an epoch changes, so that a checkpoint can hold it."""

    optimizer: torch.optim.Optimizer
    schedule: Any
    generator: torch.Generator
    history: list[dict[str, float]] = field(default_factory=list)
    best: dict[str, torch.Tensor] | None = None
    best_score: float = -math.inf
    best_epoch: int = 0
    spent: float = 0.0  # CPU seconds, earlier sittings included
    finished: bool = False


@dataclass(frozen=True)
class Outcome:
    """What training left behind, besides the best weights in the network itself."""

    history: list[dict[str, float]]
    best_epoch: int
    stopped: str  # "epochs", "patience", "budget" or "interrupt"


def train(
    network: Network,
    samples: Samples,
    validation: Samples | None,
    recipe: Recipe,
    *,
    class_weights: torch.Tensor | None,
    augment: Callable[[torch.Tensor, torch.Generator], torch.Tensor] | None,
    device: torch.device,
    seed: int,
    path: Path | None = None,
    fingerprint: str = "",
) -> Outcome:
    """Train `network` in place and leave the weights of the best validated epoch in it.

    An interrupt behind the first epoch ends training like patience does: the best weights so far
    are kept. With `path` the state is written after each epoch, and read first if the file exists.
    """
    network.to(device)
    samples = samples.to(device)
    validation = None if validation is None else validation.to(device)
    weights = None if class_weights is None else class_weights.to(device)
    optimizer = make_optimizer(network, recipe)
    generator = torch.Generator(device).manual_seed(seed)
    state = State(optimizer, make_schedule(optimizer, recipe), generator)
    if path is not None:
        checkpoint.read(path, network, state, fingerprint)
    started = time.process_time() - state.spent
    stopped = "epochs"

    def over_budget() -> bool:
        limit = recipe.budget_seconds
        return limit is not None and time.process_time() - started >= limit

    try:
        for epoch in _epochs(recipe, state):
            if state.history and over_budget():
                stopped = "budget"
                break
            loss = _epoch(network, samples, recipe, weights, augment, state, over_budget)
            _note(network, epoch, loss, validation, weights, recipe, state)
            state.spent = time.process_time() - started
            if recipe.patience is not None and epoch - state.best_epoch >= recipe.patience:
                stopped = "patience"
            elif over_budget():
                stopped = "budget"
            state.finished = stopped == "patience" or epoch == recipe.epochs
            if path is not None:
                checkpoint.write(path, network, state, fingerprint)
            if stopped != "epochs":
                break
    except KeyboardInterrupt:
        if not state.history:
            raise
        stopped = "interrupt"
    if state.best is not None:
        network.load_state_dict(state.best)
    network.eval()
    return Outcome(state.history, state.best_epoch or len(state.history), stopped)


def predict_logits(network: Network, images: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Logits of raw images (n, c, h, w), shape (n, k), float32, on the network's device."""
    device = network.standardise.mean.device
    network.eval()
    parts = []
    with torch.inference_mode(), _autocast(device):
        for batch in images.split(batch_size):
            parts.append(network(batch.to(device)).float())
    return torch.cat(parts)


def step(
    network: Network,
    batch: torch.Tensor,
    codes: torch.Tensor,
    optimizer: torch.optim.Optimizer,
    recipe: Recipe,
    weights: torch.Tensor | None = None,
    augment: Callable[[torch.Tensor, torch.Generator], torch.Tensor] | None = None,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """One step of gradient descent on raw images; return the loss before it."""
    values = network.standardise(batch)
    if augment is not None:
        assert generator is not None
        values = augment(values, generator)
    values = values.contiguous(memory_format=torch.channels_last)
    with _autocast(values.device):
        logits = network.body(values)
    loss = functional.cross_entropy(logits.float(), codes, weights)
    total = loss
    if recipe.l1:
        total = loss + recipe.l1 * sum(w.abs().sum() for w in penalised(network))
    optimizer.zero_grad(set_to_none=True)
    total.backward()
    optimizer.step()
    return loss.detach()


def penalised(network: nn.Module) -> list[torch.Tensor]:
    """List what regularisation shrinks: convolutions and dense layers, not biases or norms."""
    return [p for p in network.parameters() if p.ndim > 1 and p.requires_grad]


def _epochs(recipe: Recipe, state: State) -> Iterator[int]:
    """Count the epochs still to do, behind a bar with the loss and the validation's metrics."""

    def words() -> str:
        if not state.history:
            return "training"
        last = state.history[-1]
        shown = ("loss", "validation_loss", "validation_auc")
        text = (f"{key.replace('validation', 'val').replace('_', ' ')}" for key in shown)
        return "training, " + ", ".join(
            f"{word} {last[key]:.3f}" for word, key in zip(text, shown, strict=True) if key in last
        )

    first = len(state.history) + 1
    if not state.finished:
        yield from track(range(first, recipe.epochs + 1), words)


def _epoch(
    network: Network,
    samples: Samples,
    recipe: Recipe,
    weights: torch.Tensor | None,
    augment: Callable[[torch.Tensor, torch.Generator], torch.Tensor] | None,
    state: State,
    over_budget: Callable[[], bool],
) -> float:
    """Show every sample once, in random order; return the mean loss."""
    network.train()
    device = samples.codes.device
    order = torch.randperm(len(samples.codes), generator=state.generator, device=device)
    total, shown = torch.zeros((), device=device), 0
    for chosen in batches(order, recipe.batch_size):
        loss = step(
            network,
            samples.images[chosen],
            samples.codes[chosen],
            state.optimizer,
            recipe,
            weights,
            augment,
            state.generator,
        )
        total += loss * len(chosen)
        shown += len(chosen)
        if over_budget():
            break
    mean = float(total) / shown
    if not math.isfinite(mean):
        raise InputError(
            f"the training loss became {mean}; try a smaller learning_rate (it is "
            f"{recipe.learning_rate:g})"
        )
    return mean


def batches(order: torch.Tensor, size: int) -> list[torch.Tensor]:
    """Cut `order` into batches; a last single sample joins the batch before it."""
    parts = list(order.split(size))
    if len(parts) > 1 and len(parts[-1]) == 1:
        # batch norm has no variance to take from one sample
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def _note(
    network: Network,
    epoch: int,
    loss: float,
    validation: Samples | None,
    weights: torch.Tensor | None,
    recipe: Recipe,
    state: State,
) -> None:
    """Validate, remember the epoch and its weights if they are the best, move the schedule on."""
    row = {"epoch": float(epoch), "loss": loss}
    row["learning_rate"] = float(state.optimizer.param_groups[0]["lr"])
    score = -loss
    if validation is not None:
        row |= _judge(network, validation, weights, recipe.batch_size)
        score = -row["validation_loss"]
        if recipe.monitor == "auc" and not math.isnan(row["validation_auc"]):
            score = row["validation_auc"]
    state.history.append(row)
    if validation is None:
        state.best_epoch = epoch
    elif score > state.best_score:
        state.best_score, state.best_epoch = score, epoch
        state.best = {key: value.detach().clone() for key, value in network.state_dict().items()}
    if isinstance(state.schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
        state.schedule.step(-score)
    elif state.schedule is not None:
        state.schedule.step()


def _judge(
    network: Network, samples: Samples, weights: torch.Tensor | None, batch_size: int
) -> dict[str, float]:
    """Loss, AUC and accuracy on samples that were not trained on."""
    logits = predict_logits(network, samples.images, 4 * batch_size)
    loss = functional.cross_entropy(logits, samples.codes, weights)
    probabilities = logits.softmax(dim=1).cpu().numpy()
    codes = samples.codes.cpu().numpy()
    return {
        "validation_loss": float(loss),
        "validation_auc": mean_auc(codes, probabilities),
        "validation_accuracy": float((probabilities.argmax(axis=1) == codes).mean()),
    }


def mean_auc(codes: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean over classes of the AUC of each against the rest; NaN where a class is absent."""
    from sklearn.metrics import roc_auc_score

    k = probabilities.shape[1]
    if len(np.unique(codes)) < k:
        return math.nan
    if k == 2:
        return float(roc_auc_score(codes, probabilities[:, 1]))
    found = [roc_auc_score(codes == code, probabilities[:, code]) for code in range(k)]
    return float(np.mean(found))


def _autocast(device: torch.device) -> torch.autocast:
    """Half precision on a GPU that has bfloat16: its range needs no scaling of the loss."""
    able = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=able)
