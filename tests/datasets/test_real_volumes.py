"""Real volumes: of the hippocampus, of one CT, PET and MR study, and X-rays with a table."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hospital_files import write_series

from imgpipe.datasets import find_images, load
from imgpipe.images import read, read_mask
from imgpipe.images.segmentation import write_segmentation
from imgpipe.tables import extract_table

FAMILIES = ("intensity", "histogram", "morphology", "glcm")
FEW = (0, 7, 13)  # of 60; two of them with odd masks or values


def rows_of(manifest: Path) -> list[dict[str, str]]:
    with manifest.open(newline="") as file:
        return list(csv.DictReader(file))


def as_series(root: Path, rows: list[dict[str, str]], folder: Path) -> Path:
    """Write volumes as DICOM series, and their masks as SEG; give the manifest."""
    lines = ["path,mask,group"]
    for k, row in enumerate(rows):
        image, labels = read(root / row["path"]), read_mask(root / row["mask"]).labels
        assert image.place is not None
        assert image.spacing is not None
        _, rows_to, columns_to = image.place.directions
        write_series(
            folder / f"s{k}", image.pixels.astype(np.float32), image.spacing, patient=row["group"],
            origin=tuple(image.place.origin), orientation=(*columns_to, *rows_to), Modality="MR",
        )  # fmt: skip
        write_segmentation(folder / f"m{k}.dcm", labels.astype(np.uint8), folder / f"s{k}")
        lines.append(f"s{k},m{k}.dcm,{row['group']}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return folder / "manifest.csv"


@pytest.mark.data
@pytest.mark.parametrize(
    "chosen",
    [pytest.param(FEW, id="few"), pytest.param(range(60), id="all", marks=pytest.mark.full)],
)
def test_hippocampus(shared_data: Path, tmp_path: Path, chosen: tuple[int, ...]) -> None:
    """From one manifest, and the same volumes as DICOM series with SEG: the same features."""
    pytest.importorskip("highdicom")
    root = shared_data / "hippocampus"
    rows = [rows_of(root / "manifest.csv")[k] for k in chosen]
    listed = tmp_path / "nifti.csv"
    listed.write_text(
        "path,mask,group\n"
        + "".join(f"{root / r['path']},{root / r['mask']},{r['group']}\n" for r in rows)
    )
    one = extract_table(listed, families=FAMILIES)
    other = extract_table(as_series(root, rows, tmp_path / "dicom"), families=FAMILIES)
    assert not any(one.errors), one.errors
    assert not any(other.errors), other.errors
    assert one.names == other.names
    assert one.columns["group"] == other.columns["group"] == other.columns["PatientID"]
    np.testing.assert_allclose(one.values, other.values, rtol=1e-6, atol=1e-9)
    volume = one.names.index("morphology_volume_voxels")
    counts = [np.count_nonzero(read_mask(root / r["mask"]).labels) for r in rows]
    np.testing.assert_allclose(one.values[:, volume], counts)  # voxels of 1 mm


@pytest.mark.data
def test_strange_files_of_hippocampus(shared_data: Path, tmp_path: Path) -> None:
    """Each of the oddities is measured, or has its reason."""
    root = shared_data / "hippocampus"
    lines = ["path,mask"]
    for row in rows_of(root / "odd.csv"):
        image = row["path"] or "images/hippocampus_001.nii.gz"
        if "010" in row["mask"]:
            image = "images/hippocampus_010.nii.gz"
        lines.append(f"{root / image},{root / row['mask'] if row['mask'] else ''}")
    (tmp_path / "odd.csv").write_text("\n".join(lines) + "\n")
    table = extract_table(tmp_path / "odd.csv", families="intensity")
    found = {Path(i).name[12:15]: e for i, e in zip(table.ids, table.errors, strict=True) if e}
    assert found.keys() == {"010", "001"}
    assert "no such file" in found["010"]
    assert "lies wholly beyond its image" in found["001"]
    whole = table.ids.index(str(root / "images/hippocampus_118.nii.gz"))
    mean = table.names.index("intensity_mean")
    assert table.values[whole, mean] == pytest.approx(
        read(root / "images/hippocampus_118.nii.gz").pixels.mean()
    )


@pytest.mark.data
@pytest.mark.parametrize("rule", [None, "largest"])
def test_series_with_structure_sets(shared_data: Path, tmp_path: Path, rule: str | None) -> None:
    """A manifest of the three series of one study, each with its RTSTRUCT."""
    root = shared_data / "ct_series" / "STS_025"
    lines = ["path,label,mask"]
    for k, name in enumerate(("CT", "PET", "MR_T1")):
        (mask,) = (root / name / "mask").iterdir()
        lines.append(f"{root / name / 'image'},{'ab'[k % 2]},{mask}")
    (tmp_path / "study.csv").write_text("\n".join(lines) + "\n")
    data = load(tmp_path / "study.csv", volumes=rule is None, slices=rule)
    assert len(data) == 3
    # one patient in all files cannot be divided: his number is not used, which is said
    assert any("PatientID" in note for note in data.warnings)
    assert data.groups is None if rule is None else len(set(data.groups)) == 3
    for k, image in enumerate(data.images):
        whole = find_images(tmp_path / "study.csv")[k]
        assert whole.spacing is not None
        assert image.mask is not None
        if rule is None:
            assert image.spacing == whole.spacing
            assert np.array_equal(image.pixels, whole.pixels)
        else:
            best = int((whole.mask != 0).sum(axis=(1, 2)).argmax())
            assert data.ids[k].endswith(f"[{best}]")
            assert np.array_equal(image.pixels, whole.pixels[best])
            assert image.spacing == whole.spacing[1:]
        assert image.mask.any()


@pytest.mark.data
def test_xrays_and_their_table(shared_data: Path) -> None:
    """A manifest as a spreadsheet gives it: patients, columns, pictures of several sizes."""
    root = shared_data / "hannover_xray"
    rows = rows_of(root / "manifest.csv")
    data = load(root / "manifest.csv", groups="patient", size=32, fit="pad")
    assert len(data) == 243
    assert data.groups is not None
    assert data.groups.tolist() == [row["patient"] for row in rows]
    assert data.columns["view"].tolist() == [row["view"] for row in rows]
    assert data.counts == {"icu_no": 57, "icu_yes": 186}
    sizes = [read(root / row["path"]).shape for row in rows[:5]]
    for image, (h, w) in zip(data.images[:5], sizes, strict=True):
        border = 32 - round(32 * min(h, w) / max(h, w))
        side = image.pixels if w < h else image.pixels.T
        assert (side[:, : border // 2] == side.min()).all()
    stretched = load(root / "manifest.csv", groups="patient", size=32)
    assert any("--fit pad or --fit crop keeps it" in text for text in stretched.warnings)
