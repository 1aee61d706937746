"""Grad-CAM: which parts of an image speak for a class."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from imgpipe._common import InputError
from imgpipe.learn.networks.checks import network_of


def grad_cam(model: Any, X: Any, targets: Any = None) -> np.ndarray:
    """Weigh the last convolution's maps by how the class's logit depends on them.

    Parameters
    ----------
    model : ConvNetClassifier, or a Pipeline of nothing else
        Fitted.
    X : ndarray (n, h, w), (n, h, w, c), or sequence of arrays
        Images of the size trained on.
    targets : array-like of labels, shape (n,), optional
        The class to explain in each image; None for the predicted one.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        From 0 to 1 within each image; 0 everywhere where nothing speaks for the class.

    Raises
    ------
    InputError
        For images of another size, or a target that is no class.

    References
    ----------
    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", ICCV 2017, equations 1 and 2.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.learn.networks import ConvNetClassifier, grad_cam
    >>> images = np.random.default_rng(0).random((8, 8, 8))
    >>> model = ConvNetClassifier(epochs=1, patience=None).fit(images, [0, 1] * 4)
    >>> grad_cam(model, images).shape
    (8, 8, 8)
    """
    model = network_of(model)
    images = model._fitted_images(X)
    codes = None if targets is None else _codes(model.classes_, targets, len(images))
    parts = []
    for at in range(0, len(images), model.batch_size):
        chosen = slice(at, at + model.batch_size)
        parts.append(
            _maps(model.network_, images[chosen], None if codes is None else codes[chosen])
        )
    maps = torch.cat(parts)
    low, high = maps.amin(dim=(1, 2), keepdim=True), maps.amax(dim=(1, 2), keepdim=True)
    return ((maps - low) / (high - low).clamp_min(1e-12)).numpy()


def class_activation(
    network: Any, images: torch.Tensor, codes: torch.Tensor | None
) -> torch.Tensor:
    """Weighted sum of the last convolution's maps, rectified, at their own size (n, a, b)."""
    network.eval()
    with torch.no_grad():
        maps = network.features(network.standardise(images))
    maps.requires_grad_()
    with torch.enable_grad():
        logits = network.head(maps)
        if codes is None:
            codes = logits.argmax(dim=1)
        chosen = logits.gather(1, codes[:, None].to(logits.device)).sum()
        (gradient,) = torch.autograd.grad(chosen, maps)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    return torch.relu((weights * maps.detach()).sum(dim=1))


def _maps(network: Any, images: torch.Tensor, codes: torch.Tensor | None) -> torch.Tensor:
    """Enlarge the maps to the size of the images."""
    device = network.standardise.mean.device
    small = class_activation(network, images.to(device), codes)
    return functional.interpolate(
        small[:, None], size=images.shape[2:], mode="bilinear", align_corners=False
    )[:, 0].cpu()


def _codes(classes: np.ndarray, targets: Any, n: int) -> torch.Tensor:
    """Place of each target among the classes."""
    targets = np.asarray(targets)
    if targets.shape != (n,):
        raise InputError(f"targets has shape {targets.shape} for {n} images; one label each")
    unknown = np.setdiff1d(targets, classes)
    if len(unknown):
        raise InputError(
            f"target {unknown[0]} is no class; choose from {', '.join(map(str, classes))}"
        )
    return torch.from_numpy(np.searchsorted(classes, targets))
