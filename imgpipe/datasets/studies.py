"""A manifest of the series of DICOM studies, with their masks and the rows of a spreadsheet."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imgpipe._common import InputError, atomic_path, shown
from imgpipe.datasets.annotations.identity import canonical
from imgpipe.datasets.annotations.spelling import some
from imgpipe.datasets.spreadsheet import read_spreadsheet
from imgpipe.images import SeriesFound
from imgpipe.images.formats.dicom.choosing import choice_of

COLUMNS = (
    "path", "series", "patient", "study", "modality", "number", "description", "mask", "region",
)  # fmt: skip
Row = dict[str, str]


@dataclass(frozen=True)
class StudyManifest:
    """Rows of a manifest, one for each series.

    Parameters
    ----------
    columns : tuple of str
    rows : list of dict
        Values by column.
    notes : tuple of str
        What was left out, or has to be decided.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    notes: tuple[str, ...] = ()

    @property
    def masks(self) -> int:
        """How many rows have a mask."""
        return sum(bool(row["mask"]) for row in self.rows)

    def joined(
        self, table: str | os.PathLike[str], *, on: str | None = None, label: str | None = None
    ) -> "StudyManifest":
        """Add the columns of a spreadsheet with one row a patient; who has none is left out.

        Parameters
        ----------
        table : path-like
            CSV, with commas, semicolons or tabs.
        on : str, optional
            Its column of patients; by default the one that holds most of the PatientIDs. Leading
            zeros, blanks and letter case make no difference.
        label : str, optional
            Its column of classes.
        """
        sheet = read_spreadsheet(table, {row["patient"] for row in self.rows}, on=on, label=label)
        where, asked = shown(table), {row["patient"] for row in self.rows}
        added = [name for name in sheet.columns if name not in self.columns]
        rows = [
            row | {name: found[name] for name in added}
            for row in self.rows
            if (found := sheet.row_of(row["patient"])) is not None
        ]
        without = sorted(asked - {row["patient"] for row in rows})
        here = {canonical(patient) for patient in asked}
        idle = [name for key, name in sheet.names.items() if key not in here]
        notes = [f"{where}: column {sheet.on} holds the patients"]
        if without:
            notes.append(
                f"{_count(len(without), 'patient')} without a row in {where} left out: "
                f"{some(without)}"
            )
        if idle:
            notes.append(
                f"{_count(len(idle), 'patient')} of {where} without a series: {some(idle)}"
            )
        if same := [name for name in sheet.columns if name in self.columns]:
            notes.append(f"{where}: not taken, since the manifest has its own: {some(same)}")
        if "label" not in added:
            notes.append(f"no column label: --label NAME, one of {some(added, 8)}")
        if not rows:
            raise InputError(f"{where}: column {sheet.on!r} holds none of the patients")
        columns = (*self.columns, *added)
        return StudyManifest(columns, rows, (*self.notes, *sheet.notes, *notes))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the rows as CSV."""
        with (
            atomic_path(path) as scratch,
            open(scratch, "w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def manifest_of(
    found: Sequence[SeriesFound],
    beside: str | os.PathLike[str],
    *,
    series: str | None = None,
    roi: str | None = None,
) -> StudyManifest:
    """List image series as the rows of a manifest, each with the mask that was drawn on it.

    A series in slices is one row, with its folder as the path; images without a place (projections,
    photographs) are one row each. Localizers are left out, and so is what is no DICOM. A structure
    set or segmentation is the mask of the series that it refers to.

    Parameters
    ----------
    found : sequence of SeriesFound
        From `imgpipe.images.list_studies`.
    beside : path-like
        Where the manifest is to be written: its paths are relative to it.
    series : str, optional
        Which series, as of `imgpipe.images.read_series`: ``"modality=CT,description=chest"``.
    roi : str, optional
        Which structure or segment, where masks hold several.

    Returns
    -------
    StudyManifest

    Raises
    ------
    InputError
        If no series is left.

    Examples
    --------
    >>> from imgpipe.datasets import manifest_of
    >>> from imgpipe.images import list_studies
    >>> manifest = manifest_of(list_studies("studies"), "lesions.csv")  # doctest: +SKIP
    >>> manifest.write("lesions.csv")  # doctest: +SKIP
    """
    base, choice = Path(os.path.abspath(beside)).parent, choice_of(series)
    images = [one for one in found if one.series and one.size is not None and not _drawn(one)]
    kept = [one for one in images if not one.localizer]
    chosen = [one for one in kept if choice is None or choice.fits(_said(one))]
    if not chosen:
        there = some(sorted({f"{one.modality} {one.description!r}" for one in kept}), 8)
        if not kept:
            raise InputError(
                "no DICOM series of images in it; of other files, a folder for each class or a "
                "manifest with the columns path and label says what they are"
            )
        raise InputError(f"no series {series} in it; there is {there}")
    masks, notes = _masks(found, chosen, roi)
    rows = [row for one in chosen for row in _rows(base, one, masks.get(one.series), roi)]
    left = len(images) - len(kept)
    told = [f"{_count(left, 'localizer')} left out"] if left else []
    if wrong := [one.series for one in chosen if one.problems]:
        told.append(f"{len(wrong)} series with problems among them: {some(wrong)}")
    return StudyManifest(COLUMNS, rows, (*told, *notes))


def _drawn(one: SeriesFound) -> bool:
    """Whether a series holds labels."""
    return one.modality in ("SEG", "RTSTRUCT")


def _said(one: SeriesFound) -> dict[str, str]:
    return {
        "modality": one.modality,
        "description": one.description,
        "number": one.number,
        "patient": one.patient,
        "study": one.study,
        "uid": one.series,
    }


def _masks(
    found: Sequence[SeriesFound], chosen: Sequence[SeriesFound], roi: str | None
) -> tuple[dict[str, tuple[SeriesFound, str]], list[str]]:
    """Mask of each series that has one, as its entry and file, and what has to be decided."""
    drawn: dict[str, list[tuple[SeriesFound, str]]] = {one.series: [] for one in chosen}
    lacking = []
    for mask in filter(_drawn, found):
        for uid in mask.refers:
            if uid not in drawn:
                continue
            if roi is not None and roi not in mask.regions:
                lacking.append(mask)
            else:
                drawn[uid] += [(mask, file) for file in mask.files]
    notes = []
    if several := [uid for uid, there in drawn.items() if len(there) > 1]:
        notes.append(
            f"{len(several)} series with more than one mask, of which none was taken: "
            f"{some(several)}"
        )
    masks = {uid: there[0] for uid, there in drawn.items() if len(there) == 1}
    if lacking:
        notes.append(
            f"{_count(len(lacking), 'mask')} without a region {roi!r} left out: there is "
            f"{_names(lacking)}"
        )
    unclear = [mask for mask, _ in masks.values() if roi is None and len(mask.regions) > 1]
    if unclear:
        notes.append(
            f"{_count(len(unclear), 'mask')} with several regions, --roi NAME takes one: "
            f"{_names(unclear)}"
        )
    return masks, notes


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _names(masks: Sequence[SeriesFound]) -> str:
    return some(sorted({repr(name) for mask in masks for name in mask.regions}), 8)


def _rows(
    base: Path, one: SeriesFound, mask: tuple[SeriesFound, str] | None, roi: str | None
) -> list[Row]:
    """Row of a series; of images without a place, one each."""
    alone = one.slices < 2 or len(one.files) == 1
    folder = os.path.commonpath([os.path.dirname(file) for file in one.files])
    row = _said(one) | {"series": one.series, "mask": "", "region": ""}
    del row["uid"]
    if mask is not None:
        names = mask[0].regions
        row["mask"] = _relative(base, mask[1])
        row["region"] = roi or (names[0] if len(names) == 1 else "")
    return [{"path": _relative(base, path)} | row for path in (one.files if alone else [folder])]


def _relative(base: Path, path: str) -> str:
    try:
        return Path(os.path.relpath(path, base)).as_posix()
    except ValueError:
        # another drive of Windows
        return shown(os.path.abspath(path))
