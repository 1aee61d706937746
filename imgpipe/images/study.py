"""Studies: which series and images a folder holds, by their headers alone."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from imgpipe._common import InputError, shown
from imgpipe._common.paths import suffix_of
from imgpipe.images.formats.dicom.elements import head_of, is_dicom
from imgpipe.images.formats.dicom.headers import Header, header_of
from imgpipe.images.formats.dicom.scan import scan_of
from imgpipe.images.formats.sizes import PICTURES, VOLUMES, size_of
from imgpipe.images.image import DICOM_SUFFIXES
from imgpipe.images.series import files_below


@dataclass(frozen=True)
class SeriesFound:
    """A series, a file of a volume, or pictures of one size in one folder.

    Parameters
    ----------
    patient, study, series : str
        PatientID, StudyInstanceUID and SeriesInstanceUID; empty where there is none.
    modality : str
        As DICOM names it (CT, MR, PT, RTSTRUCT, ...), or the format of other files.
    description, number : str
        SeriesDescription and SeriesNumber; of other files the path or folder.
    size : tuple of int or None
        Shape of the volume, or of one image.
    spacing : tuple of float or None
        In mm along the axes of the array, so far as it is known; of slices the usual distance.
    slices : int
        Different positions along the normal; 0 where no positions are known.
    frames : int
        Images in all.
    gaps : int
        Slices that seem to be missing.
    problems : tuple of str
        What speaks against reading it, or reading it as one volume.
    files : tuple of str
    refers : tuple of str
        SeriesInstanceUIDs on which a structure set or segmentation was drawn.
    regions : tuple of str
        Names of its structures or segments.
    localizer : bool
        Whether its images say that they are localizers (scouts, topograms).
    """

    patient: str
    study: str
    series: str
    modality: str
    description: str
    number: str
    size: tuple[int, ...] | None
    spacing: tuple[float, ...] | None
    slices: int
    frames: int
    gaps: int
    problems: tuple[str, ...]
    files: tuple[str, ...]
    refers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    localizer: bool = False


def list_studies(
    folder: str | os.PathLike[str],
    *,
    track: Callable[[list[Path]], Iterable[Path]] = iter,
) -> list[SeriesFound]:
    """List the DICOM series, volumes and pictures of a folder and all folders in it.

    Only headers are read. A DICOMDIR is passed over, since the files that it names are found
    anyway, and those that it names elsewhere are none of this folder; so are hidden files and
    links to folders.

    Parameters
    ----------
    folder : path-like
    track : callable, optional
        What the paths go through while they are read, as for a bar of progress.

    Returns
    -------
    list of SeriesFound
        By patient, study and series; files that cannot be read, and those that are no images, have
        their reason among the problems or are left out.

    Raises
    ------
    InputError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from imgpipe.images import list_studies
    >>> list_studies(tempfile.mkdtemp())
    []
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError(f"{shown(folder)}: no such folder")
    series: dict[str, list[Header]] = {}
    pictures: dict[tuple[str, ...], list[SeriesFound]] = {}
    found: list[SeriesFound] = []
    for path in track(files_below(root)):
        try:
            head = head_of(path)
            if is_dicom(head) or path.suffix.lower() in DICOM_SUFFIXES:
                if (header := header_of(path)) is not None:
                    key = header.said["uid"] or f"in {path.parent}"
                    series.setdefault(key, []).append(header)
            elif suffix_of(path) in VOLUMES:
                found.append(_file(root, path))
            elif suffix_of(path) in PICTURES:
                one = _file(root, path)
                alike = (os.fspath(path.parent), one.modality, str(one.size))
                pictures.setdefault(alike, []).append(one)
        except InputError as error:
            found.append(_unreadable(root, path, str(error)))
        except OSError as error:
            found.append(_unreadable(root, path, error.strerror or str(error)))
    found += map(_one_series, series.values())
    found += map(_alike, pictures.values())
    return sorted(found, key=_in_order)


def _in_order(found: SeriesFound) -> tuple:
    """Sort by patient, study and number; what is no DICOM stands behind."""
    return (
        not found.series, found.patient, found.study, found.number.zfill(9), found.series,
        found.files,
    )  # fmt: skip


def _one_series(headers: list[Header]) -> SeriesFound:
    scan, said = scan_of(headers), headers[0].said
    return SeriesFound(
        patient=said["patient"],
        study=said["study"],
        series=said["uid"],
        modality=said["modality"],
        description=said["description"],
        number=said["number"],
        size=scan.size,
        spacing=scan.spacing,
        slices=scan.slices,
        frames=sum(header.frames for header in headers),
        gaps=scan.gaps,
        problems=scan.problems,
        files=tuple(os.fspath(header.path) for header in headers),
        refers=tuple(dict.fromkeys(uid for header in headers for uid in header.refers)),
        regions=tuple(dict.fromkeys(word for header in headers for word in header.regions)),
        localizer=all(header.localizer for header in headers),
    )


def _file(root: Path, path: Path) -> SeriesFound:
    """Describe a volume or a picture."""
    size, spacing = size_of(path)
    return _other(root, path, suffix_of(path).lstrip(".").upper(), size, spacing)


def _unreadable(root: Path, path: Path, problem: str) -> SeriesFound:
    kind = suffix_of(path).lstrip(".").upper() or "DICOM"
    return _other(root, path, kind, None, None, (problem,))


def _other(
    root: Path,
    path: Path,
    kind: str,
    size: tuple[int, ...] | None,
    spacing: tuple[float, ...] | None,
    problems: tuple[str, ...] = (),
) -> SeriesFound:
    volume = size is not None and len(size) == 3
    return SeriesFound(
        "", "", "", kind, shown(path.relative_to(root)), "", size, spacing,
        slices=size[0] if size is not None and volume else 0, frames=int(size is not None), gaps=0,
        problems=problems, files=(os.fspath(path),),
    )  # fmt: skip


def _alike(pictures: list[SeriesFound]) -> SeriesFound:
    """Pictures of one kind and size in one folder as one entry."""
    if len(pictures) == 1:
        return pictures[0]
    files = tuple(file for picture in pictures for file in picture.files)
    folder = os.fspath(Path(pictures[0].description).parent)
    return replace(pictures[0], description=folder, frames=len(files), files=files)
