"""Write pixels to a file that appears whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, atomic_path, needed_for, shown
from imgpipe.images.formats.opencv import cv2

JPEG_QUALITY = 95


def write(
    path: str | os.PathLike[str], pixels: np.ndarray, *, channel_axis: int | None = None
) -> None:
    """Write an image by the suffix of its path, dtype kept.

    Parameters
    ----------
    path : path-like
        ``.png`` (uint8, uint16, bool), ``.jpg`` or ``.jpeg`` (uint8; lossy, quality 95), ``.tif``
        or ``.tiff`` (any integer or float; volumes too) or ``.npy`` (anything numeric).
    pixels : array_like
        ``(y, x)``, or a volume ``(z, y, x)`` for TIFF and NPY; with one more axis for colour.
    channel_axis : int or None, default None
        Axis of the three colour channels. They are stored last.

    Raises
    ------
    InputError
        If the format cannot hold the pixels as they are, the suffix is unknown, or the file
        cannot be written. The message says what would do.

    Examples
    --------
    >>> import numpy as np, tempfile, pathlib
    >>> from imgpipe import images
    >>> path = pathlib.Path(tempfile.mkdtemp(), "slice.tif")
    >>> images.write(path, np.full((8, 6), -1000, np.int16))
    >>> int(images.read(path).pixels.min())
    -1000
    """
    path = Path(path)
    pixels = np.asarray(pixels)
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"{shown(path)}: cannot write {path.suffix or 'a file without suffix'}; "
                         f"choose one of {', '.join(WRITERS)}")  # fmt: skip
    if channel_axis is not None:
        pixels = np.moveaxis(pixels, channel_axis, -1)
        if pixels.shape[-1] != 3:
            raise InputError(
                f"{shown(path)}: {pixels.shape[-1]} channels; 3 (red, green, blue) are written"
            )
    if pixels.size == 0 or pixels.dtype.kind not in "buif":
        raise InputError(
            f"{shown(path)}: cannot write an array of shape {pixels.shape}, {pixels.dtype}"
        )
    depth = pixels.ndim - (channel_axis is not None)
    if not 2 <= depth <= 3:
        raise InputError(
            f"{shown(path)}: an array of shape {pixels.shape}; an image has 2 or 3 axes"
        )
    try:
        with atomic_path(path) as scratch:
            writer(scratch, np.ascontiguousarray(pixels), channel_axis is not None, path)
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror or error}") from None


def _write_png(scratch: Path, pixels: np.ndarray, colour: bool, path: Path) -> None:
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * 255
    _require(path, pixels, colour, (np.uint8, np.uint16))
    if colour and pixels.dtype == np.uint16:
        library = cv2()
        done, coded = library.imencode(".png", np.ascontiguousarray(pixels[..., ::-1]))
        if not done:
            raise OSError("OpenCV could not encode it")
        scratch.write_bytes(coded.tobytes())
        return
    with needed_for("writing PNG"):
        from PIL import Image
    Image.fromarray(pixels).save(scratch, format="PNG")


def _write_jpeg(scratch: Path, pixels: np.ndarray, colour: bool, path: Path) -> None:
    with needed_for("writing JPEG"):
        from PIL import Image
    _require(path, pixels, colour, (np.uint8,))
    Image.fromarray(pixels).save(scratch, format="JPEG", quality=JPEG_QUALITY)


def _write_tiff(scratch: Path, pixels: np.ndarray, colour: bool, path: Path) -> None:
    with needed_for("writing TIFF"):
        import tifffile
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * 255
    tifffile.imwrite(scratch, pixels, photometric="rgb" if colour else "minisblack", metadata=None)


def _write_npy(scratch: Path, pixels: np.ndarray, colour: bool, path: Path) -> None:
    np.save(scratch, pixels, allow_pickle=False)


def _require(path: Path, pixels: np.ndarray, colour: bool, dtypes: tuple[type, ...]) -> None:
    """Refuse what a format for one image of these dtypes cannot hold."""
    if pixels.ndim - colour != 2:
        raise InputError(f"{shown(path)}: holds no volumes; write {pixels.shape} to .tif or .npy")
    if pixels.dtype not in dtypes:
        names = " or ".join(np.dtype(dtype).name for dtype in dtypes)
        raise InputError(
            f"{shown(path)}: holds {names}, not {pixels.dtype}; "
            "write to .tif or .npy, or bring it to 0 to 1 by a window first (images.window, "
            "imgpipe filter window)"
        )


WRITERS: dict[str, Callable[[Path, np.ndarray, bool, Path], None]] = {
    ".png": _write_png,
    ".jpg": _write_jpeg,
    ".jpeg": _write_jpeg,
    ".tif": _write_tiff,
    ".tiff": _write_tiff,
    ".npy": _write_npy,
}
