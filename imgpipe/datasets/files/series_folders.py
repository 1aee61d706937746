"""Slices of DICOM series among the files of folders, put together."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from imgpipe.images.formats.dicom.elements import is_dicom_file
from imgpipe.images.formats.errors import quiet

Source = tuple[Path, str | None]
"""A file; or a folder, and which series in it is meant where it holds several."""


def gather_series(files: Iterable[Path], wanted: str | None = None) -> dict[Source, list[Path]]:
    """Put files of one DICOM series in one folder together, in the order of the first of each.

    Parameters
    ----------
    files : iterable of Path
    wanted : str, optional
        SeriesInstanceUID, or ``modality=CT``: series of other kinds are left out.

    Returns
    -------
    dict
        Files of each folder with a series; what is no part of a series of several stands alone.
    """
    series: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    own: dict[Path, str] = {}
    for file in files:
        uid, modality = _series_of(file)
        if wanted is not None and uid and not _is_wanted(wanted, uid, modality):
            continue
        own[file] = uid
        if uid:
            series[file.parent, uid].append(file)
    several = {folder for folder, uid in series if len([1 for f, _ in series if f == folder]) > 1}
    found: dict[Source, list[Path]] = {}
    for file, uid in own.items():
        members = series.get((file.parent, uid), [file])
        if len(members) == 1:
            found[file, None] = [file]
        else:
            found[file.parent, uid if file.parent in several else None] = members
    return found


def _series_of(path: Path) -> tuple[str, str]:
    """SeriesInstanceUID and modality of an image; blank where there is none."""
    if not is_dicom_file(path):
        return "", ""
    import pydicom

    tags = ["SeriesInstanceUID", "Modality", "Rows"]
    try:
        with quiet():
            dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=tags, force=True)
        if "Rows" not in dataset:
            return "", ""
        return str(dataset.get("SeriesInstanceUID", "")), str(dataset.get("Modality", ""))
    except Exception:
        # a damaged file is reported where its pixels are read
        return "", ""


def _is_wanted(wanted: str, uid: str, modality: str) -> bool:
    name, _, value = wanted.partition("=")
    if value:
        return name.strip().lower() == "modality" and value.strip().upper() == modality.upper()
    return wanted == uid
