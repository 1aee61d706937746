"""`imgpipe predict --report`: a page on one image, whole or not at all."""

import json
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from cli_helpers import Run, assert_one_error
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from imgpipe.bundle import Predictions
from imgpipe.cli.program.predicted import Predicted

SETTINGS = ["--families", "intensity", "--jobs", "1"]


@pytest.fixture
def image(trees: Path, tmp_path: Path) -> Path:
    """One image of the training, under another name."""
    return Path(shutil.copy(trees / "benign" / "00.png", tmp_path / "new.png"))


@pytest.mark.parametrize("suffix", [".html", ".md", ".json"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_beside_the_table(
    suffix: str, lang: str, run: Run, model: Path, image: Path, tmp_path: Path
) -> None:
    """The table is printed as ever; the page is written in the language asked for."""
    page = tmp_path / f"page{suffix}"
    plain = run("predict", model, image, "--trust", "--json")
    done = run("predict", model, image, "--trust", "--json", "--report", page, "--lang", lang)
    assert (done.exit_code, done.stdout) == (0, plain.stdout)
    assert f"Report: {page}" in done.stderr
    text = page.read_text(encoding="utf-8")
    assert ("完全相同" in text) == (lang == "zh")
    assert ("exact copy" in text) == (lang == "en")


def test_the_table_as_a_file_and_the_page(
    run: Run, model: Path, image: Path, tmp_path: Path
) -> None:
    """Both are written; neither is replaced without --force."""
    out, page = tmp_path / "p.csv", tmp_path / "p.json"
    asked = ["predict", model, image, "--trust", "--out", out, "--report", page]
    assert run(*asked).exit_code == 0
    (p,) = [v for k, v in json.loads(page.read_text())["probabilities"].items() if k == "benign"]
    assert float(out.read_text().splitlines()[1].split(",")[2]) == pytest.approx(p)
    out.unlink()
    assert_one_error(run(*asked), "p.json is there already")
    assert not out.exists()
    assert run(*asked, "--force").exit_code == 0


def test_what_is_no_single_image_gets_no_page(
    run: Run, model: Path, trees: Path, image: Path, tmp_path: Path
) -> None:
    """Several images, a folder of them, one that cannot be read: one error, and no file."""
    page, bad = tmp_path / "page.html", tmp_path / "bad.png"
    bad.write_bytes(b"no image")
    asked = ["--trust", "--out", tmp_path / "p.csv", "--report", page]
    two = run("predict", model, image, trees / "benign" / "01.png", *asked)
    assert_one_error(two, "--report explains one image, and 2 are given")
    assert_one_error(run("predict", model, trees, *asked), "20 images are given")
    assert_one_error(run("predict", model, bad, *asked), "bad.png")
    assert_one_error(run("predict", model, tmp_path / "gone.png", *asked), "no such file")
    assert not page.exists()
    assert not (tmp_path / "p.csv").exists()


def test_a_page_of_another_kind_is_refused(
    run: Run, model: Path, image: Path, tmp_path: Path
) -> None:
    """Before any work: suffix, language, the image itself as the page, options without a page."""
    asked = ["predict", model, image, "--trust"]
    assert_one_error(run(*asked, "--report", tmp_path / "p.pdf"), "suffix .html or .md or .json")
    assert_one_error(
        run(*asked, "--report", tmp_path / "p.md", "--lang", "fr"), "choose from en, zh"
    )
    assert_one_error(run(*asked, "--report", image, "--force"), "new.png is an input")
    assert_one_error(run(*asked, "--lang", "zh"), "--lang goes with --report")
    assert_one_error(run(*asked, "--force"), "--force goes with --out or --report")


def test_a_run_is_kept_with_the_model(run: Run, tree: Path, tmp_path: Path) -> None:
    """What `compare` found of it stands on the page; of a run of something else, nothing."""
    folder, model = tmp_path / "run", tmp_path / "m.joblib"
    compared = run("compare", tree, "--models", "forest", "--folds", 2, "--out", folder, *SETTINGS)
    assert compared.exit_code == 0, compared.stderr
    train = ["train", tree, "--model", "forest", "--run", folder, "--out", model]
    assert run(*train, *SETTINGS).exit_code == 0
    page = tmp_path / "page.json"
    image = next(tree.rglob("*.png"))
    assert run("predict", model, image, "--trust", "--report", page).exit_code == 0
    content, result = json.loads(page.read_text()), json.loads((folder / "result.json").read_text())
    assert content["card"]["run"]["model"]["metrics"] == result["models"]["forest"]["metrics"]
    assert str(tmp_path) not in json.dumps(content["card"])
    model.unlink()
    assert_one_error(run(*train, "--jobs", "1"), "the step features was")
    image.unlink()
    assert_one_error(run(*train, *SETTINGS), "of other data")
    assert not model.exists()


@pytest.mark.parametrize(("cases", "pictures"), [("none", 0), ("features", 0), ("pictures", 5)])
def test_training_images_are_kept_where_asked_for(
    cases: str, pictures: int, run: Run, tree: Path, image: Path, tmp_path: Path
) -> None:
    """The page shows the nearest by name or picture, or says why it shows none."""
    model, page = tmp_path / "m.joblib", tmp_path / "page.html"
    train = ["train", tree, "--model", "forest", "--cases", cases, "--out", model, *SETTINGS]
    assert run(*train).exit_code == 0
    assert run("predict", model, image, "--trust", "--report", page).exit_code == 0
    text = page.read_text()
    assert text.count("data:image/") == 3 + pictures  # the image twice, the map
    assert ("malignant/" in text or "benign/" in text) == (cases != "none")
    assert ("--cases features" in text) == (cases == "none")


def test_one_dicom_file(run: Run, tmp_path: Path) -> None:
    """A page on a file of a scanner, with its spacing."""
    rng = np.random.default_rng(0)
    for i in range(12):
        folder = tmp_path / "scans" / "ab"[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = rng.normal(100 + 60 * (i % 2), 20, (16, 16)).clip(0, 400).astype(np.uint16)
        write_dicom(folder / f"{i}.dcm", pixels)
    model, page = tmp_path / "m.joblib", tmp_path / "page.json"
    done = run("train", tmp_path / "scans", "--model", "forest", "--out", model, *SETTINGS)
    assert done.exit_code == 0, done.stderr
    write_dicom(tmp_path / "new.dcm", rng.normal(160, 20, (16, 16)).astype(np.uint16))
    done = run("predict", model, tmp_path / "new.dcm", "--trust", "--report", page)
    assert done.exit_code == 0, done.stderr
    content = json.loads(page.read_text())
    assert (content["predicted"], content["spacing"]) == ("b", [0.5, 0.5])


def write_dicom(path: Path, pixels: np.ndarray) -> None:
    """Write a small radiograph."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, generate_uid()
    file.Rows, file.Columns = pixels.shape
    file.BitsAllocated, file.BitsStored, file.HighBit = 16, 16, 15
    file.SamplesPerPixel, file.PixelRepresentation = 1, 0
    file.PhotometricInterpretation = "MONOCHROME2"
    file.PixelSpacing = [0.5, 0.5]
    file.PixelData = pixels.tobytes()
    pydicom.dcmwrite(path, file, enforce_file_format=True)


def test_what_a_spreadsheet_would_run_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Names that a spreadsheet takes for formulas stay as they are, and are warned of."""
    told = Predictions(("=1+1.png", "a.png"), ("no", "@x"), ("@x", "no"), np.eye(2), ("", ""))
    seen = Predicted(as_json=False, to_file=True)
    seen.take(told)
    seen.end("p.csv")
    said = capsys.readouterr().err
    assert said.startswith("Warning: a spreadsheet takes '=1+1.png', '@x' for a formula")
    other = Predicted(as_json=False, to_file=True)
    other.take(Predictions(("a-1.png",), ("no", "yes"), ("no",), np.ones((1, 2)), ("",)))
    other.end("p.csv")
    assert not capsys.readouterr().err
