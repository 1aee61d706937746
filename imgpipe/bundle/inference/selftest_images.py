"""Images out of nothing, to the bit the same on every machine: what a self-test looks at."""

import hashlib

import numpy as np

from imgpipe.images import Image, Images
from imgpipe.learn.trained import TrainedModel

_BLOCK = 8  # pixels from one node of the coarse pattern to the next
_LEVELS = 2**16
# by kind and bytes of the dtype; twelve bits are what scanners give, and wide dtypes may hold
_RANGES = {
    "i1": (-128, 127),
    "u1": (0, 255),
    "i": (-1024, 3071),
    "u": (0, 4095),
}


def made_up_images(model: TrainedModel, count: int) -> Images:
    """Make images as a model takes them: blobs under noise, with a mask where it needs one.

    No image of the training is looked at, and no random generator, which another version of NumPy
    might run otherwise.
    """
    spatial = model.image_shape if model.channel_axis is None else model.image_shape[:-1]
    mask = None if model.region == "image" else _ellipse(spatial)
    dtype = np.dtype(model.dtype)
    pixels = [_pixels(model.image_shape, len(spatial), dtype, n) for n in range(count)]
    images = Images([Image(each, model.channel_axis, mask=mask) for each in pixels])
    return images.with_region(model.region)


def digest_of(images: Images) -> str:
    """Hash the pixels of made-up images, little-endian."""
    digest = hashlib.sha256()
    for image in images:
        digest.update(image.pixels.astype(image.pixels.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def made_up_points(centre: np.ndarray, spread: np.ndarray, count: int) -> np.ndarray:
    """Make rows of features within one and a half spreads of the centre, float64 (count, f)."""
    steps = _noise(count * len(centre), _LEVELS).reshape(count, -1) / _LEVELS  # 0 to 1
    points: np.ndarray = centre + (3.0 * steps - 1.5) * spread
    return points


def _pixels(shape: tuple[int, ...], axes: int, dtype: np.dtype, number: int) -> np.ndarray:
    """Blobs and noise, 3 : 1, in the dtype's range; in whole numbers throughout."""
    noise = _noise(int(np.prod(shape)), 2 * number).reshape(shape)
    levels = (3 * _blobs(shape, axes, 2 * number + 1) + noise) // 4
    if dtype.kind == "b":
        return levels >= _LEVELS // 2
    if dtype.kind == "f":
        return (levels / _LEVELS).astype(dtype)
    low, high = _RANGES.get(f"{dtype.kind}{dtype.itemsize}") or _RANGES[dtype.kind]
    return (low + levels * (high - low + 1) // _LEVELS).astype(dtype)


def _blobs(shape: tuple[int, ...], axes: int, number: int) -> np.ndarray:
    """Noise on a coarse grid, and straight lines between its nodes along each axis but colour."""
    coarse = tuple(n // _BLOCK + 2 if a < axes else n for a, n in enumerate(shape))
    values = _noise(int(np.prod(coarse)), number).reshape(coarse)
    for axis in range(axes):
        place = np.arange(shape[axis])
        before = np.take(values, place // _BLOCK, axis)
        after = np.take(values, place // _BLOCK + 1, axis)
        weight = np.expand_dims(place % _BLOCK, tuple(a for a in range(len(shape)) if a != axis))
        values = (before * (_BLOCK - weight) + after * weight) // _BLOCK
    return values


def _ellipse(shape: tuple[int, ...]) -> np.ndarray:
    """Mask of half the height and half the width, in the middle; at least the middle pixel."""
    inside = np.zeros(shape)
    for axis, n in enumerate(shape):
        away = 2 * np.arange(n) + 1 - n  # from the middle, in half pixels
        others = tuple(a for a in range(len(shape)) if a != axis)
        inside = inside + np.expand_dims((2 * away) ** 2 / n**2, others)
    mask: np.ndarray = inside <= 1.0
    mask[tuple(n // 2 for n in shape)] = True
    return mask


def _noise(count: int, stream: int) -> np.ndarray:
    """Numbers from 0 to 65535, int64: Vigna's SplitMix64."""
    state = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(stream << 32)
    mixed = state * np.uint64(0x9E3779B97F4A7C15)  # overflow is meant
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(48)).astype(np.int64)
