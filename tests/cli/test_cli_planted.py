"""Of the tags of a DICOM file, the allow-list alone reaches what is written and said."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run
from pydicom.datadict import DicomDictionary

from benchmarks.fuzz_readers.seeds_dicom import image_of, written
from imgpipe.images.series import KEPT

NAME, DAY = "Plantedname", "19331108"
VALUES = {"PN": NAME, "LO": NAME, "SH": NAME, "ST": NAME, "LT": NAME, "UT": NAME, "DA": DAY,
          "DT": f"{DAY}101112", "UC": NAME}  # fmt: skip
# the unit of the values, which is shown, and what pydicom writes itself
MEANT = {*KEPT, "RescaleType"}


def planted() -> dict[str, str]:
    """A name or a day for every attribute that can hold one, but for those that are meant."""
    return {
        keyword: VALUES[kind]
        for tag, (kind, many, _, retired, keyword) in DicomDictionary.items()
        if kind in VALUES and many == "1" and not retired and tag > 0x00080000
        if keyword not in MEANT
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of images with names everywhere, and a manifest."""
    folder = tmp_path_factory.mktemp("planted")
    rng = np.random.default_rng(0)
    rows = ["path,label,group"]
    for i in range(24):
        pixels = (rng.normal(100 + 30 * (i % 2), 20, (12, 12))).clip(0, 255).astype(np.uint16)
        uids = {"StudyInstanceUID": f"1.2.3.{i}.1", "SeriesInstanceUID": f"1.2.3.{i}.2"}
        dataset = image_of(pixels, **planted(), PatientID=f"P{i}", **uids)
        (folder / f"{i}.dcm").write_bytes(written(dataset))
        rows.append(f"{i}.dcm,{'ab'[i % 2]},P{i}")
    (folder / "m.csv").write_text("\n".join(rows))
    return folder / "m.csv"


def told_in(folder: Path) -> list[str]:
    """Files below a folder, and members of archives, that hold a planted name or day."""
    words = (NAME.lower().encode(), DAY.encode())
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        contents = {path.name: path.read_bytes()}
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                contents |= {f"{path.name}/{name}": packed.read(name) for name in packed.namelist()}
        found += [name for name, data in contents.items() if any(w in data.lower() for w in words)]
    return found


def test_names_are_planted_everywhere(source: Path, tmp_path: Path) -> None:
    """The files that the other tests read do hold the name, in several hundred attributes."""
    assert len(planted()) > 250
    assert len(told_in(source.parent)) == 24


@pytest.mark.slow
def test_no_other_tag_leaves_in_tables_runs_and_models(
    run: Run, source: Path, tmp_path: Path
) -> None:
    """Neither a table, a run with its report, a model's file, its card nor predictions name one."""
    model = tmp_path / "m.imgpipe"
    usual = ("--jobs", 1)
    calls = [
        ("extract", source, "--out", tmp_path / "f.csv", "--families", "intensity", *usual),
        ("compare", source, "--models", "logistic", "--families", "intensity", "--folds", 2,
         "--out", tmp_path / "run", *usual),
        ("train", source, "--model", "logistic", "--families", "intensity", "--out", model, *usual),
        ("inspect", model, "--card", tmp_path / "card.md"),
        ("inspect", model),
        ("predict", model, source.parent / "1.dcm", "--out", tmp_path / "p.csv"),
        ("predict", model, source.parent / "1.dcm", "--report", tmp_path / "p.html"),
        ("predict", model, source.parent / "1.dcm", "--json"),
    ]  # fmt: skip
    for args in calls:
        done = run(*args)
        assert done.exit_code == 0, done.stderr
        assert NAME not in done.output
        assert DAY not in done.output
    assert told_in(tmp_path) == []
    head = (tmp_path / "f.csv").read_text().splitlines()[0].split(",")
    assert set(KEPT) <= set(head)
    assert len([name for name in head if not name.startswith("intensity_")]) == 3 + len(KEPT)
