"""What reading gives, and the limit on what is read."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.array_like import ArrayLike
from imgpipe.images.place import Place
from imgpipe.images.windows import Window

MAX_PIXELS = 2**28
"""Pixels (frames included, channels not) that one file may declare: 512 x 512 x 1024."""
_most: ContextVar[int] = ContextVar("most_pixels", default=MAX_PIXELS)


class TooManyPixels(InputError):
    """A file that declares more pixels than are read."""

    code = "TOO-LARGE"


DICOM_SUFFIXES = frozenset({".dcm", ".dicom", ".ima"})

VOLUME_SUFFIXES = frozenset({".nii", ".nii.gz", ".nrrd", ".nhdr"})
SUFFIXES = (
    DICOM_SUFFIXES | VOLUME_SUFFIXES | {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".npy"}
)
"""Suffixes, in lower case, of the files that folders are searched for."""


@dataclass(frozen=True, eq=False, repr=False)
class Image(ArrayLike):
    """Pixels, what their axes mean, and which of them count.

    NumPy takes an image for its pixels: ``np.asarray(image)``, ``image.shape``, ``image + 1``.

    Parameters
    ----------
    pixels : ndarray
        ``(y, x)`` for an image, ``(z, y, x)`` for a volume, with one more axis for colour.
        Any of bool, 8- to 64-bit integers, float32 and float64, in native byte order.
    channel_axis : int or None
        Axis of the colour channels (always -1 from `read`), None for gray.
    spacing : tuple of float or None
        Distance of neighbouring pixels in mm, one for each axis but the channels, None if unknown.
    mask : ndarray of bool or int, optional
        Region of interest, nonzero inside; shaped like the pixels without channels. None for the
        whole image.
    id : str, optional
        What errors and tables call it: the path as given, or its index.
    warnings : tuple of str
        What a reader should know of how it was read.
    place : Place, optional
        Where it lies in the patient.
    unit : str, optional
        Of the values: ``"HU"``, ``"SUV"`` or what a file names.
    windows : tuple of Window
        Those that the file recommends, in its order.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image
    >>> image = Image(np.zeros((4, 6), np.uint8), spacing=(0.5, 0.5))
    >>> image.shape, image.spacing
    ((4, 6), (0.5, 0.5))
    """

    pixels: np.ndarray
    channel_axis: int | None = None
    spacing: tuple[float, ...] | None = None
    mask: np.ndarray | None = None
    id: str | None = None
    warnings: tuple[str, ...] = ()
    place: Place | None = None
    unit: str | None = None
    windows: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        settle = partial(object.__setattr__, self)
        if not isinstance(self.pixels, np.ndarray):
            settle("pixels", np.asarray(self.pixels))
        shape = spatial(self.pixels.shape, self.channel_axis)
        spacing = lengths(self.spacing)
        if spacing is not None and len(spacing) != len(shape):
            raise InputError(f"spacing has {len(spacing)} values for an image of {len(shape)} axes")
        settle("spacing", spacing)
        if self.mask is not None:
            settle("mask", usable_mask(self.mask, "the mask", shape))

    def __repr__(self) -> str:
        size = "x".join(map(str, self.pixels.shape))
        name = "" if self.id is None else f" {self.id}"
        masked = "" if self.mask is None else ", masked"
        return f"<Image{name}: {size} {self.pixels.dtype}{masked}>"

    def _repr_html_(self) -> str:
        from imgpipe.images.shown import show_image

        return show_image(self)

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: Any) -> Any:
        return self.pixels[index]

    def described(self, spacing: tuple[float, ...] | None, channel_axis: int | None) -> "Image":
        """Give spacing and channels where they are told."""
        axis = self.channel_axis if channel_axis is None else channel_axis
        return replace(self, spacing=spacing or self.spacing, channel_axis=axis)

    @property
    def origin(self) -> np.ndarray | None:
        """Coordinates of the first pixel's centre, mm; None where they are not known."""
        return None if self.place is None else self.place.origin

    @property
    def directions(self) -> np.ndarray | None:
        """Unit vectors along the axes of the array; None where they are not known."""
        return None if self.place is None else self.place.directions

    @property
    def spatial_shape(self) -> tuple[int, ...]:
        """Shape without the channels, that of a mask."""
        return spatial(self.pixels.shape, self.channel_axis)


def real_image(image: Any, verb: str) -> Image:
    """Take an array for a gray image; refuse what holds no real numbers.

    Parameters
    ----------
    image : Image or array_like
    verb : str
        What is done with it, in messages: ``"enhanced"``.
    """
    given = image if isinstance(image, Image) else Image(np.asarray(image))
    pixels = given.pixels
    if pixels.dtype.kind not in "buif":
        raise InputError(f"pixels of dtype {pixels.dtype} cannot be {verb}; give real numbers")
    axes = len(given.spatial_shape)
    if axes not in (2, 3) or pixels.size == 0:
        raise InputError(
            f"an image of shape {pixels.shape} is neither (y, x) nor (z, y, x) with pixels"
        )
    return given


def spatial(shape: Sequence[int], channel_axis: int | None) -> tuple[int, ...]:
    """Shape of an image without its channels."""
    if channel_axis is None:
        return tuple(shape)
    if not -len(shape) <= channel_axis < len(shape):
        raise InputError(
            f"channel_axis={channel_axis} is no axis of an image of shape {tuple(shape)}"
        )
    axis = channel_axis % len(shape)
    return (*shape[:axis], *shape[axis + 1 :])


def lengths(spacing: Any) -> tuple[float, ...] | None:
    """Spacing as it is carried: one number for each axis."""
    if spacing is None or (isinstance(spacing, tuple) and all(type(s) is float for s in spacing)):
        return spacing
    try:
        return tuple(float(value) for value in spacing)
    except (TypeError, ValueError):
        raise InputError(f"spacing={spacing!r}; one length in mm for each axis is needed") from None


def is_distance(length: float) -> bool:
    """Whether pixels can be this far apart, in mm: their areas and volumes are numbers, too."""
    return 1e-12 < length < 1e12


def check_unmasked(values: Any, what: str) -> None:
    """Refuse an array of NumPy some of whose values are masked: what is masked would count."""
    if np.ma.is_masked(values):
        raise InputError(f"{what}: an array with masked values; give plain numbers, as by filled()")


def usable_mask(mask: Any, what: str, shape: tuple[int, ...]) -> np.ndarray:
    """Masks as arrays that say of each pixel whether it is inside."""
    check_unmasked(mask, what)
    mask = np.asarray(mask)
    if mask.dtype.kind not in "biuf":
        raise InputError(
            f"{what} has dtype {mask.dtype}; bool, or numbers with 0 outside, are masks"
        )
    if mask.shape != shape:
        raise InputError(f"{what} has shape {mask.shape}, but the image has {shape}")
    if mask.dtype.kind == "f" and not np.isfinite(mask).all():
        raise InputError(f"{what} holds NaN or infinite values; 0 is outside, all else inside")
    return mask


def check_budget(what: str, shape: Sequence[int]) -> None:
    """Refuse declared dimensions that are empty or beyond the budget, before any allocation."""
    dimensions = " x ".join(str(n) for n in shape)
    if any(n < 1 for n in shape):
        raise InputError(f"{what}: declares an image of {dimensions} pixels")
    most = _most.get()
    if math.prod(shape) > most:
        raise TooManyPixels(
            f"{what}: declares {dimensions} pixels, more than the {most} that are read"
        )


@contextmanager
def pixels_at_most(n: int) -> Iterator[None]:
    """Let a file declare up to `n` pixels, no more than `MAX_PIXELS`, inside the block."""
    token = _most.set(min(n, MAX_PIXELS))
    try:
        yield
    finally:
        _most.reset(token)


def settle(what: str, pixels: np.ndarray) -> np.ndarray:
    """Native, contiguous pixels of a dtype that the rest of the package works on."""
    if pixels.dtype.kind == "f" and pixels.dtype.itemsize == 2:  # in either byte order
        pixels = pixels.astype(np.float32)
    if pixels.dtype.kind not in "buif" or pixels.dtype.itemsize > 8:
        raise InputError(
            f"{what}: pixels of dtype {pixels.dtype}; bool, integers and floats are read"
        )
    return np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))
