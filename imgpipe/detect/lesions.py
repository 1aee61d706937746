"""Images with the boxes of their lesions, from files."""

import hashlib
import math
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown, track
from imgpipe._common.texts import counted, say
from imgpipe.datasets.dataset import stem
from imgpipe.datasets.files.reading import Reading
from imgpipe.datasets.unlabelled import list_images
from imgpipe.detect.boxes import boxes_of, boxes_within, checked_boxes, corners
from imgpipe.detect.judging.copies import copies
from imgpipe.detect.judging.patients import patients_of
from imgpipe.detect.judging.tables import read_boxes
from imgpipe.images import Images


@dataclass(frozen=True, eq=False)
class Lesions:
    """Images, and where their lesions are.

    Parameters
    ----------
    name : str
        Of the data.
    images : Images
        Without masks, which would tell a detector where to look.
    boxes : tuple of ndarray of float64
        For each image, a box a row, in pixels.
    patients : ndarray of str or None
        None where nothing says whose images they are.
    warnings : tuple of str
    data_hash : str
        SHA-256 of the pixels and the boxes.
    sizes : tuple of float
        Diameters of the smallest and the largest lesion, the geometric mean of a box's sides: in mm
        where images have a spacing, else in pixels.
    spacings : tuple
        Of each image, in mm; None where it is not known.
    """

    name: str
    images: Images = field(repr=False)
    boxes: tuple[np.ndarray, ...] = field(repr=False)
    patients: np.ndarray | None = field(repr=False)
    warnings: tuple[str, ...] = ()
    data_hash: str = ""
    sizes: tuple[float, float] = (0.0, math.inf)
    spacings: tuple[tuple[float, ...] | None, ...] = field(default=(), repr=False)

    @property
    def axes(self) -> int:
        """2 for images, 3 for volumes."""
        return self.boxes[0].shape[1] // 2


def load_lesions(
    source: str | os.PathLike[str],
    *,
    boxes: str | os.PathLike[str] | None = None,
    each: str | None = None,
    groups: str | None = None,
    ids: str | None = None,
    slices: str | None = None,
    volumes: bool | None = None,
    series: str | None = None,
    allow_gaps: bool = False,
    needed: bool = True,
) -> Lesions:
    """Load images with the boxes of their lesions; labels are passed over.

    Parameters
    ----------
    source : path-like
        A folder with masks beside images (``x_mask.png``, ``masks/x.png``), a manifest with the
        columns ``path, mask``, an NPZ file with ``images`` and ``masks``, or a registered name, as
        in `imgpipe.datasets.find_images`. An image without a mask has no lesion.
    boxes : path-like, optional
        A table of boxes, in place of masks: ``path, y0, x0, y1, x1`` in pixels, the far side not
        included; ``z0`` and ``z1`` for volumes.
    each : {"component", "label"}, optional
        What of a mask is a lesion, as in `boxes_of`.
    groups : str, optional
        Column, or key, of the patients; for a folder ``"folder"`` or ``"re:PATTERN"``.
    ids : {"exact"}, optional
        As in `imgpipe.datasets.load`, of patients.
    slices, volumes, series, allow_gaps
        As in `imgpipe.datasets.find_images`.
    needed : bool
        Whether it is an error that no image has a lesion.

    Returns
    -------
    Lesions

    Raises
    ------
    InputError
        If there is no lesion at all, an image cannot be read or is there twice, or a box lies
        outside its image.

    Examples
    --------
    >>> from imgpipe.detect import load_lesions
    >>> data = load_lesions("scans/", groups="folder")  # doctest: +SKIP
    """
    reading = Reading(None, "stretch", slices, volumes, series, allow_gaps)
    listing = list_images(source, reading)
    images, where = listing.images, shown(source)
    if groups is not None and not isinstance(groups, str):
        raise InputError(
            f"groups is of type {type(groups).__name__}; give the name of a column or a key, "
            "'folder' or 're:PATTERN'"
        )
    if ids not in (None, "exact"):
        raise InputError(f"ids={ids!r}; 'exact' is what can be said of them")
    patients, notes = patients_of(source, groups, listing.names, exact=ids == "exact")
    if patients is None:
        if ids is not None:
            raise InputError(f"ids={ids!r} is of patients, but {where} names none; see groups")
        notes.append(say("nothing says whose images they are: each was taken for one patient's"))
    told = None if boxes is None else read_boxes(boxes, images.ids)
    found, sizes, spacings, digests, pixels = [], [], [], [], []
    for i in track(range(len(images)), "reading images", lines=True):
        image = images[i]
        found.append(_boxes_of(image, None if told is None else told[i], each))
        spacings.append(image.spacing)
        sizes += _diameters(found[-1], image.spacing)
        digests.append(_digest(image.pixels))
        pixels.append(digests[-1] if np.ptp(image.pixels) else b"")
    axes = {rows.shape[1] // 2 for rows in found}
    if len(axes) > 1:
        raise InputError(
            f"{where}: images and volumes together; take slices of the volumes (--slices), or "
            "leave one kind out"
        )
    if needed and not any(map(len, found)):
        raise InputError(f"{where}: no lesion in any of {len(images)} images; {_WAYS}")
    bare = sum(not len(rows) for rows in found)
    if bare:
        notes.append(
            counted(bare, "{n} of {of} images has no lesion: each box in it is a false alarm",
                    "{n} of {of} images have no lesion: each box in them is a false alarm",
                    of=len(found))
        )  # fmt: skip
    rows = None if patients is None else patients[listing.rows]
    notes += copies(where, images.ids, pixels, rows)
    alone = Images(images, [None] * len(images))
    warnings = (*images.warnings, *notes)
    extremes = min(sizes, default=0.0), max(sizes, default=math.inf)
    told_of = b"".join([*digests, *(rows.tobytes() for rows in found)])
    data_hash = hashlib.sha256(told_of).hexdigest()
    return Lesions(
        stem(source), alone, tuple(found), rows, warnings, data_hash, extremes, tuple(spacings)
    )


_WAYS = (
    "masks beside images (x_mask.png), the column mask of a manifest, the key masks of an archive "
    "or a table of boxes say where lesions are"
)


def _digest(pixels: np.ndarray) -> bytes:
    kind = f"{pixels.dtype.str}{pixels.shape}".encode()
    return hashlib.sha256(kind + np.ascontiguousarray(pixels).tobytes()).digest()


def _diameters(boxes: np.ndarray, spacing: tuple[float, ...] | None) -> list[float]:
    low, high = corners(boxes)
    sides = (high - low) * np.array(spacing or (1.0,) * low.shape[1])
    return list((sides.prod(axis=1) ** (1 / low.shape[1])).tolist())


def _boxes_of(image: Any, told: np.ndarray | None, each: str | None) -> np.ndarray:
    """Boxes of one image, by its mask or as they are told."""
    shape = image.spatial_shape
    if told is not None:
        what = f"boxes of {image.id}"
        if not len(told):
            return np.empty((0, 2 * len(shape)))
        return boxes_within(checked_boxes(told, what, axes=len(shape)), shape, what)
    if image.mask is None:
        return np.empty((0, 2 * len(shape)))
    try:
        return boxes_of(image.mask, each=each)
    except InputError as error:
        raise InputError(f"image {image.id}: {error}") from None
