"""A training's state on disk, so that it can go on after an interrupt as if nothing happened."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from imgpipe._common import InputError, atomic_path

if TYPE_CHECKING:
    from imgpipe.learn.networks.fitting.training import State

_DIGEST = 32  # bytes at the start of the file: sha256 of the rest
_PLAIN = ("history", "best", "best_score", "best_epoch", "spent", "finished")


def write(path: Path, network: torch.nn.Module, state: "State", fingerprint: str) -> None:
    """Write network, optimiser, schedule, best weights and random state, all or nothing."""
    content = {
        "fingerprint": fingerprint,
        "network": network.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "schedule": None if state.schedule is None else state.schedule.state_dict(),
        "generator": state.generator.get_state(),
        "dropout": torch.get_rng_state(),
        **{name: getattr(state, name) for name in _PLAIN},
    }
    stream = io.BytesIO()
    torch.save(content, stream)
    saved = stream.getvalue()
    with atomic_path(path) as scratch:
        scratch.write_bytes(hashlib.sha256(saved).digest() + saved)


def read(path: Path, network: torch.nn.Module, state: "State", fingerprint: str) -> None:
    """Set `network` and `state` to what the file holds; without a file nothing changes.

    Raises
    ------
    InputError
        If the file is no checkpoint, or one of other data or settings.
    """
    if not path.exists():
        return
    content = _load(path)
    if content["fingerprint"] != fingerprint:
        raise InputError(
            f"checkpoint {path} belongs to other images, labels or settings; delete it to start "
            "anew, or name another file"
        )
    network.load_state_dict(content["network"])
    state.optimizer.load_state_dict(content["optimizer"])
    if state.schedule is not None:
        state.schedule.load_state_dict(content["schedule"])
    state.generator.set_state(content["generator"].cpu())
    torch.set_rng_state(content["dropout"].cpu())
    for name in _PLAIN:
        setattr(state, name, content[name])


def fingerprint(settings: Any, *tensors: torch.Tensor) -> str:
    """Hash what the training depends on."""
    digest = hashlib.sha256(repr(settings).encode())
    for tensor in tensors:
        digest.update(repr((tensor.dtype, tuple(tensor.shape))).encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _load(path: Path) -> dict[str, Any]:
    """Read a checkpoint without executing anything in it; a damaged one is known by its digest."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read as a checkpoint ({error.strerror})") from None
    digest, saved = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(saved).digest() != digest:
        raise InputError(
            f"{path} is no checkpoint of imgpipe, or a damaged one; delete it to start anew, or "
            "name another file"
        )
    return torch.load(io.BytesIO(saved), map_location="cpu", weights_only=True)
