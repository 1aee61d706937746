"""Lesions come from masks or tables, with patients where something says them."""

from pathlib import Path

import numpy as np
import pytest

from imgpipe import images
from imgpipe._common import InputError
from imgpipe.detect import boxes_of, load_lesions
from imgpipe.detect.judging.folds import lesion_folds


def scan(i: int) -> tuple[np.ndarray, np.ndarray]:
    """An image, and a mask of as many squares of 255 as its number modulo 3."""
    mask = np.zeros((20, 24), np.uint8)
    for k in range(i % 3):
        mask[2 + 8 * k : 6 + 8 * k, 3 : 7 + i] = 255
    return (40 + mask // 2 + i).astype(np.uint8), mask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four scans of two patients, the masks beside them; the first has none."""
    for i in range(4):
        place = tmp_path / "scans" / f"P{i // 2}"
        place.mkdir(parents=True, exist_ok=True)
        pixels, mask = scan(i)
        images.write(place / f"{i}.png", pixels)
        if i:
            images.write(place / f"{i}_mask.png", mask)
    return tmp_path / "scans"


def expected() -> list[np.ndarray]:
    return [boxes_of(scan(i)[1]) for i in range(4)]


def test_a_folder_with_masks(folder: Path) -> None:
    """Each connected part of a mask is a lesion; masks are not handed on; folders are patients."""
    found = load_lesions(folder, groups="folder")
    for boxes, known in zip(found.boxes, expected(), strict=True):
        np.testing.assert_array_equal(boxes, known)
    assert found.patients is not None
    assert found.patients.tolist() == ["P0", "P0", "P1", "P1"]
    assert not found.images.masked_any
    np.testing.assert_array_equal(found.images[3].pixels, scan(3)[0])
    assert any("2 of 4 images have no lesion" in each for each in found.warnings)


def test_a_pattern_names_patients(folder: Path) -> None:
    """Without patients that is said; a pattern that fits not all paths is an error."""
    assert load_lesions(folder, groups=r"re:P(\d)").patients.tolist() == ["0", "0", "1", "1"]  # type: ignore[union-attr]
    found = load_lesions(folder)
    assert found.patients is None
    assert any("taken for one patient" in text for text in found.warnings)
    with pytest.raises(InputError, match="4 images have no patient"):
        load_lesions(folder, groups="re:case")
    with pytest.raises(InputError, match="use 'folder'"):
        load_lesions(folder, groups="patient")


def test_a_manifest_and_a_table_of_boxes(folder: Path, tmp_path: Path) -> None:
    """A manifest names masks and patients; a table of boxes takes the masks' place."""
    rows = [
        f"scans/P{i // 2}/{i}.png,{f'scans/P1/{i}_mask.png' if i > 1 else ''},K{i}"
        for i in range(4)
    ]
    manifest = tmp_path / "scans.csv"
    manifest.write_text("\n".join(["path,mask,who", *rows]))
    found = load_lesions(manifest, groups="who")
    np.testing.assert_array_equal(found.boxes[2], expected()[2])
    assert found.patients is not None
    assert found.patients.tolist() == ["K0", "K1", "K2", "K3"]
    table = tmp_path / "boxes.csv"
    table.write_text("path,y0,x0,y1,x1\nscans/P0/0.png,1,2,3,4.5\n1.png,,,,\nP1/2.png,5,5,9,9\n")
    told = load_lesions(manifest, boxes=table)
    assert [boxes.tolist() for boxes in told.boxes] == [[[1, 2, 3, 4.5]], [], [[5, 5, 9, 9]], []]
    assert told.data_hash != found.data_hash


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,y0,x0,y1\n0.png,1,2,3", "no column 'x1'"),
        ("path,y0,x0,y1,x1\n9.png,1,2,3,4", "no image is called '9.png'"),
        ("path,y0,x0,y1,x1\n0.png,1,2,3,b", "row 1: no box"),
        ("path,y0,x0,y1,x1\n0.png,5,2,3,4", "far corner"),
        ("path,y0,x0,y1,x1\n0.png,50,2,60,4", "outside the image"),
        ("path,y0,x0,y1,x1\n0.png,,,,", "no lesion in any of 4 images"),
        ("path,z0,y0,x0,z1,y1,x1\n0.png,0,1,2,3,4,5", "boxes of shape"),
    ],
)
def test_tables_that_are_no_boxes(folder: Path, tmp_path: Path, text: str, message: str) -> None:
    """What is wrong with a table is said, with its row and what was found."""
    table = tmp_path / "boxes.csv"
    table.write_text(text)
    with pytest.raises(InputError) as error:
        load_lesions(folder, boxes=table)
    assert message in str(error.value)


def test_an_archive_and_nothing_labelled(tmp_path: Path) -> None:
    """An archive has its patients under groups; without any lesion it is told what shows them."""
    pixels, masks = (np.stack(each) for each in zip(*map(scan, range(4)), strict=True))
    np.savez(tmp_path / "a.npz", images=pixels, masks=masks, groups=["a", "b", "b", "a"])
    found = load_lesions(tmp_path / "a.npz")
    assert found.patients is not None
    assert found.patients.tolist() == ["a", "b", "b", "a"]
    assert [len(boxes) for boxes in found.boxes] == [0, 1, 2, 0]
    np.savez(tmp_path / "b.npz", images=pixels)
    with pytest.raises(InputError, match="no lesion in any of 4 images; masks beside images"):
        load_lesions(tmp_path / "b.npz")


def test_labels_of_a_mask_are_lesions(tmp_path: Path) -> None:
    """Labels that touch are two lesions, or one component where that is asked for."""
    mask = np.zeros((1, 12, 12), np.uint8)
    mask[0, 2:5, 2:5], mask[0, 5:8, 2:5] = 1, 2
    np.savez(tmp_path / "a.npz", images=mask * 90, masks=mask)
    assert len(load_lesions(tmp_path / "a.npz").boxes[0]) == 2
    assert len(load_lesions(tmp_path / "a.npz", each="component").boxes[0]) == 1


def test_volumes(tmp_path: Path) -> None:
    """Volumes have boxes of three axes; slices of them have two, and the patient of the volume."""
    mask = np.zeros((2, 5, 12, 12), np.uint8)
    mask[0, 1:3, 4:7, 5:9] = 1
    np.savez(tmp_path / "a.npz", images=mask * 90, masks=mask, groups=["a", "b"])
    whole = load_lesions(tmp_path / "a.npz", volumes=True)
    assert whole.axes == 3
    assert whole.boxes[0].tolist() == [[1, 4, 5, 3, 7, 9]]
    slices = load_lesions(tmp_path / "a.npz", slices="all")
    assert [boxes.tolist() for boxes in slices.boxes[:3]] == [[], [[4, 5, 7, 9]], [[4, 5, 7, 9]]]
    assert slices.patients is not None
    assert slices.patients.tolist() == ["a"] * 5 + ["b"] * 5


def test_folds_divide_no_patient() -> None:
    """Each patient stands in one fold, lesions are spread evenly; the seed decides of equals."""
    patients = np.repeat(np.arange(20), 3)
    lesions = np.tile([2, 0, 1], 20)
    fold = lesion_folds(patients, lesions, 5, 0)
    assert all(len(set(fold[patients == p])) == 1 for p in range(20))
    assert np.bincount(fold, lesions).tolist() == [12] * 5
    assert (lesion_folds(patients, lesions, 5, 0) == fold).all()
    assert (lesion_folds(patients, lesions, 5, 1) != fold).any()


@pytest.mark.parametrize(
    ("patients", "lesions", "folds", "message"),
    [
        ([0, 1, 2], [1, 1, 1], 5, "found 3 patients for 5 folds"),
        ([0, 0], [1, 1], 2, "found 1 patient"),
        ([0, 1, 2], [3, 0, 0], 2, "all lesions are of one patient"),
        ([0, 1, 2], [1, 1, 1], 1, "folds=1"),
    ],
)
def test_folds_that_cannot_be(
    patients: list[int], lesions: list[int], folds: int, message: str
) -> None:
    """Too few patients, or patients with lesions, are an error that says so."""
    with pytest.raises(InputError, match=message):
        lesion_folds(np.array(patients), np.array(lesions), folds, 0)
