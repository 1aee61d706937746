"""One of the series of a folder, by UID or by what it says of itself."""

from pathlib import Path

import numpy as np
import pytest
from series_files import save_series

from imgpipe import InputError
from imgpipe.images import identifiers, read_series, read_volume

VALUES = np.arange(24, dtype=np.int16).reshape(2, 3, 4)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CT in two reconstructions and a PET, in folders of their own."""
    root = tmp_path_factory.mktemp("study")
    for k, (modality, words) in enumerate([("CT", "Chest 1.0 B30"), ("CT", "Lung"), ("PT", "WB")]):
        save_series(root / "scans" / words, VALUES + 100 * k, (0, 2), SeriesInstanceUID=f"1.9.{k}",
                    Modality=modality, SeriesDescription=words, SeriesNumber=k + 2)  # fmt: skip
    return root


@pytest.mark.parametrize(
    ("choice", "k"),
    [("modality=PT", 2), ("description=chest", 0), ("number=3", 1), ("1.9.1", 1), ("uid=1.9.2", 2),
     ("Modality = ct, description = lung", 1), ("patient=P1,number=2", 0)],
)  # fmt: skip
def test_a_series_is_chosen(study: Path, choice: str, k: int) -> None:
    """Words of the headers, in any case and below the folder, choose as the UID does."""
    found = read_series(study, series=choice)
    assert (found.series, found.image.pixels[0, 0, 0]) == (f"1.9.{k}", 100 * k)
    assert identifiers(study, series=choice) == ("P1", "1.2.3.3", f"1.9.{k}")
    assert np.array_equal(read_volume(study, series=choice).pixels, found.image.pixels)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (None, r"3 series in one folder \(1\.9\.0 \[CT, Chest 1\.0 B30\], .*name one with series="),
        ("modality=CT", r"2 series in one folder .*Lung"),
        ("modality=MR", r"no series modality=MR in it; there is .*1\.9\.2 \[PT, WB\]"),
        ("kind=CT", "give its SeriesInstanceUID, or modality, description"),
        ("modality=", "give its SeriesInstanceUID"),
    ],
)
def test_choices_that_are_refused(study: Path, choice: str | None, message: str) -> None:
    """What chooses none or several is an error that lists the series."""
    with pytest.raises(InputError, match=message):
        read_series(study, series=choice)


def test_one_series_in_a_folder_of_folders(study: Path) -> None:
    """Where a folder holds no slice itself, one series below it is read."""
    assert read_series(study / "scans" / "WB").series == "1.9.2"
    (study / "more" / "deep").mkdir(parents=True)
    save_series(study / "more" / "deep", VALUES, (0, 2))
    assert read_series(study / "more").series == "1.2.3.2"


def test_a_file_has_no_series_to_choose(tmp_path: Path) -> None:
    """A choice that has no effect is an error."""
    np.save(tmp_path / "x.npy", VALUES)
    with pytest.raises(InputError, match=r"x\.npy: no DICOM, of which series 'modality=CT'"):
        read_volume(tmp_path / "x.npy", series="modality=CT")
    with pytest.raises(InputError, match="no such file"):
        read_volume(tmp_path / "none.nii", series=None)
