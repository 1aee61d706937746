"""Slices of DICOM series among the files of folders, put together."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from imgpipe._common.texts import Text, counted
from imgpipe.images.formats.dicom.choosing import KEYS, choice_of
from imgpipe.images.formats.dicom.elements import is_dicom_file, text
from imgpipe.images.formats.errors import quiet

NO_IMAGES = frozenset(
    ["AU", "DOC", "ECG", "HD", "KO", "PLAN", "PR", "REG", "RTPLAN", "RTRECORD", "RTSTRUCT", "SR"]
)
"""Modalities of objects that come with the images of a study and hold none."""

Source = tuple[Path, str | None]
"""A file; or a folder, and which series in it is meant where it holds several."""


def gather_series(files: Iterable[Path], wanted: str | None = None) -> dict[Source, list[Path]]:
    """Put files of one DICOM series in one folder together, in the order of the first of each.

    Parameters
    ----------
    files : iterable of Path
    wanted : str, optional
        SeriesInstanceUID, or ``modality=CT``: other series are left out.

    Returns
    -------
    dict
        Files of each folder with a series; what is no part of a series of several stands alone.
        Reports, plans, contours and segmentations are no images, and are left out.
    """
    choice = choice_of(wanted)
    series: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    own: dict[Path, str] = {}
    for file in files:
        said = _said_by(file)
        if said.get("modality") in NO_IMAGES and "uid" not in said:
            continue
        if said.get("modality") == "SEG":  # pixels, and yet a mask
            continue
        uid = said.get("uid", "")
        if choice is not None and uid and not choice.fits(said):
            continue
        own[file] = uid
        if uid:
            series[file.parent, uid].append(file)
    held = Counter(folder for folder, _ in series)
    found: dict[Source, list[Path]] = {}
    for file, uid in own.items():
        members = series.get((file.parent, uid), [file])
        if len(members) == 1:
            found[file, None] = [file]
        else:
            found[file.parent, uid if held[file.parent] > 1 else None] = members
    return found


def without_image(count: int) -> list[Text]:
    """Say how many files were passed over since they are no images."""
    if not count:
        return []
    return [
        counted(
            count,
            "{n} DICOM file beside the images (report, plan, mask or contours) was passed over",
            "{n} DICOM files beside the images (reports, plans, masks or contours) were passed "
            "over",
        )
    ]


def _said_by(path: Path) -> dict[str, str]:
    """Give what a DICOM image says of its series, by the keys of a choice; nothing of others."""
    if not is_dicom_file(path):
        return {}
    import pydicom

    try:
        with quiet():
            dataset = pydicom.dcmread(
                path, stop_before_pixels=True, specific_tags=[*KEYS.values(), "Rows"], force=True
            )
        if "Rows" not in dataset:
            return {"modality": text(str(path), dataset, "Modality")}
        return {key: text(str(path), dataset, keyword) for key, keyword in KEYS.items()}
    except Exception:
        # a damaged file is reported where its pixels are read
        return {}
