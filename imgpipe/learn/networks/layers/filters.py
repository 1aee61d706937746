"""A first layer that starts from known filters, to see what training makes of them."""

from typing import Any

import numpy as np
import torch
from torch import nn

from imgpipe import kernels
from imgpipe._common import InputError
from imgpipe.learn.networks.checks import require_number


def filter_bank(size: int = 3) -> dict[str, np.ndarray]:
    """Weights of the classic filters, as the kernels of `imgpipe.kernels` apply them.

    Each is the kernel's answer to a single bright pixel, so a convolution with it does what the
    kernel does.

    Parameters
    ----------
    size : int
        Side of the window in pixels, odd, at least 3.

    Returns
    -------
    dict of str to ndarray of float64, shape (size, size)
        ``"gaussian"`` (sums to 1), ``"sobel_x"`` and ``"sobel_y"`` (smoothed differences, scaled to
        answer 1 to a slope of 1 per pixel), ``"laplacian"`` (sum of second differences).

    Raises
    ------
    InputError
        If `size` is even or below 3.

    Examples
    --------
    >>> from imgpipe.learn.networks import filter_bank
    >>> filter_bank()["laplacian"].astype(int).tolist()
    [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    """
    require_number("size", size, whole=True)
    if size < 3 or size % 2 == 0:
        raise InputError(f"size is {size}; it must be odd and at least 3")
    point = np.zeros((size, size))
    point[size // 2, size // 2] = 1.0
    sobel = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0]) / 8
    laplacian = np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])

    def answer(weights: np.ndarray) -> np.ndarray:
        return kernels.convolve(point, weights, mode="constant")

    return {
        "gaussian": kernels.gaussian(point, size / 6, radius=size // 2, mode="constant"),
        "sobel_x": answer(sobel),
        "sobel_y": answer(sobel.T),
        "laplacian": answer(laplacian),
    }


def start_from_filters(network: nn.Module) -> None:
    """Set the first convolution to the filters, again and again with small random changes."""
    layer = first_convolution(network)
    outputs, inputs, *window = layer.weight.shape
    if window[0] < 3:
        raise InputError("first_layer='filters' needs a kernel_size of 3 or more")
    bank = np.stack(list(filter_bank(int(window[0])).values()))
    chosen = torch.from_numpy(bank[np.arange(outputs) % len(bank)]).to(layer.weight)
    with torch.no_grad():
        spread = 0.1 * chosen.abs().amax(dim=(1, 2), keepdim=True)[:, None]
        jitter = torch.randn_like(layer.weight) * spread
        jitter[: len(bank)] = 0  # the first of each kind stays pure
        layer.weight.copy_(chosen[:, None] / inputs + jitter / inputs)
        if layer.bias is not None:
            layer.bias.zero_()


def first_convolution(network: Any) -> nn.Conv2d:
    """Find the layer that looks at the image."""
    return next(layer for layer in network.modules() if isinstance(layer, nn.Conv2d))
