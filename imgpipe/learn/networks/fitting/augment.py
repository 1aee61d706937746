"""Random changes of training images, a whole batch at a time, gray or colour."""

import math
from typing import Any

import torch
from sklearn.base import BaseEstimator
from torch.nn import functional

from imgpipe._common import InputError
from imgpipe.learn.networks.checks import require_number


class Augmentation(BaseEstimator):
    """Change each training image anew every time it is shown, within stated ranges.

    A range is a number `a`, or a pair ``(low, high)``. All off: ``Augmentation(crop=0,
    intensity=0, noise=0)``. Flips and rotations are off by default, since left and right matter in
    medicine. What an image shows beyond its border is its border's value.

    Parameters
    ----------
    flip_horizontal, flip_vertical : float
        Probability of a mirrored image.
    rotation : float or pair
        Degrees counter-clockwise; `a` means ``(-a, a)``.
    shift : float or pair
        Pixels along each axis, bilinear; `a` means ``(-a, a)``.
    crop : int or pair
        Whole pixels along each axis by which the cut-out window moves, without interpolation;
        `a` means ``(-a, a)``.
    scale : float or pair
        Factor of magnification; `a` means ``(1 - a, 1 + a)``.
    intensity : float or pair
        Change of contrast (a factor ``1 + u``) and of brightness (`v` standard deviations of the
        training part), with `u` and `v` from ``(-a, a)``.
    noise : float or pair
        Standard deviation of Gaussian noise, in those of the training part; `a` means ``(0, a)``.

    Examples
    --------
    >>> import torch
    >>> from imgpipe.learn.networks import Augmentation
    >>> batch = torch.arange(9.0).reshape(1, 1, 3, 3)
    >>> mirror = Augmentation(flip_horizontal=1, crop=0, intensity=0, noise=0)
    >>> mirror(batch, torch.Generator().manual_seed(0))[0, 0].tolist()
    [[2.0, 1.0, 0.0], [5.0, 4.0, 3.0], [8.0, 7.0, 6.0]]
    """

    def __init__(
        self,
        *,
        flip_horizontal: float = 0.0,
        flip_vertical: float = 0.0,
        rotation: Any = 0.0,
        shift: Any = 0.0,
        crop: Any = 2,
        scale: Any = 0.0,
        intensity: Any = 0.2,
        noise: Any = 0.2,
    ) -> None:
        self.flip_horizontal = flip_horizontal
        self.flip_vertical = flip_vertical
        self.rotation = rotation
        self.shift = shift
        self.crop = crop
        self.scale = scale
        self.intensity = intensity
        self.noise = noise

    def check(self) -> None:
        """Refuse ranges that mean nothing.

        Raises
        ------
        InputError
            Naming the range.
        """
        for name, value in self.get_params().items():
            for bound in value if isinstance(value, tuple | list) else (value,):
                require_number(name, bound)
        for name in ("flip_horizontal", "flip_vertical"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InputError(f"{name} is {value}; it is a probability, from 0 to 1")
        for name, low in (("rotation", None), ("shift", None), ("intensity", -1.0)):
            self._range(name, least=low)
        if self._range("scale", around=1.0, least=0.0)[0] == 0:
            raise InputError(f"scale is {self.scale}; factors must be above 0")
        self._range("noise", from_zero=True, least=0.0)
        if any(bound != int(bound) for bound in self._range("crop")):
            raise InputError(f"crop is {self.crop}; give whole pixels (shift takes fractions)")

    def __call__(self, batch: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Change a batch.

        Parameters
        ----------
        batch : Tensor of float, shape (n, c, h, w)
            Standardised images; left as it is.
        generator : torch.Generator
            Source of all randomness, on the batch's device.

        Returns
        -------
        Tensor, shape (n, c, h, w)
        """
        for axis, chance in ((3, self.flip_horizontal), (2, self.flip_vertical)):
            if chance:
                batch = _flip(batch, axis, chance, generator)
        rotation, shift = self._range("rotation"), self._range("shift")
        scale = self._range("scale", around=1.0)
        if (rotation, shift, scale) != ((0.0, 0.0), (0.0, 0.0), (1.0, 1.0)):
            batch = _warp(batch, rotation, shift, scale, generator)
        low, high = self._range("crop")
        if (low, high) != (0, 0):
            batch = _crop(batch, int(low), int(high), generator)
        each = (len(batch), 1, 1, 1)
        if (bounds := self._range("intensity")) != (0.0, 0.0):
            contrast = 1 + _uniform(each, bounds, batch, generator)
            batch = batch * contrast + _uniform(each, bounds, batch, generator)
        if (bounds := self._range("noise", from_zero=True)) != (0.0, 0.0):
            deviation = _uniform(each, bounds, batch, generator)
            noise = torch.empty_like(batch).normal_(generator=generator)
            batch = torch.addcmul(batch, noise, deviation)
        return batch

    def _range(
        self,
        name: str,
        *,
        around: float = 0.0,
        from_zero: bool = False,
        least: float | None = None,
    ) -> tuple[float, float]:
        """Read a number or a pair as ``(low, high)``."""
        value = getattr(self, name)
        if isinstance(value, tuple | list):
            if len(value) != 2 or not value[0] <= value[1]:
                raise InputError(f"{name} is {value}; give a number or a pair (low, high)")
            low, high = float(value[0]), float(value[1])
        else:
            if not 0 <= value < math.inf:
                raise InputError(f"{name} is {value}; give a number from 0, or a pair (low, high)")
            low, high = (0.0 if from_zero else around - value), around + float(value)
        if least is not None and low < least:
            raise InputError(f"{name} is {value}; nothing below {least:g} makes sense")
        return low, high


def _uniform(
    shape: tuple[int, ...], bounds: tuple[float, float], like: torch.Tensor, gen: torch.Generator
) -> torch.Tensor:
    drawn = torch.rand(shape, generator=gen, device=like.device, dtype=like.dtype)
    return bounds[0] + (bounds[1] - bounds[0]) * drawn


def _flip(batch: torch.Tensor, axis: int, chance: float, gen: torch.Generator) -> torch.Tensor:
    drawn = torch.rand((len(batch), 1, 1, 1), generator=gen, device=batch.device)
    return torch.where(drawn < chance, batch.flip(axis), batch)


def _crop(batch: torch.Tensor, low: int, high: int, gen: torch.Generator) -> torch.Tensor:
    """Move each image by whole pixels; one gather for the batch."""
    n, _, h, w = batch.shape
    dy, dx = torch.randint(low, high + 1, (2, n, 1), generator=gen, device=batch.device)
    rows = (torch.arange(h, device=batch.device) + dy).clamp_(0, h - 1)
    columns = (torch.arange(w, device=batch.device) + dx).clamp_(0, w - 1)
    which = torch.arange(n, device=batch.device)[:, None, None]
    # channels come out last in memory, which is how the convolutions want them
    return batch.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]].permute(
        0, 3, 1, 2
    )


def _warp(
    batch: torch.Tensor,
    rotation: tuple[float, float],
    shift: tuple[float, float],
    scale: tuple[float, float],
    gen: torch.Generator,
) -> torch.Tensor:
    """Rotate about the centre, magnify and shift each image, bilinearly."""
    n, _, h, w = batch.shape
    angle = torch.deg2rad(_uniform((n,), rotation, batch, gen))
    dy = _uniform((n,), shift, batch, gen)
    dx = _uniform((n,), shift, batch, gen)
    factor = _uniform((n,), scale, batch, gen)
    cos, sin = torch.cos(angle) / factor, torch.sin(angle) / factor
    # from output to input, in coordinates of -1 to 1 along each side, where rows point down
    theta = torch.stack(
        [
            torch.stack([cos, -sin * (h / w), -2 * dx / w], dim=1),
            torch.stack([sin * (w / h), cos, -2 * dy / h], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, list(batch.shape), align_corners=False)
    return functional.grid_sample(batch, grid, padding_mode="border", align_corners=False)
