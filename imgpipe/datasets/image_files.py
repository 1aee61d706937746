"""Images that stay in their files until they are asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, track
from imgpipe.images import read, resize

MEMORY_LIMIT = 2**30
"""Bytes of decoded pixels that are kept in memory; larger sets are read image by image."""


@dataclass(frozen=True)
class ImageFiles(Sequence[Any]):
    """Image files as a sequence of arrays; each access reads one file.

    An integer gives an array; a slice, an array of integers or a boolean mask gives another
    `ImageFiles`. Holds only paths, so that it is cheap to send to another process.

    Parameters
    ----------
    paths : tuple of str
        The files.
    shapes : tuple of tuple of int
        Shape of each array, known without reading.
    size : int, tuple of int or None
        Resize on reading.
    channel_axis : int or None
        -1 where all images are given in colour; gray files are then spread over three channels.
    mask : bool, default False
        Give booleans, True where the file is nonzero, resized without smoothing.
    """

    paths: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    size: int | tuple[int, ...] | None = None
    channel_axis: int | None = None
    mask: bool = False

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int | np.integer):
            if not -len(self) <= index < len(self):
                raise IndexError(f"image {index} of {len(self)}")
            return self._read(self.paths[index])
        chosen = np.arange(len(self))[index]
        return ImageFiles(
            tuple(self.paths[i] for i in chosen),
            tuple(self.shapes[i] for i in chosen),
            self.size,
            self.channel_axis,
            self.mask,
        )

    def _read(self, path: str) -> np.ndarray:
        image = read(path)
        if self.mask:
            return _mask(image.pixels, image.channel_axis, self.size)
        return _fit(image.pixels, image.channel_axis, self.channel_axis, self.size)


def read_files(
    where: str, paths: Sequence[Path], size: int | tuple[int, ...] | None
) -> tuple[np.ndarray | ImageFiles, int | None, list[str]]:
    """Give images, channel axis and warnings of files, each decoded now to find the bad ones."""
    decoded = _decode(where, paths, size)
    shapes, axes, kept = decoded.shapes, decoded.axes, decoded.kept
    colours = Counter(axes)
    channel_axis = -1 if colours[-1] else None
    warnings = _mixtures(decoded.dtypes, colours)
    if len(colours) > 1:
        shapes = [s if axis else (*s, 3) for s, axis in zip(shapes, axes, strict=True)]
    files = ImageFiles(tuple(map(str, paths)), tuple(shapes), size, channel_axis)
    if len(kept) < len(paths) or len(set(shapes)) > 1 or len(decoded.dtypes) > 1:
        return files, channel_axis, warnings
    if len(colours) > 1:
        kept = [_fit(p, axis, -1, None) for p, axis in zip(kept, axes, strict=True)]
    return np.stack(kept), channel_axis, warnings


@dataclass
class _Decoded:
    """What files hold; pixels are kept as long as all of them fit into memory."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)
    axes: list[int | None] = field(default_factory=list)
    dtypes: Counter[str] = field(default_factory=Counter)
    kept: list[np.ndarray] = field(default_factory=list)


def _decode(where: str, paths: Sequence[Path], size: int | tuple[int, ...] | None) -> _Decoded:
    """Decode all files; name those that cannot be read."""
    decoded, bad, room = _Decoded(), [], MEMORY_LIMIT
    for path in track(paths, "reading images"):
        try:
            image = read(path)
            pixels = _fit(image.pixels, image.channel_axis, image.channel_axis, size)
        except InputError as error:
            bad.append(str(error))
            continue
        decoded.shapes.append(pixels.shape)
        decoded.axes.append(image.channel_axis)
        decoded.dtypes[str(pixels.dtype)] += 1
        room -= pixels.nbytes
        if room >= 0:
            decoded.kept.append(pixels)
        else:
            decoded.kept.clear()
    if bad:
        more = f"; and {len(bad) - 3} more" if len(bad) > 3 else ""
        raise InputError(
            f"{where}: {len(bad)} of {len(paths)} images cannot be read: {'; '.join(bad[:3])}{more}"
        )
    return decoded


def read_masks(
    where: str,
    paths: Sequence[Path],
    shapes: Sequence[tuple[int, ...]],
    size: int | tuple[int, ...] | None,
) -> ImageFiles:
    """Masks as a sequence, each decoded once and compared with its image's shape."""
    for path, shape in track(list(zip(paths, shapes, strict=True)), "reading masks"):
        image = read(path)
        inside = _mask(image.pixels, image.channel_axis, size)
        if inside.shape != tuple(shape):
            raise InputError(
                f"{where}: the mask {path} is {inside.shape}, its image {tuple(shape)}"
            )
    return ImageFiles(tuple(map(str, paths)), tuple(map(tuple, shapes)), size, None, True)


def resize_stack(
    images: np.ndarray, size: int | tuple[int, ...] | None, channel_axis: int | None
) -> np.ndarray:
    """All images of a stack resized."""
    if size is None:
        return images
    # a stack is resized like a volume, slice by slice; in portions, since sums are in float64
    portions = [
        resize(images[at : at + 256], size, channel_axis) for at in range(0, len(images), 256)
    ]
    return np.concatenate(portions)


def _fit(
    pixels: np.ndarray,
    channel_axis: int | None,
    wanted: int | None,
    size: int | tuple[int, ...] | None,
) -> np.ndarray:
    """Pixels resized and, where colour is wanted, in three channels."""
    if size is not None:
        pixels = resize(pixels, size, channel_axis)
    if channel_axis is None and wanted is not None:
        pixels = np.repeat(pixels[..., None], 3, axis=-1)
    return pixels


def _mask(
    pixels: np.ndarray, channel_axis: int | None, size: int | tuple[int, ...] | None
) -> np.ndarray:
    """Give True inside; resize by the nearest pixel, so that no new border values appear."""
    inside = pixels != 0 if channel_axis is None else (pixels != 0).any(axis=channel_axis)
    if size is None:
        return inside
    for axis, n in zip((-2, -1), (size, size) if isinstance(size, int) else size, strict=True):
        nearest = ((np.arange(n) + 0.5) * inside.shape[axis] / n).astype(np.intp)
        inside = np.take(inside, nearest, axis=axis)
    return inside


def _mixtures(dtypes: Counter[str], colours: Counter[int | None]) -> list[str]:
    """Say what a reader should know about files of different kinds."""
    warnings = []
    if len(dtypes) > 1:
        kinds = ", ".join(f"{dtype}: {n}" for dtype, n in dtypes.most_common())
        warnings.append(f"images of {len(dtypes)} pixel types ({kinds})")
    if len(colours) > 1:
        warnings.append(
            f"{colours[None]} gray images among {colours[-1]} in colour: "
            "gray was repeated in three channels"
        )
    return warnings
