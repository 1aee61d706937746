"""Volumes and their slices through compare, train, predict and evaluate."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run
from hospital_files import lesion, write_nifti, write_series

VOLUMES = [lesion(k, (6 + k % 2, 14, 12), bright=k % 2 == 1) for k in range(8)]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight patients, of two sizes: as DICOM series and as NIfTI, both with masks as NIfTI."""
    root = tmp_path_factory.mktemp("hospital")
    rows: dict[str, list[str]] = {"dicom": [], "nifti": []}
    for k, (pixels, inside) in enumerate(VOLUMES):
        write_series(root / f"s{k}", pixels, patient=f"P{k}")
        write_nifti(root / f"v{k}.nii.gz", pixels)
        write_nifti(root / f"m{k}.nii.gz", inside.astype(np.uint8))
        rest = f"{'ab'[k % 2]},m{k}.nii.gz,P{k}\n"
        rows["dicom"].append(f"s{k},{rest}")
        rows["nifti"].append(f"v{k}.nii.gz,{rest}")
    for name, lines in rows.items():
        (root / f"{name}.csv").write_text("path,label,mask,group\n" + "".join(lines))
    return root


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "option", ["--volumes", pytest.param("--slices=largest", marks=pytest.mark.full)]
)
def test_dicom_and_nifti_agree(run: Run, hospital: Path, tmp_path: Path, option: str) -> None:
    """The same patients give the same features and the same predictions from either."""
    tables, runs = [], []
    for name in ("dicom", "nifti"):
        source = str(hospital / f"{name}.csv")
        out = tmp_path / f"{name}.csv"
        extra = [] if option == "--volumes" else [option]
        done = run("extract", source, *extra, "--out", str(out), "--jobs", "1",
                   "--families", "intensity,morphology,glcm")  # fmt: skip
        assert done.exit_code == 0, done.output
        tables.append(table(out))
        done = run("compare", source, option, "--models", "forest", "--folds", "2", "--jobs", "1",
                   "--out", str(tmp_path / name), "--least", "1")  # fmt: skip
        assert done.exit_code == 0, done.output
        runs.append(table(tmp_path / name / "predictions.csv"))
    names = [name for name in tables[0][0] if "_" in name and name != "error_code"]
    assert len(names) > 40
    for one, other in zip(*tables, strict=True):
        values = [[float(row[name]) for name in names] for row in (one, other)]
        np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-9)
    assert [row["p_b"] for row in runs[0]] == [row["p_b"] for row in runs[1]]
    assert {row["id"] for row in runs[0]} == {row["id"] for row in tables[0]}


def test_volumes_need_a_word(run: Run, hospital: Path, tmp_path: Path) -> None:
    """Compare and train name both options; extract measures volumes as they are."""
    for verb, model in (("compare", "--models"), ("train", "--model")):
        done = run(verb, str(hospital / "dicom.csv"), model, "svm", "--out",
                   str(tmp_path / "m.imgpipe"))  # fmt: skip
        assert done.exit_code == 2
        assert "s0 is a volume of 6 x 14 x 12 pixels; add --slices" in done.stderr
        assert "or --volumes" in done.stderr


def test_model_of_volumes(run: Run, hospital: Path, tmp_path: Path) -> None:
    """A bundle of 3-D features takes volumes of any size, from DICOM as from NIfTI."""
    model = str(tmp_path / "m.imgpipe")
    done = run("train", str(hospital / "nifti.csv"), "--volumes", "--model", "svm", "--jobs", "1",
               "--families", "intensity", "--out", model)  # fmt: skip
    assert done.exit_code == 0, done.output
    told = [
        json.loads(run("predict", model, str(hospital / f"{name}.csv"), "--json").stdout)
        for name in ("dicom", "nifti")
    ]
    shares = [[[v for k, v in row.items() if k.startswith("p_")] for row in rows] for rows in told]
    assert np.ptp(np.array(shares[0], float), axis=1).min() > 0.05
    assert shares[0] == shares[1]
    done = run("export", model, str(tmp_path / "m.onnx"))
    assert done.exit_code == 2
    assert "volumes" in done.stderr
    done = run("evaluate", model, str(hospital / "dicom.csv"), "--slices", "all", "--out",
               str(tmp_path / "run"))  # fmt: skip
    assert "the model was trained with --volumes" in done.stderr
    done = run("evaluate", model, str(hospital / "dicom.csv"), "--out", str(tmp_path / "run"),
               "--jobs", "1", "--least", "1")  # fmt: skip
    assert done.exit_code == 0, done.output


def test_model_of_slices(run: Run, hospital: Path, tmp_path: Path) -> None:
    """A bundle keeps which slices it takes and how they are fitted, and does so with new ones."""
    model = str(tmp_path / "m.imgpipe")
    done = run("train", str(hospital / "dicom.csv"), "--slices", "largest", "--size", "12", "--fit",
               "crop", "--model", "forest", "--families", "intensity", "--jobs", "1",
               "--out", model)  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(run("predict", model, str(hospital / "nifti.csv"), "--json").stdout)
    best = [inside.sum(axis=(1, 2)).argmax() for _, inside in VOLUMES]
    assert [row["id"] for row in told] == [f"v{k}.nii.gz[{z}]" for k, z in enumerate(best)]
    assert not any(row["error"] for row in told)
    told = json.loads(
        run("predict", model, str(hospital / "v0.nii.gz"), "--slices", "every=4", "--json").stdout
    )
    assert [row["id"] for row in told] == [str(hospital / f"v0.nii.gz[{z}]") for z in (0, 4)]
    card = run("inspect", model).stdout
    assert "aspect ratio kept" in card
    assert "slices: largest" in card
    for option, word in (("--fit", "pad"), ("--size", "8")):
        done = run("evaluate", model, str(hospital / "nifti.csv"), option, word, "--out",
                   str(tmp_path / "run"))  # fmt: skip
        assert f"the model was trained with {option}" in done.stderr


def test_networks_take_slices(run: Run, hospital: Path, tmp_path: Path) -> None:
    """A network on volumes is refused, with the option that helps."""
    pytest.importorskip("torch")
    source = str(hospital / "nifti.csv")
    done = run("compare", source, "--volumes", "--models", "cnn", "--folds", "2",
               "--out", str(tmp_path / "run"))  # fmt: skip
    assert done.exit_code == 2
    assert "cnn takes images of two axes; take slices (--slices largest" in done.stderr
