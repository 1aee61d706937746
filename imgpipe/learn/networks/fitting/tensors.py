"""From a user's images to one tensor, with clear words where that cannot be done."""

from typing import Any

import numpy as np
import torch

from imgpipe._common import InputError, by_position
from imgpipe.images.stacks import computable, stacked
from imgpipe.learn.image_transformer import check_images

_CHUNK = 1 << 22  # values examined at a time


def to_tensor(X: Any, channel_axis: int | None, name: str = "X") -> torch.Tensor:
    """Make (n, c, h, w) of a stack or sequence of images; 8-bit pixels stay 8-bit in memory.

    Raises
    ------
    InputError
        For what is no image, several sizes, another number of axes than `channel_axis` tells,
        complex or object pixels, NaN or infinity; it names the first image concerned.
    """
    X = by_position(X, name)
    check_images(X, name)
    stack = stacked(X, name)
    wanted = 3 if channel_axis is None else 4
    if stack.ndim != wanted:
        raise InputError(_axes_message(name, stack.shape, channel_axis))
    if channel_axis is None:
        stack = stack[:, None]
    else:
        axis = channel_axis + 1 if channel_axis >= 0 else channel_axis
        stack = np.moveaxis(stack, axis, 1)
    if 0 in stack.shape:
        raise InputError(f"{name} has shape {stack.shape}; every axis needs a length of 1 or more")
    pixels = np.ascontiguousarray(computable(stack, name))
    # torch has no read-only memory
    return torch.from_numpy(pixels if pixels.flags.writeable else pixels.copy())


def mean_and_scale(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of each channel; the latter is 1 where nothing varies."""
    planes = images.numpy()
    means, scales = [], []
    for channel in range(planes.shape[1]):
        values = planes[:, channel]
        # float64, and in two passes: a large offset would drown the variance of 16-bit images
        mean = values.mean(dtype=np.float64)
        step = max(1, _CHUNK // values[0].size)
        total = sum(
            float(np.square(values[at : at + step] - mean).sum())
            for at in range(0, len(values), step)
        )
        deviation = float(np.sqrt(total / values.size))
        means.append(float(mean))
        scales.append(deviation if deviation > 0 else 1.0)
    return torch.tensor(means, dtype=torch.float32), torch.tensor(scales, dtype=torch.float32)


def _axes_message(name: str, shape: tuple[int, ...], channel_axis: int | None) -> str:
    """Tell what the shape would mean."""
    if channel_axis is None:
        return (
            f"{name} has shape {shape}; gray images are (n, h, w), and colour is said with "
            "channel_axis (channel_axis=-1 for (n, h, w, c))"
        )
    return f"{name} has shape {shape}; with channel_axis={channel_axis} four axes are needed"
