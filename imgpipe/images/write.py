"""Write pixels to a file that appears whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, atomic_path, needed_for, shown, suffix_of
from imgpipe.images.encoders.nifti import write_nifti
from imgpipe.images.encoders.nrrd import write_nrrd
from imgpipe.images.encoders.written import Written
from imgpipe.images.formats.opencv import cv2
from imgpipe.images.image import Image, lengths
from imgpipe.images.place import Place

JPEG_QUALITY = 95


def write(
    path: str | os.PathLike[str],
    pixels: np.ndarray | Image,
    *,
    channel_axis: int | None = None,
    spacing: tuple[float, ...] | None = None,
    place: Place | None = None,
) -> None:
    """Write an image by the suffix of its path, dtype kept.

    Parameters
    ----------
    path : path-like
        ``.png`` (uint8, uint16, bool), ``.jpg`` or ``.jpeg`` (uint8; lossy, quality 95), ``.tif``
        or ``.tiff`` (any integer or float; volumes too), ``.npy`` (anything numeric), or ``.nii``,
        ``.nii.gz`` or ``.nrrd`` (integers, float32 and float64; volumes with spacing and place).
    pixels : array_like or Image
        ``(y, x)``, or a volume ``(z, y, x)``, which PNG and JPEG do not hold; with one more axis
        for colour. An `Image` brings its channel axis, spacing, place and unit, as far as the
        format keeps them (the unit: NRRD alone); its mask is an image of its own.
    channel_axis : int or None, default None
        Axis of the three colour channels. They are stored last.
    spacing : tuple of float, optional
        Distance of neighbouring pixels along each axis in mm, for NIfTI and NRRD.
    place : Place, optional
        Where they lie in the patient, for NIfTI and NRRD; it needs a spacing.

    Raises
    ------
    InputError
        If the format cannot hold the pixels or their place as they are, the suffix is unknown, or
        the file cannot be written. The message says what would do.

    Notes
    -----
    A bool array becomes uint8 in every format but NPY. NIfTI keeps lengths in 32 bits, NRRD in 64.
    A volume of one slice is read again as an image of two axes.

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
    suffix = suffix_of(path)
    if suffix not in WRITERS and suffix not in VOLUME_WRITERS:
        raise InputError(f"{shown(path)}: cannot write {suffix or 'a file without suffix'}; "
                         f"choose one of {', '.join([*WRITERS, *VOLUME_WRITERS])}")  # fmt: skip
    if suffix in WRITERS and (spacing is not None or place is not None):
        raise InputError(
            f"{shown(path)}: keeps no spacing or place; write to {', '.join(VOLUME_WRITERS)}"
        )
    unit = None
    if isinstance(pixels, Image):
        channel_axis = pixels.channel_axis if channel_axis is None else channel_axis
        spacing = pixels.spacing if spacing is None else spacing
        place = pixels.place if place is None else place
        unit = pixels.unit
        pixels = pixels.pixels
    pixels = np.asarray(pixels)
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
    pixels = np.ascontiguousarray(pixels)
    colour = channel_axis is not None
    try:
        with atomic_path(path) as scratch:
            if suffix in WRITERS:
                WRITERS[suffix](scratch, pixels, colour, path)
            else:
                located = _located(path, depth, spacing, place)
                image = Written(pixels, colour, *located, unit).as_volume()
                VOLUME_WRITERS[suffix](scratch, image, path)
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror or error}") from None


def _located(
    path: Path, depth: int, spacing: tuple[float, ...] | None, place: Place | None
) -> tuple[tuple[float, ...] | None, Place | None]:
    """Spacing and place that fit the axes."""
    spacing = lengths(spacing)
    if spacing is not None and (len(spacing) != depth or not _usable(spacing)):
        raise InputError(
            f"{shown(path)}: spacing={spacing}; {depth} positive lengths in mm are needed"
        )
    if place is not None and spacing is None:
        raise InputError(f"{shown(path)}: a place without spacing cannot be written; give it one")
    if place is not None and (
        np.shape(place.directions) != (depth, 3) or not np.isfinite(place.origin).all()
    ):
        raise InputError(f"{shown(path)}: its place is not that of an image of {depth} axes")
    return spacing, place


def _usable(spacing: tuple[float, ...]) -> bool:
    return bool(np.isfinite(spacing).all()) and min(spacing) > 0


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
        from PIL import Image as Picture
    Picture.fromarray(pixels).save(scratch, format="PNG")


def _write_jpeg(scratch: Path, pixels: np.ndarray, colour: bool, path: Path) -> None:
    with needed_for("writing JPEG"):
        from PIL import Image as Picture
    _require(path, pixels, colour, (np.uint8,))
    Picture.fromarray(pixels).save(scratch, format="JPEG", quality=JPEG_QUALITY)


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
        raise InputError(
            f"{shown(path)}: holds no volumes; write {pixels.shape} to .tif, .npy, .nii.gz or .nrrd"
        )
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
VOLUME_WRITERS: dict[str, Callable[[Path, Written, Path], None]] = {
    ".nii": write_nifti,
    ".nii.gz": write_nifti,
    ".nrrd": write_nrrd,
}
