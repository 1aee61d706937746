"""Pretrained VGG16 weights from a local file in torchvision's layout."""

import hashlib
import re
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from imgpipe._common import InputError

_SHOWN = 3  # keys named in an error
_CHUNK = 1 << 20


def load_vgg16(features: nn.Module, path: str | Path, sha256: str | None) -> None:
    """Copy the convolutions of a checked state-dict file into `features`.

    Parameters
    ----------
    features : Module
        The thirteen convolutions of our VGG16, in order.
    path : path-like
        A file as torchvision publishes: keys ``features.0.weight`` and so on (those of its
        classifier are not used). Only tensors are read from it, never code.
    sha256 : str, optional
        The file's hash, or at least its first 8 digits. Without it the digits in the name count
        (``vgg16-397923af.pth``).

    Raises
    ------
    InputError
        If the file is missing or unreadable, has another hash, or another layout.
    """
    path = Path(path)
    _check_hash(path, sha256)
    ours = _layers(features)
    given = _read(path)
    missing = [key for key in ours if key not in given]
    if missing:
        found = ", ".join(list(given)[:_SHOWN]) or "nothing"
        raise InputError(
            f"{path} has another layout than torchvision's VGG16: it lacks "
            f"{', '.join(missing[:_SHOWN])} (it holds {found}, ...)"
        )
    for key, parameter in ours.items():
        if given[key].shape != parameter.shape:
            raise InputError(
                f"{path}: {key} has shape {tuple(given[key].shape)}, VGG16 needs "
                f"{tuple(parameter.shape)}"
            )
    with torch.no_grad():
        for key, parameter in ours.items():
            parameter.copy_(given[key])


def _layers(features: nn.Module) -> dict[str, torch.Tensor]:
    """Name our parameters as torchvision does: by the place of each layer in its flat list."""
    named: dict[str, torch.Tensor] = {}
    place = 0
    for layer in features.modules():
        if isinstance(layer, nn.Conv2d | nn.BatchNorm2d):
            tensors = {**dict(layer.named_parameters()), **dict(layer.named_buffers())}
            named |= {
                f"features.{place}.{key}": value
                for key, value in tensors.items()
                if key != "num_batches_tracked"
            }
        if not list(layer.children()):
            place += 1
    return named


def _check_hash(path: Path, expected: str | None) -> None:
    """Compare the file's sha256 with what was stated or stands in its name."""
    if not path.is_file():
        raise InputError(f"weights: no file {path}")
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    found = digest.hexdigest()
    if expected is None:
        in_name = re.search(r"-([0-9a-f]{8,64})\.\w+$", path.name)
        if in_name is None:
            raise InputError(
                f"weights: nothing says which hash {path.name} should have; give weights_sha256 "
                f"(the file's own is {found})"
            )
        expected = in_name.group(1)
    expected = expected.lower()
    if len(expected) < 8 or not found.startswith(expected):
        raise InputError(f"weights: {path} has sha256 {found}, expected {expected}")


def _read(path: Path) -> dict[str, Any]:
    """Read tensors by name; anything else in the file is refused by torch."""
    try:
        with warnings.catch_warnings():
            # torch doubts pickles of other protocols before it refuses what is in them
            warnings.simplefilter("ignore", UserWarning)
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a broken pickle raises anything
        reason = error.__class__.__name__
        raise InputError(f"weights: {path} is no state-dict file of torch ({reason})") from None
    if not isinstance(content, dict) or not all(
        isinstance(value, torch.Tensor) for value in content.values()
    ):
        raise InputError(f"weights: {path} is no state dict (names to tensors)")
    return content
