"""From a name, a size and choices to an untrained network."""

from typing import Any

import torch

from imgpipe._common import InputError
from imgpipe.learn.networks.architecture import Architecture
from imgpipe.learn.networks.checks import require_number
from imgpipe.learn.networks.layers.blocks import ACTIVATIONS, POOLINGS
from imgpipe.learn.networks.layers.network import Network
from imgpipe.learn.networks.layers.standardise import Standardise
from imgpipe.learn.networks.registry import NETWORKS, architecture_of
from imgpipe.learn.networks.settings import Choices


def build(
    name: str,
    size: tuple[int, int],
    n_classes: int,
    choices: Choices,
    mean: torch.Tensor,
    scale: torch.Tensor,
) -> Network:
    """Make the named network for images of this size; `mean` and `scale` have one per channel.

    Raises
    ------
    InputError
        For an unknown name or choice, or images that the poolings would shrink to nothing.
    """
    architecture = architecture_of(name)
    _check_choices(architecture, choices)
    _check_size(architecture, choices, size)
    channels = architecture.channels or len(mean)
    if len(mean) not in (1, channels):
        raise InputError(
            f"images have {len(mean)} channels; {name} takes 1 (gray) or {channels} (colour)"
        )
    features, head = architecture.build(channels, n_classes, choices, size)
    network = Network(Standardise(mean, scale, channels), features, head)
    return network.to(memory_format=torch.channels_last)


def _check_choices(architecture: Architecture, choices: Choices) -> None:
    """Refuse choices that cannot be built, naming the argument."""
    own = Choices()
    for choice in architecture.fixed:
        if getattr(choices, choice) != getattr(own, choice):
            raise InputError(f"{architecture.name} has a fixed {choice}; leave {choice} out")
    for argument, known in (("pooling", POOLINGS), ("activation", ACTIVATIONS)):
        value: Any = getattr(choices, argument)
        if value not in known:
            raise InputError(f"{argument} is {value!r}; choose from {', '.join(known)}")
    require_number("dropout", choices.dropout)
    if not 0 <= choices.dropout < 1:
        raise InputError(f"dropout is {choices.dropout}; it must be at least 0 and below 1")
    if choices.kernel_size is not None:
        require_number("kernel_size", choices.kernel_size, whole=True)
        if choices.kernel_size < 1 or choices.kernel_size % 2 == 0:
            raise InputError(
                f"kernel_size is {choices.kernel_size}; it must be odd, such as 3 or 5"
            )
    if choices.filters is not None and not isinstance(choices.filters, tuple | list):
        raise InputError(f"filters is {choices.filters!r}; give a tuple, such as (32, 64)")
    for argument, given in (("filters", choices.filters or ()), ("dense", (choices.dense or 1,))):
        for value in given:
            require_number(argument, value, whole=True)
    counts = (*(choices.filters or (1,)), 1 if choices.dense is None else choices.dense)
    if min(counts) < 1 or choices.filters == ():
        raise InputError(f"filters is {choices.filters}, dense {choices.dense}; give 1 or more")


def _check_size(architecture: Architecture, choices: Choices, size: tuple[int, int]) -> None:
    """Refuse images that are smaller than the kernels, or than what the poolings leave."""
    poolings = 2 ** len(choices.filters) if choices.filters else architecture.min_size
    least = max(poolings, choices.kernel_size or 3)
    if min(size) < least:
        below = any(other.min_size < architecture.min_size for other in NETWORKS.values())
        smaller = ", or take a smaller network" if below else ""
        raise InputError(
            f"images of {size[0]}x{size[1]} pixels are smaller than {architecture.name} can take; "
            f"it needs {least}x{least} or more: resize them (size={least}, --size {least}){smaller}"
        )
