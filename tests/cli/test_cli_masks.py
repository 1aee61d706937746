"""`extract` inside masks: manifests, DICOM series and structure sets."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_helpers import Run, assert_one_error
from PIL import Image

from imgpipe.features import extract
from imgpipe.images import read_contours, read_series

IDENTIFIERS = ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"]


def manifest(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def lesions(tmp_path: Path) -> tuple[Path, np.ndarray, np.ndarray]:
    """Three images, two of them with a mask of labels 1 and 2."""
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (3, 20, 24), dtype=np.uint8)
    masks = np.zeros((3, 20, 24), np.uint8)
    masks[:, 4:12, 5:20] = 1
    masks[:, 12:18, 5:9] = 2
    rows: list[dict[str, object]] = []
    for k in range(3):
        Image.fromarray(images[k]).save(tmp_path / f"{k}.png")
        np.save(tmp_path / f"m{k}.npy", masks[k])
        mask = f"m{k}.npy" if k < 2 else ""
        rows.append({"path": f"{k}.png", "label": "a", "mask": mask})
    return manifest(tmp_path / "list.csv", rows), images, masks


def test_features_are_those_inside_the_mask(run: Run, lesions, tmp_path: Path) -> None:
    """A row with a mask describes the inside, a row without one the whole image."""
    path, images, masks = lesions
    out = tmp_path / "f.csv"
    done = run("extract", path, "--families", "intensity,glrlm", "--bins", 8, "--out", out)
    told = "1 of 3 images has no mask: it is measured whole, the others inside theirs"
    assert (done.exit_code, done.stderr) == (0, f"Warning: {told}\n")
    table = pd.read_csv(out)
    for k, mask in enumerate((masks[0], masks[1], None)):
        expected = extract(images[k], mask, families=["intensity", "glrlm"], bins=8)
        assert table.loc[k, list(expected)].tolist() == list(expected.values())
    assert not set(IDENTIFIERS) & set(table.columns)


def test_label_chooses_a_part_of_the_mask(run: Run, lesions, tmp_path: Path) -> None:
    """--label describes one label; where a mask lacks it the row says so."""
    path, images, masks = lesions
    masks[1][masks[1] == 2] = 0
    np.save(tmp_path / "m1.npy", masks[1])
    out = tmp_path / "f.csv"
    done = run("extract", path, "--families", "intensity", "--label", 2, "--out", out)
    assert done.exit_code == 1
    table = pd.read_csv(out, keep_default_na=False)
    expected = extract(images[0], masks[0] == 2, families="intensity")
    assert float(table.loc[0, "intensity_mean"]) == expected["intensity_mean"]
    assert "label 2 is not in" in table.loc[1, "error"]


def test_label_with_a_region(run: Run, lesions, tmp_path: Path) -> None:
    """--region box measures the box round the label; whole images have no labels to choose."""
    path, images, masks = lesions
    masks[0][19, 23] = 2  # far from the rest: the box grows
    np.save(tmp_path / "m0.npy", masks[0])
    out = tmp_path / "f.csv"
    args = ["extract", path, "--families", "intensity", "--label", 2, "--jobs", 1, "--out", out]
    assert run(*args, "--region", "box").exit_code == 0
    table = pd.read_csv(out)
    for k, box in enumerate(((slice(12, 20), slice(5, 24)), (slice(12, 18), slice(5, 9)))):
        expected = extract(images[k][box], families="intensity")
        assert table.loc[k, list(expected)].tolist() == pytest.approx(list(expected.values()))
    assert_one_error(run(*args, "--force", "--region", "image"), "--label", "--region image")


def test_bad_masks_are_rows_with_a_reason(run: Run, lesions, tmp_path: Path) -> None:
    """An empty, a missing and a misshapen mask each spoil their own row only."""
    path, _, masks = lesions
    np.save(tmp_path / "m0.npy", masks[0] * 0)
    np.save(tmp_path / "m1.npy", masks[1][:5])
    out = tmp_path / "f.csv"
    done = run("extract", path, "--families", "intensity", "--out", out)
    assert done.exit_code == 1
    errors = pd.read_csv(out, keep_default_na=False)["error"].tolist()
    assert "is empty" in errors[0]
    assert "shape" in errors[1]
    assert errors[2] == ""
    (tmp_path / "m0.npy").unlink()
    done = run("extract", path, "--families", "intensity", "--out", out, "--force")
    assert "no such file" in done.stderr


def test_masks_without_effect_are_not_read(run: Run, lesions, tmp_path: Path) -> None:
    """With --region image a mask that is missing or of another shape spoils no image."""
    path, images, _ = lesions
    np.save(tmp_path / "m0.npy", np.ones((3, 3)))
    (tmp_path / "m1.npy").unlink()
    out = tmp_path / "f.csv"
    args = ("extract", path, "--families", "intensity", "--out", out)
    assert run(*args).exit_code == 1
    done = run(*args, "--force", "--region", "image")
    assert (done.exit_code, done.stderr) == (0, "")
    assert pd.read_csv(out)["intensity_mean"].tolist() == pytest.approx(images.mean(axis=(1, 2)))


def test_settings_that_make_no_sense(run: Run, lesions, tmp_path: Path) -> None:
    """A label without masks, a salt without hashes and bins that are no number fail at once."""
    path, _, _ = lesions
    out = tmp_path / "f.csv"
    assert_one_error(run("extract", tmp_path / "0.png", "--label", 1, "--out", out), "--label")
    assert_one_error(run("extract", path, "--salt", "x", "--out", out), "--hash-ids")
    empty = run("extract", path, "--hash-ids", "--salt", "", "--out", out)
    assert_one_error(empty, "salt is empty")
    assert_one_error(run("extract", path, "--bins", "many", "--out", out), "--bins")
    assert_one_error(run("extract", path, "--aggregation", "XXXX", "--out", out), "XXXX")


@pytest.mark.full
@pytest.mark.data
def test_three_series_with_contours(run: Run, shared_data: Path, tmp_path: Path) -> None:
    """CT, PET and MR with their structure sets become a table with three identifiers."""
    root = shared_data / "ct_series/STS_025"
    names = ("CT", "PET", "MR_T1")
    rows: list[dict[str, object]] = [
        {"path": root / name / "image", "mask": root / name / "mask/RS.dcm"} for name in names
    ]
    path = manifest(tmp_path / "series.csv", rows)
    families = "intensity,local_intensity,glcm"
    out = tmp_path / "f.csv"
    done = run("extract", path, "--families", families, "--out", out, "--jobs", 1)
    told = [line for line in done.stderr.splitlines() if not line.startswith("extracting: ")]
    assert (done.exit_code, told) == (0, [])
    table = pd.read_csv(out)
    assert table["PatientID"].tolist() == ["STS_025"] * 3
    assert table["SeriesInstanceUID"].nunique() == 3
    series = read_series(root / "PET/image")
    expected = extract(
        series.image.pixels,
        read_contours(root / "PET/mask/RS.dcm", series),
        families=families.split(","),
        spacing=series.image.spacing,
    )
    assert list(table.columns) == ["id", *IDENTIFIERS, *expected]
    assert table.loc[1, list(expected)].tolist() == list(expected.values())
    for salt in ("a", "a", "b"):
        args = ("--families", "intensity", "--hash-ids", "--salt", salt, "--jobs", 1)
        hashed = tmp_path / f"{salt}.parquet"
        assert run("extract", path, *args, "--force", "--out", hashed).exit_code == 0
    one, other = pd.read_parquet(tmp_path / "a.parquet"), pd.read_parquet(tmp_path / "b.parquet")
    for name in IDENTIFIERS:
        assert one[name].nunique() == table[name].nunique()
        assert not set(one[name]) & (set(table[name]) | set(other[name]))
    assert "STS_025" not in one.drop(columns="id").to_csv()
