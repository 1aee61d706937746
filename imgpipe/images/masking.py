"""Masks of an image from files, brought onto the image where they have another grid."""

import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import say
from imgpipe.images.image import Image
from imgpipe.images.masks import LabelImage, read_mask
from imgpipe.images.resampling.moving import moved_onto
from imgpipe.images.segmentation import is_segmentation_file, labels_for
from imgpipe.images.series import identifiers


def masked(
    image: Image,
    name: str,
    paths: Sequence[str],
    region: str | None = None,
    series: str | None = None,
) -> Image:
    """Give an image the labels of a file, or where any of several is nonzero.

    Parameters
    ----------
    image : Image
        What the masks belong to.
    name : str
        What errors call it.
    paths : sequence of str
        One or more files of masks. Where image and mask both say where they lie in the patient, a
        mask on another grid is brought onto that of the image, each pixel with the label of the
        nearest one.

    region : str, optional
        Label or number of a segment of a DICOM segmentation; all by default.

    series : str, optional
        Which of the series in the folder that is called `name`.

    Returns
    -------
    Image
        With the mask, and with what there is to know of it in the warnings.

    Raises
    ------
    InputError
        If a file cannot be read, shapes differ and one of the two has no place, or a mask lies
        wholly beyond the image.
    """
    notes: list[str] = []
    parts = []
    for path in paths:
        if os.path.realpath(path) == os.path.realpath(name):
            raise InputError(f"{shown(path)}: the mask is the image itself")
        mask = _read(path, image, name, region, series)
        told: list[str] = [*mask.warnings]
        located = mask.labels, mask.spacing, mask.place
        partial = is_segmentation_file(path)
        parts.append(moved_onto(image, shown(name), located, shown(path), told, partial=partial))
        notes += [say("{path}: {note}", path=shown(path), note=note) for note in told]
    whole = parts[0]
    if len(parts) > 1:
        whole = np.any([part != 0 for part in parts], axis=0)
    return replace(image, mask=whole, warnings=(*image.warnings, *notes))


def _read(path: str, image: Image, name: str, region: str | None, series: str | None) -> LabelImage:
    """Labels of a file, on their own grid."""
    if is_segmentation_file(path):
        known = identifiers(name, series=series) if os.path.exists(name) else None
        patient = known[0] if known else ""
        return labels_for(path, image, region=region, patient=patient)
    if region is not None:
        raise InputError(
            f"{shown(path)}: region {region!r} is of a DICOM segmentation or structure set; this "
            "is neither"
        )
    return read_mask(path)
