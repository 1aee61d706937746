"""DICOM segmentations (SEG) as masks."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import clauses, say
from imgpipe.images.formats.dicom.elements import head_of, is_dicom, is_dicom_file, kind_of, parse
from imgpipe.images.formats.dicom.segments import Slices, is_segmentation, segment_labels
from imgpipe.images.formats.errors import quiet, reading_dicom
from imgpipe.images.image import Image
from imgpipe.images.masks import LabelImage
from imgpipe.images.resampling.moving import moved_onto
from imgpipe.images.series import Series


class SegmentationWarning(UserWarning):
    """What a reader should know of how a mask came from a segmentation."""


def read_segmentation(
    path: str | os.PathLike[str], volume: Image | Series, *, region: str | int | None = None
) -> np.ndarray:
    """Read segments of a DICOM SEG file as a mask of a volume.

    Each frame lies where its position says, whatever the order of frames; those that are left out
    because nothing is inside are empty. A segmentation on another grid than the volume is brought
    onto it, each voxel with the label of the nearest one. Binary and fractional segmentations and
    label maps are read; of fractions, one half is inside.

    Parameters
    ----------
    path : path-like
        SEG file.
    volume : Image or Series
        What it belongs to, with its place in the patient.
    region : str or int, optional
        Label of a segment, or its number; all by default.

    Returns
    -------
    ndarray
        Shaped like the volume: bool for one segment, their numbers for several.

    Raises
    ------
    InputError
        If the file is missing, damaged or no SEG, belongs to another patient or frame of reference,
        has no such segment, lies wholly beyond the volume, or if all are asked for and two overlap.

    Warns
    -----
    SegmentationWarning
        Where fractions were cut, labels moved to another grid, or some lie beyond the volume.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image, read_segmentation
    >>> read_segmentation("no/such.dcm", Image(np.zeros((2, 3, 4))))
    Traceback (most recent call last):
        ...
    imgpipe._common.errors.InputError: no/such.dcm: no such file
    """
    name = shown(path)
    image = volume.image if isinstance(volume, Series) else volume
    patient = volume.patient if isinstance(volume, Series) else ""
    labels = labels_for(path, image, region=region, patient=patient)
    notes: list[Any] = [*labels.warnings]
    located = labels.labels, labels.spacing, labels.place
    mask = moved_onto(image, "the volume", located, name, notes)
    if notes:
        text = say("{name}: {notes}", name=name, notes=clauses(notes))
        warnings.warn(SegmentationWarning(text), stacklevel=2)
    return mask


def is_segmentation_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file of segments; false too for what its reader will complain of."""
    try:
        with quiet():
            return is_dicom_file(path) and is_segmentation(parse(Path(path)))
    except Exception:
        return False


def labels_for(
    path: str | os.PathLike[str],
    image: Image,
    *,
    region: str | int | None = None,
    patient: str = "",
) -> LabelImage:
    """Labels on the grid of the file's frames, which lie on the slices of an image."""
    name = shown(path)
    try:
        head = head_of(Path(path))
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None
    if not is_dicom(head):
        raise InputError(f"{name}: not a DICOM file")
    with reading_dicom(name, "segmentation"):
        dataset = parse(Path(path))
        if not is_segmentation(dataset):
            raise InputError(f"{name}: {kind_of(dataset) or 'DICOM'}, no segmentation (SEG)")
        found = segment_labels(name, dataset, region, _slices(image))
    if patient and found.patient not in ("", patient):
        raise InputError(f"{name}: belongs to another patient than its image")
    return LabelImage(found.labels, found.warnings, found.spacing, found.place)


def _slices(image: Image) -> Slices | None:
    """Slices that segments may have been drawn on."""
    if image.place is None or image.spacing is None or len(image.spacing) != 3:
        return None
    return Slices(image.place.directions[0], image.spacing[0])
