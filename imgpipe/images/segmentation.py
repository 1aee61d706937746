"""DICOM segmentations (SEG) as masks."""

import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common import InputError, atomic_path, shown
from imgpipe._common.texts import clauses, say
from imgpipe.images.encoders.segments import write_segments
from imgpipe.images.formats.dicom.choosing import choice_of
from imgpipe.images.formats.dicom.elements import check_dicom, is_dicom_file, kind_of, parse
from imgpipe.images.formats.dicom.planes import check_alike, spatial_order
from imgpipe.images.formats.dicom.segments import Slices, is_segmentation, segment_labels
from imgpipe.images.formats.dicom.slices import SliceFile, open_slices
from imgpipe.images.formats.dicom.stacked import of_one_series
from imgpipe.images.formats.errors import coded, quiet, reading_dicom
from imgpipe.images.image import Image
from imgpipe.images.masks import LabelImage
from imgpipe.images.resampling.moving import moved_onto
from imgpipe.images.series import Series, files_below


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
    if Path(path).is_file() and not is_dicom_file(path):
        raise InputError(
            f"{name}: no DICOM segmentation; other label images are read with images.read_mask, or "
            "as the mask of an images.ImageFile"
        )
    image = volume.image if isinstance(volume, Series) else volume
    patient = volume.patient if isinstance(volume, Series) else ""
    labels = labels_for(path, image, region=region, patient=patient)
    notes: list[Any] = [*labels.warnings]
    located = labels.labels, labels.spacing, labels.place
    mask = moved_onto(image, "the volume", located, name, notes, partial=True)
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


@coded()
def labels_for(
    path: str | os.PathLike[str],
    image: Image,
    *,
    region: str | int | None = None,
    patient: str = "",
) -> LabelImage:
    """Labels on the grid of the file's frames, which lie on the slices of an image."""
    name = shown(path)
    check_dicom(name, Path(path))
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


def write_segmentation(
    path: str | os.PathLike[str],
    mask: np.ndarray,
    source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    names: Mapping[int, str] | Sequence[str] | str | None = None,
    algorithm: str | None = None,
    series: str | None = None,
) -> None:
    """Write a mask, or labels, of a DICOM series as a DICOM SEG file.

    Parameters
    ----------
    path : path-like
        File to write.
    mask : ndarray
        On the grid that `read_series` gives of the source: bool, or labels from 1 with 0 outside.
    source : path-like or sequence of path-like
        Folder of the series, or its files. What patient and study are called is taken over.
    names : mapping, sequence or str, optional
        Label of each segment: by the number in the mask, or in order of these numbers. By default
        ``"segment 1"`` and so on.
    algorithm : str, optional
        Name of what made the mask; a person by default.
    series : str, optional
        Which of the series in a folder, as of `read_series`.

    Raises
    ------
    InputError
        If highdicom is not installed (extra `seg`), the mask is not on the grid of the source, a
        name is missing, or the file cannot be written.

    Notes
    -----
    Segments are numbered 1, 2, ... in the order of the labels in the mask, and are of the type
    "tissue". Slices without a label are left out, as is usual; `read_segmentation` puts the others
    where they lie.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import write_segmentation
    >>> write_segmentation("mask.dcm", np.ones((2, 3, 4), bool), "no/such/folder")
    Traceback (most recent call last):
        ...
    imgpipe._common.errors.InputError: no/such/folder: no such file or folder
    """
    # not by an import: compiled code that reaches this file would depend on all of the package
    version = sys.modules["imgpipe"].__version__
    labels, numbers = _numbered(shown(path), np.asarray(mask))
    files = source_slices(source, series)
    planes = [plane for file in files for plane in file.planes]
    order = spatial_order(planes)
    shape = (len(planes), *files[0].shape)
    if labels.shape != shape:
        raise InputError(
            f"{shown(path)}: a mask of shape {labels.shape}, but its series has {shape}",
            code="MASK-SHAPE",
        )
    in_files = np.empty_like(labels)
    in_files[order] = labels  # the slices as the files and their frames have them
    told = _names(shown(path), numbers, names)
    try:
        with atomic_path(path) as scratch:
            datasets = [file.dataset for file in files]
            write_segments(scratch, datasets, in_files, told, algorithm, version)
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror or error}") from None


def source_slices(
    source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], series: str | None
) -> list[SliceFile]:
    """Files of one series: those of a folder, or those that are given."""
    given = [source] if isinstance(source, str | os.PathLike) else list(source)
    paths: list[Path] = []
    for item in given:
        if not Path(item).exists():
            raise InputError(f"{shown(item)}: no such file or folder")
        paths += files_below(Path(item)) if Path(item).is_dir() else [Path(item)]
    opened = [open_slices(path, choice_of(series)) for path in paths]
    files = [found for found in opened if not isinstance(found, str)]
    name = shown(given[0]) if given else "source"
    if not files:
        raise InputError(f"{name}: no DICOM slices in it")
    of_one_series(name, files)
    check_alike([plane for file in files for plane in file.planes])
    if len(files) > 1 and any(len(file.planes) > 1 for file in files):
        raise InputError(f"{name}: several files of frames; give one")
    return files


def _numbered(name: str, mask: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Labels 1, 2, ... for those of a mask, and what these are called in it."""
    if mask.dtype.kind not in "biu" or mask.ndim not in (2, 3):
        raise InputError(
            f"{name}: a mask of {mask.ndim} axes and dtype {mask.dtype}; bool or whole numbers "
            "(z, y, x) are written"
        )
    numbers = np.unique(mask)
    numbers = numbers[numbers != 0]
    if not len(numbers):
        raise InputError(f"{name}: an empty mask; a segmentation has at least one segment")
    if numbers.min() < 0 or len(numbers) > np.iinfo(np.uint16).max:
        raise InputError(f"{name}: labels from {numbers.min()}; they start at 1")
    labels = np.searchsorted(numbers, mask) + 1
    labels[mask == 0] = 0
    labels = labels.astype(np.min_scalar_type(len(numbers)))
    return labels if labels.ndim == 3 else labels[None], [int(n) for n in numbers]


def _names(
    name: str, numbers: Sequence[int], names: Mapping[int, str] | Sequence[str] | str | None
) -> list[str]:
    """Label of each segment."""
    if isinstance(names, str):
        names = [names]
    if names is None:
        return [f"segment {number}" for number in numbers]
    if not isinstance(names, Mapping):
        if len(names) != len(numbers):
            raise InputError(f"{name}: {len(names)} names for {len(numbers)} segments")
        return [str(one) for one in names]
    missing = [number for number in numbers if number not in names]
    if missing:
        raise InputError(f"{name}: no name for the label {missing[0]}")
    return [str(names[number]) for number in numbers]
