"""One door to every kind of source."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, did_you_mean
from imgpipe.datasets import lesions, medmnist, synthetic
from imgpipe.datasets.annotations.spelling import some
from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.entry import Entry
from imgpipe.datasets.files.reading import Reading, check_size
from imgpipe.datasets.folder import load_folder
from imgpipe.datasets.in_memory import with_reading
from imgpipe.datasets.manifest import load_manifest
from imgpipe.datasets.npz import load_npz

DATASETS: dict[str, Entry] = {
    lesions.ENTRY.name: lesions.ENTRY,
    synthetic.ENTRY.name: synthetic.ENTRY,
    **medmnist.ENTRIES,
}
"""Registered data sets by name."""
_OTHER_TABLES = frozenset({".tsv", ".xls", ".xlsx", ".ods", ".parquet"})


def load(
    source: str | os.PathLike[str],
    *,
    groups: str | None = None,
    split: str | None = None,
    size: int | tuple[int, int] | None = None,
    ids: str | None = None,
    positive: str | None = None,
    classes: Sequence[str] | None = None,
    fit: str = "stretch",
    slices: str | None = None,
    volumes: bool | None = None,
    series: str | None = None,
    allow_gaps: bool = False,
) -> Dataset:
    """Load labelled images.

    Parameters
    ----------
    source : path-like or str
        An NPZ file, a folder tree, a CSV manifest or a name from `DATASETS`. A file or folder of
        that name comes first.
    groups : str, optional
        Where the patients are: a column of the manifest (default ``group``), a key of the NPZ
        file (default ``groups``), or for a folder tree ``"folder"`` or ``"re:PATTERN"``.
    split : str, optional
        Column or key of the given split, default ``split``.
    size : int or (int, int), optional
        Resize all images to this many rows and columns, antialiased, dtype kept; one number gives
        squares. See `fit`.
    ids : str, optional
        ``"exact"`` takes patients and classes whose names could be two spellings of one, such as
        7, 007 and 7.0, or P7 and p7, as different. By default such patients are kept together,
        with a warning, or an error where a given split parts them; such classes are an error.
    positive : str, optional
        The positive one of two classes; by default as in `Dataset.with_positive`.
    classes : sequence of str, optional
        Names of the classes, for labels 0, 1, ...
    fit : {"stretch", "pad", "crop"}
        How `size` is reached: squeeze; or keep the aspect ratio, and add a border of the image's
        lowest value, or cut one off. Masks likewise.
    slices : {"all", "middle", "largest", "mask", "every=K"}, optional
        Take slices of volumes, along their first axis, as images: all, the middle one, the one with
        most pixels in the mask, all that the mask touches, or each K-th. Their ids are
        ``path[index]``. Where nothing says the patient, DICOM's PatientID does, else the volume.
    volumes : bool, optional
        False refuses volumes that no `slices` are taken of; True takes them, and so does the
        default, but says where there are none.
    series : str, optional
        Which of several DICOM series in a folder: a SeriesInstanceUID, or ``modality=CT``. A
        manifest's column ``series`` comes first.
    allow_gaps : bool
        Resample DICOM series with missing or shifted slices.

    Returns
    -------
    Dataset
        Of two classes the positive one stands last.

    Raises
    ------
    InputError
        If there is no such source or it cannot be used as it is. The message says what was found.

    See Also
    --------
    imgpipe.datasets.npz.load_npz, imgpipe.datasets.folder.load_folder
    imgpipe.datasets.manifest.load_manifest : what each kind of source may hold.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> data = load("synthetic-nodules")
    >>> data.classes, data.images.dtype
    (('benign', 'malignant'), dtype('int16'))
    """
    reading = Reading(check_size(size), fit, slices, volumes, series, allow_gaps)
    if ids not in (None, "exact"):
        raise InputError(f"ids={ids!r}; 'exact' is what can be said of them")
    asked: dict[str, Any] = {"groups": groups, "split": split, "ids": ids, "classes": classes}
    return _read(source, reading, asked).with_positive(positive)


def _read(source: str | os.PathLike[str], reading: Reading, asked: dict[str, Any]) -> Dataset:
    """Read what the source is."""
    path = Path(source)
    name = str(source)
    if path.is_dir():
        return load_folder(source, reading=reading, **asked)
    if name in DATASETS and not path.exists():
        for argument, value in asked.items():
            if value is not None:
                raise InputError(f"{name}: {argument}={value!r}, but it is a registered data set")
        return with_reading(DATASETS[name].load(), reading)
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return load_npz(source, reading=reading, **asked)
    if suffix == ".csv":
        return load_manifest(source, reading=reading, **asked)
    if suffix in _OTHER_TABLES and path.exists():
        raise InputError(f"{name}: a table is read as CSV; save it with commas, as {path.stem}.csv")
    if suffix in (".imgpipe", ".joblib") and path.is_file():
        raise InputError(
            f"{name}: a model, not a data set; imgpipe inspect shows what it was trained on"
        )
    if path.exists():
        raise InputError(
            f"{name}: not a data set; give an NPZ file, a CSV manifest, a folder of class "
            f"folders, or one of {some(DATASETS)}"
        )
    raise InputError(
        f"{name}: no such file or folder, nor a data set among {some(DATASETS, 20)}"
        f"{did_you_mean(name, DATASETS)}"
    )
