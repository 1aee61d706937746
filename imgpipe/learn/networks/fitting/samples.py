"""Who is trained on and who decides when to stop, as tensors."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from imgpipe._common import InputError
from imgpipe.learn.folds import hold_back
from imgpipe.learn.networks.checks import require_number
from imgpipe.learn.networks.fitting.tensors import to_tensor
from imgpipe.learn.targets import check_classification


@dataclass(frozen=True)
class Samples:
    """Images as stored (n, c, h, w), and the codes of their classes."""

    images: torch.Tensor
    codes: torch.Tensor

    def to(self, device: torch.device) -> "Samples":
        """Move both to a device."""
        return Samples(self.images.to(device), self.codes.to(device))


def labelled(X: Any, y: Any, channel_axis: int | None) -> tuple[Samples, np.ndarray]:
    """Make samples of images and labels, and list the classes.

    Raises
    ------
    InputError
        For images or labels that do not fit, one class, or a class with one sample.
    """
    images = to_tensor(X, channel_axis)
    y = np.asarray(y)
    if y.shape != (len(images),):
        raise InputError(f"y has shape {y.shape} for {len(images)} images; one label each")
    try:
        check_classification(y)
    except TypeError:  # nothing orders them
        raise InputError("y mixes labels of several types; give strings, or integers") from None
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        raise InputError(
            f"class {classes[counts.argmin()]} has one sample in the training part; a network "
            "needs two or more: add some, or leave that class out"
        )
    return Samples(images, torch.from_numpy(codes.astype(np.int64))), classes


def held_out(pair: Any, trained: Samples, classes: np.ndarray, channel_axis: int | None) -> Samples:
    """Make samples of a given validation part, checked against the training part.

    Raises
    ------
    InputError
        For another size of image, a class that the training part lacks, or no pair at all.
    """
    if not (isinstance(pair, tuple | list) and len(pair) == 2):
        raise InputError("validation must be a pair of images and labels")
    images = to_tensor(pair[0], channel_axis, "validation")
    if images.shape[1:] != trained.images.shape[1:]:
        raise InputError(sizes_message("validation", images.shape[1:], trained.images.shape[1:]))
    labels = np.asarray(pair[1])
    if labels.shape != (len(images),):
        raise InputError(f"validation has {len(images)} images and labels of {labels.shape}")
    unseen = np.setdiff1d(labels, classes)
    if len(unseen):
        raise InputError(f"validation has class {unseen[0]}, which the training part lacks")
    return Samples(images, torch.from_numpy(np.searchsorted(classes, labels)))


def divide(samples: Samples, groups: Any, fraction: float, seed: int) -> tuple[Samples, Samples]:
    """Hold a stratified share back, without dividing a patient.

    Raises
    ------
    InputError
        For a share out of range, or fewer than two patients of a class.
    """
    require_number("validation_fraction", fraction)
    if not 0 < fraction <= 0.5:
        raise InputError(f"validation_fraction is {fraction}; give more than 0, at most 0.5")
    labels = samples.codes.numpy()
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != labels.shape:
            raise InputError(f"groups has shape {groups.shape} for {len(labels)} images")
        if any(group is None for group in groups.tolist()):
            raise InputError("groups holds None; name the patient of every image")
    found = hold_back(labels, groups, fraction, random_state=seed)
    if found is None:
        raise InputError(
            "early stopping needs two patients of each class in the training part, which can be "
            "set apart: add some, give a validation part, or set patience=None"
        )
    train, held = (torch.from_numpy(part) for part in found)
    return (
        Samples(samples.images[train], samples.codes[train]),
        Samples(samples.images[held], samples.codes[held]),
    )


def sizes_message(name: str, found: Any, wanted: Any) -> str:
    """Say that images have another size than those trained on; both are (c, h, w)."""

    def text(shape: Any) -> str:
        return f"{shape[1]}x{shape[2]} with {shape[0]} channel(s)"

    return f"{name} has images of {text(found)}; the network was trained on {text(wanted)}"
