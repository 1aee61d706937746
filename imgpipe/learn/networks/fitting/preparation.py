"""What one training needs, made from an estimator's settings, and the conditions it runs under."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight

from imgpipe._common import InputError
from imgpipe.learn.networks.build import build
from imgpipe.learn.networks.fitting import checkpoint, training
from imgpipe.learn.networks.fitting.augment import Augmentation
from imgpipe.learn.networks.fitting.tensors import mean_and_scale
from imgpipe.learn.networks.layers import filters
from imgpipe.learn.networks.layers.network import Network
from imgpipe.learn.networks.registry import NETWORKS
from imgpipe.learn.networks.settings import Settings

_MUCH_LARGER = 3  # times the side that a network is made for


def augmentation(augment: Any) -> Callable[..., torch.Tensor] | None:
    """Give the changes of training images: the default, those chosen, or none."""
    if augment is None:
        return None
    if isinstance(augment, str) and augment == "default":
        return Augmentation()
    if not isinstance(augment, Augmentation):
        raise InputError(f"augment is {augment!r}; give an Augmentation, or None")
    augment.check()
    return augment


def build_network(model: Settings, images: torch.Tensor, n_classes: int) -> Network:
    """Build the untrained network, pretrained where weights are given."""
    _, _, h, w = images.shape
    network = build(model.network, (h, w), n_classes, model, *mean_and_scale(images))
    _remark_on_size(model.network, h, w)
    if model.first_layer not in ("random", "filters"):
        raise InputError(f"first_layer is {model.first_layer!r}; choose from random, filters")
    _check_batches(network, model.batch_size, len(images))
    if model.first_layer == "filters":
        filters.start_from_filters(network)
    load_weights = NETWORKS[model.network].pretrained
    if load_weights is None:
        if model.weights is not None:
            able = ", ".join(name for name, each in NETWORKS.items() if each.pretrained)
            raise InputError(f"weights are for {able}; {model.network} trains from scratch")
        return network
    if model.weights is None:
        warnings.warn(
            f"{model.network} has no weights file and is trained from scratch; give weights=... "
            "for a pretrained one",
            stacklevel=3,
        )
        return network
    load_weights(network.features, model.weights, model.weights_sha256)
    if model.frozen:
        network.freeze()
    return network


def _remark_on_size(name: str, h: int, w: int) -> None:
    """Warn of images much larger than those that the network is made for."""
    made_for = NETWORKS[name].made_for
    side = min(h, w)
    if made_for is None or side <= _MUCH_LARGER * made_for:
        return
    fitting = [
        other.name
        for other in NETWORKS.values()
        if other.made_for is not None and 1 / _MUCH_LARGER <= side / other.made_for <= _MUCH_LARGER
    ]
    others = f", or take {' or '.join(fitting)}" if fitting else ""
    warnings.warn(
        f"{name} is made for images of {made_for}x{made_for} pixels; these are {h}x{w}: resize "
        f"them (--size {made_for}){others}",
        stacklevel=4,
    )


def _check_batches(network: torch.nn.Module, batch_size: int, n: int) -> None:
    """Refuse batches of one where batch norm needs a variance."""
    normed = any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.modules())
    if normed and min(batch_size, n) < 2:
        what = f"batch_size is {batch_size}" if n > 1 else "there is one image to train on"
        raise InputError(f"{what}; batch norm needs batches of two or more")


def class_weights(
    class_weight: Any, classes: np.ndarray, codes: torch.Tensor
) -> torch.Tensor | None:
    """Weigh the classes in the loss as scikit-learn does."""
    if class_weight is None:
        return None
    labels = classes[codes.numpy()]
    try:
        weights = compute_class_weight(class_weight, classes=classes, y=labels)
    except ValueError as error:
        raise InputError(f"class_weight is {class_weight!r}: {error}") from None
    if not (weights >= 0).all() or not weights.any():
        raise InputError(f"class_weight is {class_weight!r}; weights are 0 or more, not all 0")
    return torch.from_numpy(weights).float()


def fingerprint(model: Any, chosen: training.Samples, held: training.Samples | None) -> str:
    """Identify settings and data, which a checkpoint must share to be resumed."""
    settings = {
        key: value
        for key, value in model.get_params().items()
        if key not in ("checkpoint", "n_jobs", "device", "budget_seconds")
    }
    tensors = [chosen.images, chosen.codes]
    if held is not None:
        tensors += [held.images, held.codes]
    return checkpoint.fingerprint(sorted(settings.items()), *tensors)


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Draw weights and dropout from `seed`, and leave the caller's random state alone."""
    devices = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        yield


@contextmanager
def enough_memory(batch_size: int) -> Iterator[None]:
    """Say which batch size to try where memory runs out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        if not isinstance(error, MemoryError | torch.OutOfMemoryError) and (
            "can't allocate memory" not in text and "out of memory" not in text
        ):
            raise
        smaller = "smaller images (--size)"
        way_out = f"try batch_size={batch_size // 2}, or {smaller}" if batch_size > 1 else smaller
        raise InputError(f"out of memory with batch_size={batch_size}; {way_out}") from None
