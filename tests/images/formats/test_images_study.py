"""What a folder of studies holds, by headers alone."""

import os
import re
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from dicom_files import enhanced, frame, make, sample
from PIL import Image as Picture
from series_files import AXIAL, save_series

from imgpipe import InputError
from imgpipe.images import SeriesFound, list_studies, read_series

VALUES = np.arange(5 * 3 * 4, dtype=np.int16).reshape(5, 3, 4)


def only(folder: Path) -> SeriesFound:
    """The one entry of a folder."""
    (found,) = list_studies(folder)
    return found


def test_series_are_told_apart(tmp_path: Path) -> None:
    """Two series in one folder and one below, in order, with what reading them gives."""
    save_series(tmp_path / "a", VALUES, np.arange(5) * 2.5, SeriesInstanceUID="1.1",
                SeriesDescription="Chest", SeriesNumber=3)  # fmt: skip
    save_series(tmp_path / "a", VALUES[:2], (0, 3), start=50, SeriesInstanceUID="1.2",
                SeriesNumber=10)  # fmt: skip
    save_series(tmp_path / "a" / "deep" / "er", VALUES, np.arange(5), SeriesInstanceUID="1.0",
                PatientID="P0", StudyInstanceUID="1.9")  # fmt: skip
    found = list_studies(tmp_path)
    assert [(s.patient, s.study, s.series, s.number) for s in found] == [
        ("P0", "1.9", "1.0", ""), ("P1", "1.2.3.3", "1.1", "3"), ("P1", "1.2.3.3", "1.2", "10")
    ]  # fmt: skip
    chest = found[1]
    assert (chest.modality, chest.description, chest.gaps) == ("CT", "Chest", 0)
    read = read_series(tmp_path, series="1.1").image
    assert (chest.size, chest.spacing) == (read.shape, read.spacing)
    assert (chest.slices, chest.frames, len(chest.files), chest.problems) == (5, 5, 5, ())


@pytest.mark.parametrize(
    ("places", "tags", "gaps", "problem"),
    [
        ((0, 2, 4, 10, 12), {}, 2, r"2 missing: slices 2 to 6 mm apart.*002\.dcm"),
        ((0, 2, 4.5, 6, 8), {}, 0, "slices 1.5 to 2.5 mm apart"),
        ((0, 2, 4, 4, 6), {}, 0, "1 of 5 slices at the position of another"),
        ([(0, k, 2 * k) for k in range(5)], {}, 0, "tilted gantry"),
        (range(5), {"PixelSpacing": [1, 1]}, 0, "different PixelSpacing"),
        (range(5), {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}, 0, r"2 orientations \(5, 1\)"),
        (range(5), {"PatientID": "P2"}, 0, "files of 2 patient identifiers"),
        (range(5), {"Rows": 2}, 0, r"images of 2 sizes: 3 x 4 \(5\), 2 x 4 \(1\)"),
        (range(5), {"ImagePositionPatient": []}, 0, "1 of 6 images without a place"),
    ],
)
def test_problems(tmp_path: Path, places: object, tags: dict, gaps: int, problem: str) -> None:
    """What would keep a series from being one even volume is told."""
    save_series(tmp_path, VALUES, places)
    if tags:
        save_series(tmp_path, VALUES[:1], [5], start=5)
        dataset = pydicom.dcmread(tmp_path / "005.dcm")
        for key, value in tags.items():
            setattr(dataset, key, value)
        dataset.save_as(tmp_path / "005.dcm")
    found = only(tmp_path)
    assert found.gaps == gaps
    assert len(found.problems) == 1
    assert re.search(problem, found.problems[0])
    with pytest.raises(InputError):
        read_series(tmp_path)


def test_localizers_are_no_fault(tmp_path: Path) -> None:
    """Three views at right angles are images to look at, not a volume gone wrong."""
    for k, turn in enumerate((AXIAL, (1, 0, 0, 0, 0, -1), (0, 1, 0, 0, 0, -1))):
        save_series(tmp_path, VALUES[:1], [0], start=k, ImageOrientationPatient=list(turn))
    assert only(tmp_path).problems == ()


def test_frames_of_one_file(tmp_path: Path) -> None:
    """Frames with places are slices."""
    own = [frame(position=(0, 0, 3 * k)) for k in range(5)]
    shared = frame(orientation=AXIAL, spacing=(0.8, 0.5))
    enhanced(tmp_path / "x.dcm", VALUES, shared, own, SeriesInstanceUID="1.5", Modality="MR")
    found = only(tmp_path)
    assert (found.size, found.spacing, found.frames) == ((5, 3, 4), (3.0, 0.8, 0.5), 5)


def test_what_is_missing_to_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut short, and one whose decoder is not installed, say so."""
    import importlib.util

    shutil.copy(sample("MR_small_jpeg_ls_lossless.dcm"), tmp_path / "a.dcm")
    assert only(tmp_path).problems == ()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "JPEG-LS Lossless Image Compression: pip install pyjpegls" in only(tmp_path).problems[0]
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM" + b"x" * 40)
    assert "a.dcm" in only(tmp_path).problems[0]


def test_a_directory_leads_nowhere(tmp_path: Path) -> None:
    """What a DICOMDIR names outside the folder is not looked for."""
    shutil.copy(sample("DICOMDIR"), tmp_path / "DICOMDIR")
    make(tmp_path / "slice", SeriesInstanceUID="1.7")
    assert only(tmp_path).files == (os.fspath(tmp_path / "slice"),)


def test_other_files(tmp_path: Path) -> None:
    """Volumes stand alone, pictures of one size together; texts and hidden files are left out."""
    data = np.zeros((6, 5, 4), np.int16)
    nib.save(nib.Nifti1Image(data, np.diag([0.5, 0.6, 2, 1])), tmp_path / "v.nii.gz")
    for k in range(3):
        Picture.fromarray(np.zeros((7, 9), np.uint8)).save(tmp_path / f"{k}.png")
    for name in ("notes.txt", ".hidden.dcm"):
        (tmp_path / name).write_text("nothing")
    (tmp_path / "bad.nii").write_text("nothing")
    found = {s.files[0].rsplit(os.sep, 1)[1]: s for s in list_studies(tmp_path)}
    assert set(found) == {"v.nii.gz", "0.png", "bad.nii"}
    assert (found["v.nii.gz"].size, found["v.nii.gz"].spacing) == ((4, 5, 6), (2.0, 0.6, 0.5))
    assert (found["0.png"].size, found["0.png"].frames) == ((7, 9), 3)
    assert "bad.nii: its header cannot be read" in found["bad.nii"].problems[0]
    with pytest.raises(InputError, match="no such folder"):
        list_studies(tmp_path / "none")


@pytest.mark.data
def test_real_studies(shared_data: Path) -> None:
    """The three series of a patient, with their structure sets, and no problem."""
    found = list_studies(shared_data / "ct_series")
    images = {s.modality: (s.size, s.slices) for s in found if s.size}
    assert images == {
        "CT": ((47, 138, 149), 47),
        "PT": ((47, 34, 37), 47),
        "MR": ((25, 55, 75), 25),
    }
    assert [s.problems for s in found] == [()] * 6


def test_frames_that_no_file_could_hold(tmp_path: Path) -> None:
    """A number of frames beyond the bits of the file is damage, told at once."""
    save_series(tmp_path, VALUES[:1], [0], NumberOfFrames=2_000_000_000)
    assert "declares 2000000000 frames" in " ".join(only(tmp_path).problems)
