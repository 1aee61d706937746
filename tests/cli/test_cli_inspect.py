"""`inspect`: what a model's file says of itself, on the terminal and as a model card."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_helpers import Run, assert_one_error
from hospital_files import lesion, write_series, write_structures

from imgpipe.bundle.archive.bundled import Bundled

HEAVY = ("sklearn", "skimage", "pandas", "torch", "matplotlib", "onnx")


@pytest.fixture(scope="module")
def small(trees: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine trained on the tree."""
    from click.testing import CliRunner

    from imgpipe.cli import main

    out = tmp_path_factory.mktemp("bundles") / "svm.imgpipe"
    words = ["train", trees, "--model", "svm", "--families", "intensity", "--out", out]
    done = CliRunner().invoke(main, [*map(str, words), "--note", "a test", "--jobs", "1"])
    assert done.exit_code == 0, done.stderr
    return out


def test_a_bundle_says_what_it_is(run: Run, small: Path) -> None:
    """Classes, note and self-test stand on the terminal; nothing is told on stderr."""
    done = run("inspect", small)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "benign or malignant (positive: malignant)" in done.stdout
    assert "a test" in done.stdout
    assert "this machine gives the model's probabilities" in done.stdout


def test_json_is_all_of_it(run: Run, small: Path) -> None:
    """As JSON, the manifest with sizes, digests and what the self-test found."""
    told = json.loads(run("inspect", small, "--json").stdout)
    assert told["classes"] == ["benign", "malignant"]
    assert told["selftest_here"]["passed"] is True
    assert set(told["members"]) >= {"classifier.onnx"}


def test_a_model_card_is_written(run: Run, small: Path, tmp_path: Path) -> None:
    """The file appears, and is not replaced without --force."""
    out = tmp_path / "card.md"
    done = run("inspect", small, "--card", out)
    assert done.exit_code == 0
    assert done.stdout == f"Model card: {out}\n"
    assert out.read_text().startswith("# Model card: svm.imgpipe\n")
    assert_one_error(run("inspect", small, "--card", out), "--force")
    assert run("inspect", small, "--card", out, "--force").exit_code == 0


def test_another_probability_is_told(run: Run, small: Path, tmp_path: Path) -> None:
    """Where the self-test gives other probabilities, the difference is told; exit code 1."""
    bundled = Bundled.read(small)
    said = bundled.arrays["selftest.probabilities"].copy()
    said[0] += [0.001, -0.001]
    path = tmp_path / "changed.imgpipe"
    arrays = {**bundled.arrays, "selftest.probabilities": said}
    Bundled(bundled.manifest, bundled.graphs, arrays).write(path)
    done = run("inspect", path)
    assert done.exit_code == 1
    assert "other probabilities" in done.stderr
    assert "1e-03" in done.stderr


def test_what_cannot_be_inspected(run: Run, model: Path, tree: Path, tmp_path: Path) -> None:
    """A pickle without trust, a card with another suffix, an empty folder: one line each."""
    (tmp_path / "empty").mkdir()
    assert_one_error(run("inspect", tmp_path / "empty"), "no images in it")
    assert_one_error(run("inspect", tree, "--trust"), "--trust: for the file of a model")
    assert_one_error(run("inspect", tree, "--card", tmp_path / "c.md"), "for the file of a model")
    assert_one_error(run("inspect", model), "--trust")
    assert_one_error(run("inspect", model, "--card", tmp_path / "card.pdf"), ".md")
    assert_one_error(run("inspect", tmp_path / "gone.imgpipe"), "no such file")


def test_trust_is_not_needed(run: Run, small: Path, model: Path) -> None:
    """--trust opens a pickle, and is said to change nothing for a bundle."""
    assert "changes nothing" in run("inspect", small, "--trust").stderr
    done = run("inspect", model, "--trust")
    assert done.exit_code == 0
    assert "joblib" in done.stdout


def test_it_is_light(small: Path, tmp_path: Path) -> None:
    """A bundle is inspected without what only training needs."""
    script = (
        "import sys; from imgpipe.cli import main\n"
        f"try: main(['inspect', {str(small)!r}, '--card', {str(tmp_path / 'c.md')!r}])\n"
        f"finally: assert not set({HEAVY}) & set(sys.modules), set({HEAVY}) & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_folder_of_studies_is_listed(run: Run, tmp_path: Path) -> None:
    """A table for each study with its problems below, exit code 1; the same as JSON."""
    from pydicom.data import get_testdata_file

    root = tmp_path / "studies"
    root.mkdir()
    for name in ("CT_small.dcm", "MR_small.dcm"):
        shutil.copy(get_testdata_file(name), root)
    done = run("inspect", root)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Patient 1CT1, study 1.3.6.1.4.1.5962.1.2.1.2004")
    assert lines[2].split()[:5] == ["CT", "1", "128", "x", "128"]
    assert lines[-1] == "2 series or other entries, 2 files"
    (root / "MR_small.dcm").write_bytes((root / "MR_small.dcm").read_bytes()[:4000])
    done = run("inspect", root)
    assert done.exit_code == 1
    assert "1 of 1 files cut short: fewer bytes than pixels" in done.stdout
    assert done.stderr == "Error: 1 of 2 series or files with problems\n"
    done = run("inspect", root, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert [(s["modality"], s["patient"], s["size"]) for s in told["series"]] == [
        ("CT", "1CT1", [128, 128]), ("MR", "4MR1", [64, 64])
    ]  # fmt: skip


def test_a_folder_of_studies_becomes_a_manifest(run: Run, tmp_path: Path) -> None:
    """The listing names structures; rows with masks and a spreadsheet's columns are written."""
    for k in (1, 2):
        series = write_series(tmp_path / "pacs" / f"{k}", lesion(k)[0], patient=f"00{k}")
        write_structures(tmp_path / "pacs" / f"rs{k}", f"00{k}", series, ["lung", "lesion"])
    (tmp_path / "sheet.csv").write_text("id;dx\n1;benign\n2;malignant\n", encoding="utf-8-sig")
    assert "(lung, lesion)" in run("inspect", tmp_path / "pacs").stdout
    out = tmp_path / "m.csv"
    asked = ("inspect", tmp_path / "pacs", "--manifest", out, "--roi", "lesion",
             "--table", tmp_path / "sheet.csv")  # fmt: skip
    done = run(*asked)
    assert done.exit_code == 0, done.output
    assert f"Manifest: {out} (2 rows, 2 of them with a mask)" in done.stdout
    assert "Next: imgpipe check" in done.stdout
    assert "column id holds the patients" in done.stderr
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith("description,mask,region,label")
    assert [line.rsplit(",", 3)[1:] for line in lines[1:]] == [
        ["pacs/rs1", "lesion", "benign"], ["pacs/rs2", "lesion", "malignant"]
    ]  # fmt: skip
    assert_one_error(run(*asked), "--force")
    told = json.loads(run(*asked, "--force", "--json").stdout)
    assert [row["patient"] for row in told["manifest"]] == ["001", "002"]
    assert_one_error(run(*asked[:4], "--on", "id", "--force"), "--on and --label go with --table")
    sheet = tmp_path / "sheet.csv"
    replaced = run("inspect", tmp_path / "pacs", "--manifest", sheet, "--table", sheet, "--force")
    assert_one_error(replaced, "is an input and would be replaced")
