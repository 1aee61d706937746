"""Volumes and their slices: DICOM folders, manifests and folder trees that hold some."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from hospital_files import lesion, write_series

from imgpipe import InputError
from imgpipe.datasets import find_images, load
from imgpipe.images import write
from imgpipe.tables import extract_table

VOLUMES = [lesion(seed, bright=seed % 2 == 1) for seed in range(4)]
HEAD = "path,label,mask\n"


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """Four series of two patients, one folder each, with masks as TIFF."""
    for k, (pixels, inside) in enumerate(VOLUMES):
        write_series(tmp_path / f"s{k}", pixels, patient=f"P{k // 2}")
        write(tmp_path / f"m{k}.tif", inside.astype(np.uint8))
    rows = "".join(f"s{k},{'ab'[k % 2]},m{k}.tif\n" for k in range(4))
    (tmp_path / "list.csv").write_text(HEAD + rows)
    return tmp_path / "list.csv"


def test_manifest_of_series(studies: Path) -> None:
    """Folders of DICOM slices are volumes, in HU, with spacing and masks."""
    data = load(studies, volumes=True)
    for k, (pixels, inside) in enumerate(VOLUMES):
        image = data.images[k]
        assert np.array_equal(image.pixels, pixels)
        assert np.array_equal(image.mask, inside)
        assert image.spacing == (2.0, 1.0, 1.0)
    assert data.ids.tolist() == ["s0", "s1", "s2", "s3"]
    assert data.groups.tolist() == ["P0", "P0", "P1", "P1"]
    assert "no column names the patient: DICOM's PatientID does" in data.warnings


def test_nobody_said_what_becomes_of_volumes(studies: Path) -> None:
    """The error names both options; without a question volumes are taken as they are."""
    with pytest.raises(InputError, match=r"s0 is a volume of 6 x 20 x 18 .*--slices.*--volumes"):
        load(studies, volumes=False)
    with pytest.raises(InputError, match="exclude each other"):
        load(studies, volumes=True, slices="all")
    assert load(studies).images.shapes == [(6, 20, 18)] * 4


@pytest.mark.parametrize("rule", ["all", "middle", "largest", "mask", "every=4"])
def test_rules(studies: Path, rule: str) -> None:
    """Each rule takes its slices, with masks and the spacing within; patients stay together."""
    data = load(studies, slices=rule)
    expected = []
    for k, (_, inside) in enumerate(VOLUMES):
        counts = inside.sum(axis=(1, 2))
        chosen = {
            "all": range(6),
            "middle": [3],
            "largest": [int(np.argmax(counts))],
            "mask": [z for z in range(6) if counts[z]],
            "every=4": [0, 4],
        }[rule]
        expected += [(k, z) for z in chosen]
    assert data.ids.tolist() == [f"s{k}[{z}]" for k, z in expected]
    assert data.groups.tolist() == [f"P{k // 2}" for k, _ in expected]
    assert [data.classes[code] for code in data.labels] == ["ab"[k % 2] for k, _ in expected]
    for image, (k, z) in zip(data.images, expected, strict=True):
        assert np.array_equal(image.pixels, VOLUMES[k][0][z])
        assert np.array_equal(image.mask, VOLUMES[k][1][z])
        assert image.spacing == (1.0, 1.0)
    assert any(f"--slices {rule}" in text for text in data.warnings)


def test_slices_stay_in_files(studies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they do not fit into memory, slices are read again, and a volume once for them all."""
    from imgpipe.datasets import image_files
    from imgpipe.images import image_file

    whole = load(studies, slices="all", size=8, fit="pad")
    monkeypatch.setattr(image_files, "MEMORY_LIMIT", 1)
    image_file._last_volume.cache_clear()
    lazy = load(studies, slices="all", size=8, fit="pad")
    assert not lazy.images.in_memory
    image_file._last_volume.cache_clear()
    for one, other in zip(lazy.images, whole.images, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.mask, other.mask)
        assert (one.spacing, one.id.rsplit("/")[-1]) == (other.spacing, other.id.rsplit("/")[-1])
    assert image_file._last_volume.cache_info().misses == 4


def test_rule_that_needs_a_mask(studies: Path) -> None:
    """Without a mask, or with an empty one, the file and the rules that would do are named."""
    rows = studies.read_text().replace("m1.tif", "")
    studies.write_text(rows)
    with pytest.raises(InputError, match=r"s1: slices='largest' goes by the mask, and there is n"):
        load(studies, slices="largest")
    with pytest.raises(InputError, match=r"slices='some'; choose from all, middle"):
        load(studies, slices="some")


def test_two_series_in_one_folder(tmp_path: Path) -> None:
    """A column series says which is meant of a folder; it may be listed once for each."""
    one = write_series(tmp_path / "s", VOLUMES[0][0], prefix="a")
    two = write_series(tmp_path / "s", VOLUMES[1][0], prefix="b", Modality="MR")
    path = tmp_path / "list.csv"
    path.write_text(f"path,label,series\ns,a,{one}\ns,b,{two}\n")
    data = load(path, volumes=True)
    assert data.ids.tolist() == [f"s#{one}", f"s#{two}"]
    assert np.array_equal(data.images[1].pixels, VOLUMES[1][0])
    assert find_images(path).ids == tuple(data.ids)
    path.write_text("path,label\ns,a\n")
    with pytest.raises(InputError, match="2 series in one folder"):
        load(path, volumes=True)
    assert np.array_equal(find_images(path, series=one)[0].pixels, VOLUMES[0][0])


def test_folder_tree_of_series(tmp_path: Path) -> None:
    """Slices of a series below a class folder are one volume, if volumes or slices are asked."""
    for k, (pixels, _) in enumerate(VOLUMES):
        write_series(tmp_path / "ab"[k % 2] / f"p{k}", pixels, patient=f"P{k}")
    data = load(tmp_path, volumes=True)
    assert data.images.shapes == [(6, 20, 18)] * 4
    assert sorted(data.groups) == ["P0", "P1", "P2", "P3"]
    assert len(load(tmp_path, slices="every=3")) == 8
    assert load(tmp_path, slices="every=3", groups="folder").groups.tolist()[:2] == ["p0", "p0"]
    assert len(load(tmp_path)) == 24
    assert find_images(tmp_path, slices="middle").ids[0] == f"{tmp_path / 'a' / 'p0'}[3]"
    assert len(find_images(tmp_path)) == 24


def test_options_without_effect(tmp_path: Path) -> None:
    """What changes nothing is told."""
    for k in range(2):
        (tmp_path / "ab"[k]).mkdir()
        write(tmp_path / "ab"[k] / f"{k}.png", np.full((8, 8), k, np.uint8))
    for option in ({"slices": "all"}, {"volumes": True}, {"series": "1.2"}, {"allow_gaps": True}):
        name = next(iter(option)).replace("_", "-")
        told = load(tmp_path, **option).warnings
        assert any(text.startswith(f"--{name} changes nothing") for text in told), option
    with pytest.raises(InputError, match="fit='pad' goes with a size"):
        load(tmp_path, fit="pad")


def test_volumes_of_an_archive(tmp_path: Path) -> None:
    """Slices of an NPZ file's volumes keep masks, labels and the volume as their patient."""
    pixels, masks = (np.stack(part) for part in zip(*VOLUMES, strict=True))
    np.savez(tmp_path / "a.npz", images=pixels, masks=masks, labels=[0, 1, 0, 1])
    data = load(tmp_path / "a.npz", slices="largest")
    best = masks.sum(axis=(2, 3)).argmax(axis=1)
    assert data.ids.tolist() == [f"{k}[{z}]" for k, z in enumerate(best)]
    assert np.array_equal(data.images.pixels, pixels[np.arange(4), best])
    assert np.array_equal(np.stack(list(data.masks)), masks[np.arange(4), best])
    assert data.groups.tolist() == ["0", "1", "2", "3"]
    with pytest.raises(InputError, match=r"image 0 is a volume of 6 x 20 x 18"):
        load(tmp_path / "a.npz", volumes=False)


def test_patient_of_the_series_that_is_meant(tmp_path: Path) -> None:
    """Of several patients in one folder, each row has the one of its own series."""
    rows = []
    for k, (pixels, _) in enumerate(VOLUMES):
        uid = write_series(tmp_path / "all", pixels, patient=f"P{k}", prefix=f"{k}-")
        rows.append(f"all,{'ab'[k % 2]},{uid}\n")
    (tmp_path / "list.csv").write_text("path,label,series\n" + "".join(rows))
    assert load(tmp_path / "list.csv", volumes=True).groups.tolist() == ["P0", "P1", "P2", "P3"]


def test_patients_of_single_files(tmp_path: Path) -> None:
    """Slices that are listed one by one keep together by PatientID; one for all says nothing."""
    for k, name in enumerate(["P1", "P2"]):
        write_series(tmp_path / f"s{k}", VOLUMES[k][0], patient=name)
    rows = [f"s{k}/{n}.dcm,{'ab'[n % 2]}" for k in range(2) for n in (999, 998)]
    (tmp_path / "two.csv").write_text("\n".join(["path,label", *rows]))
    (tmp_path / "one.csv").write_text("\n".join(["path,label", *rows[:2]]))
    assert load(tmp_path / "two.csv").groups.tolist() == ["P1", "P1", "P2", "P2"]
    data = load(tmp_path / "one.csv")
    assert data.groups is None
    assert any("is the same in all 2 files" in text for text in data.warnings)


def test_mixtures_are_told(studies: Path) -> None:
    """Units that differ, and images that are no slices, are named."""
    write(studies.parent / "flat.png", np.eye(20, dtype=np.uint8))
    with studies.open("a") as file:
        file.write("flat.png,a,\n")
    told = load(studies, slices="middle").warnings
    assert "values in different units (HU: 4, unknown: 1)" in told
    assert "1 image of two axes stands beside the slices of volumes" in told


def test_what_else_a_study_holds(tmp_path: Path) -> None:
    """Segmentations and reports beside the slices are no samples, and are counted."""
    for k, (pixels, _) in enumerate(VOLUMES[:2]):
        folder = tmp_path / "tree" / "ab"[k] / "case"
        write_series(folder, pixels, patient=f"P{k}")
        write_series(folder, pixels[:2], patient=f"P{k}", prefix="seg", Modality="SEG")
        write_series(folder, pixels[:1], patient=f"P{k}", prefix="sr", Modality="SR")
        report = pydicom.dcmread(folder / "sr999.dcm")
        for tag in ("Rows", "Columns", "PixelData"):
            del report[tag]
        report.save_as(folder / "sr999.dcm")
    data = load(tmp_path / "tree", volumes=True)
    assert data.images.shapes == [VOLUMES[0][0].shape, VOLUMES[1][0].shape]
    assert any(text.startswith("6 DICOM files beside the images") for text in data.warnings)
    assert len(find_images(tmp_path / "tree", volumes=True)) == 2


def test_slices_are_counted_where_some_are_taken(studies: Path) -> None:
    """A volume without the mask that the rule goes by gives no slice."""
    with studies.open("a") as file:
        file.write("s0/999.dcm,a,\n")
    studies.write_text(studies.read_text().replace("s1,b,m1.tif", "s1,b,"))
    told = find_images(studies, slices="largest").warnings
    assert "3 slices of 4 volumes (--slices largest)" in told


def test_column_series_is_used(tmp_path: Path) -> None:
    """What says which series is meant is not told to be passed over."""
    uid = write_series(tmp_path / "s", VOLUMES[0][0])
    (tmp_path / "list.csv").write_text(f"path,label,series\ns,a,{uid}\n")
    table = extract_table(tmp_path / "list.csv", families=["intensity"], n_jobs=1)
    assert not any("series" in text for text in table.warnings)
