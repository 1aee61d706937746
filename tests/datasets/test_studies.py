"""Manifests of studies: series, their masks by reference, and rows of a spreadsheet."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hospital_files import write_series, write_structures

from imgpipe import InputError
from imgpipe.datasets import StudyManifest, load, manifest_of
from imgpipe.images import list_studies

VALUES = np.random.default_rng(0).integers(0, 900, (4, 12, 12)).astype(np.int16)
SHEET = "\ufeffPat.-Nr.;Diagnose;Alter\r\n11;gut;60\r\n12;böse;70\r\n19;gut;50\r\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Three patients: two kernels and a localizer, contours on the first kernel of two of them."""
    root = tmp_path / "export"
    for k in (1, 2, 3):
        for s, kernel in ((1, "soft"), (2, "bone")):
            write_series(root / f"{k}" / f"{s}", VALUES + k, patient=f"001{k}",
                         SeriesInstanceUID=f"1.{k}.{s}", SeriesDescription=kernel,
                         StudyInstanceUID=f"1.{k}")  # fmt: skip
        write_series(root / f"{k}" / "0", VALUES[:1], patient=f"001{k}",
                     ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])  # fmt: skip
    write_structures(root / "1" / "rs", "0011", "1.1.1", ["lesion"])
    write_structures(root / "2" / "rs", "0012", "1.2.1", ["body", "lesion"])
    return root


def made(export: Path, **asked: str) -> StudyManifest:
    return manifest_of(list_studies(export), export.parent / "m.csv", **asked)


def test_a_row_a_series(export: Path) -> None:
    """Paths relative to the manifest, masks by what they refer to, localizers aside."""
    manifest = made(export)
    rows = [(row["path"], row["patient"], row["series"], row["mask"]) for row in manifest.rows]
    assert rows == [
        ("export/1/1", "0011", "1.1.1", "export/1/rs"),
        ("export/1/2", "0011", "1.1.2", ""),
        ("export/2/1", "0012", "1.2.1", "export/2/rs"),
        ("export/2/2", "0012", "1.2.2", ""),
        ("export/3/1", "0013", "1.3.1", ""),
        ("export/3/2", "0013", "1.3.2", ""),
    ]
    assert [row["region"] for row in manifest.rows if row["mask"]] == ["lesion", ""]
    assert manifest.notes == (
        "3 localizers left out",
        "1 mask with several regions, --roi NAME takes one: 'body', 'lesion'",
    )
    chosen = made(export, series="description=soft", roi="body")
    assert [(row["series"], row["mask"], row["region"]) for row in chosen.rows] == [
        ("1.1.1", "", ""), ("1.2.1", "export/2/rs", "body"), ("1.3.1", "", "")
    ]  # fmt: skip
    assert "1 mask without a region 'body' left out: there is 'lesion'" in chosen.notes


def test_two_masks_are_not_chosen_between(export: Path) -> None:
    """Of two readers' contours none is taken, and a note says so."""
    write_structures(export / "1" / "second", "0011", "1.1.1", ["lesion"])
    manifest = made(export, roi="lesion")
    assert manifest.masks == 1
    assert "1 series with more than one mask, of which none was taken: 1.1.1" in manifest.notes


def test_a_spreadsheet_is_joined(export: Path) -> None:
    """By the column that holds the patients, zeros aside; the file is loaded with masks."""
    (sheet := export.parent / "sheet.csv").write_text(SHEET, encoding="utf-8")
    plain = made(export, series="description=soft", roi="lesion")
    assert "no column label: --label NAME, one of Diagnose, Alter" in plain.joined(sheet).notes
    manifest = plain.joined(sheet, label="Diagnose")
    assert [(row["patient"], row["label"], row["Alter"]) for row in manifest.rows] == [
        ("0011", "gut", "60"), ("0012", "böse", "70")
    ]  # fmt: skip
    notes = " ".join(manifest.notes)
    assert (
        f"column Pat.-Nr. holds the patients 1 patient without a row in {sheet} left out: 0013"
        in notes
    )
    assert notes.endswith(f"1 patient of {sheet} without a series: 19")
    manifest.write(path := export.parent / "m.csv")
    with path.open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == manifest.rows
    data = load(path, groups="patient", volumes=True)
    assert (len(data.images), list(data.classes)) == (2, ["böse", "gut"])
    assert list(data.groups) == ["0011", "0012"]
    mask = data.images[0].mask
    assert mask.shape == VALUES.shape
    # the square of the contours has its corners at pixels 2 and 6 of slices 1 and 2
    assert [int(slice.sum()) for slice in mask] == [0, 16, 16, 0]


@pytest.mark.parametrize(
    ("text", "asked", "message"),
    [
        ("id,dx\n11,a\n11,b\n", {}, "patient '11' of column 'id' is there twice"),
        ("id,dx\n77,a\n", {}, "none of the patients 11, 12, 13 is in a column"),
        ("id,dx\n77,a\n", {"on": "id"}, "column 'id' holds none of the patients"),
        ("id,no,dx\n11,11,a\n", {}, "columns id, no could all be the patients'"),
        ("id,dx\n11,a\n", {"label": "ddx"}, "no column 'ddx' among id, dx .did you mean dx"),
        ("id,label,dx\n11,a,b\n", {"label": "dx"}, "there is a column 'label' already"),
    ],
)
def test_sheets_that_do_not_fit(export: Path, text: str, asked: dict, message: str) -> None:
    """Each mistake is an error that says what would do."""
    (sheet := export.parent / "sheet.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        made(export).joined(sheet, **asked)


def test_nothing_to_list(export: Path, tmp_path: Path) -> None:
    """A choice that no series meets names those that are there."""
    with pytest.raises(InputError, match="no series modality=MR in it; there is CT 'bone'"):
        made(export, series="modality=MR")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no DICOM series of images in it"):
        made(tmp_path / "empty")
