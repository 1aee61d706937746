"""`imgpipe check`: findings for people, machines and pages; exit codes."""

import json
from pathlib import Path

import numpy as np
from cli_helpers import Run, assert_one_error, left_beside, write_tree
from PIL import Image

from imgpipe.evaluate import CHECKS


def clean(tmp_path: Path) -> Path:
    """A manifest of the tree with a patient for each image."""
    tree = write_tree(tmp_path / "scans")
    rows = [f"{file},{file.parent.name},P{i}" for i, file in enumerate(sorted(tree.rglob("*.png")))]
    manifest = tmp_path / "scans.csv"
    manifest.write_text("\n".join(["path,label,group", *rows]))
    return manifest


def test_nothing_is_found(run: Run, tmp_path: Path) -> None:
    """A clean set ends with 0, one line, and an empty list for machines."""
    manifest = clean(tmp_path)
    done = run("check", manifest, "--jobs", 1)
    assert (done.exit_code, done.stdout, done.stderr) == (
        0,
        "Nothing found (of what docs/checks.md lists)\n",
        "",
    )
    assert json.loads(run("check", manifest, "--json").stdout) == {"findings": []}


def test_what_is_found_is_told_with_what_would_do(run: Run, tree: Path) -> None:
    """Code, severity, sentence, meaning and remedy; exit code 1; the same as JSON."""
    copy = tree / "malignant" / "copy.png"
    copy.write_bytes((tree / "benign" / "00.png").read_bytes())
    done = run("check", tree, "--jobs", 1)
    assert done.exit_code == 1
    assert done.stderr == ""
    assert "DUP002  error: 2 images are exact duplicates with different labels" in done.stdout
    assert CHECKS["DUP002"].meaning in done.stdout
    assert CHECKS["PAT001"].remedy in done.stdout
    assert done.stdout.endswith("1 error, 1 warning\n")
    found = json.loads(run("check", tree, "--json").stdout)["findings"]
    assert [(f["code"], f["severity"]) for f in found] == [
        ("DUP002", "error"),
        ("PAT001", "warning"),
    ]
    assert found[0]["remedy"] == CHECKS["DUP002"].remedy
    assert str(copy) in found[0]["ids"]
    done = run("check", tree, "--ignore", "dup002, PAT001")
    told = "Nothing found; ignored: DUP002, PAT001 (of what docs/checks.md lists)\n"
    assert (done.exit_code, done.stdout) == (0, told)


def test_a_page_is_written(run: Run, tree: Path, tmp_path: Path) -> None:
    """The page holds every finding, escaped, and is not replaced without a word."""
    Image.fromarray(np.zeros((12, 12), np.uint8)).save(tree / "benign" / "<b>.png")
    page = tmp_path / "found.html"
    assert run("check", tree, "--html", page).exit_code == 1
    text = page.read_text(encoding="utf-8")
    assert "IMG001" in text
    assert CHECKS["IMG001"].remedy in text
    assert "&lt;b&gt;.png" in text
    assert "<b>.png" not in text
    assert "http" not in text
    assert_one_error(run("check", tree, "--html", page), "--force")
    assert run("check", tree, "--html", page, "--force", "--ignore", "IMG001").exit_code == 1
    assert "IMG001" not in page.read_text(encoding="utf-8").partition("<footer>")[0]


def test_bad_input_is_one_line_and_leaves_nothing(run: Run, tree: Path, tmp_path: Path) -> None:
    """Unknown codes, columns that are not there, unreadable files: exit code 2, no page."""
    page = tmp_path / "pages" / "found.html"
    assert_one_error(run("check", tree, "--ignore", "IMG01", "--html", page), "IMG001")
    manifest = clean(tmp_path / "other")
    assert_one_error(run("check", manifest, "--groups", "who", "--html", page), "'who'")
    (tree / "benign" / "01.png").write_bytes(b"no image")
    assert_one_error(run("check", tree, "--html", page), "01.png")
    assert_one_error(run("check", tmp_path / "nowhere"), "nowhere")
    assert "pages" not in left_beside(page.parent)


def test_a_source_that_compare_refuses_is_checked_to_the_end(run: Run, tmp_path: Path) -> None:
    """A patient on both sides is told beside a copy, where compare stops at the first."""
    manifest = clean(tmp_path)
    lines = manifest.read_text().splitlines()
    lines[2] = lines[2].replace(",P1", ",P0")
    parts = [f"{line},{'train' if i % 2 else 'test'}" for i, line in enumerate(lines[1:])]
    manifest.write_text("\n".join([lines[0] + ",split", *parts]))
    first, second = (Path(line.split(",")[0]) for line in lines[1:3])
    second.write_bytes(first.read_bytes())
    done = run("check", manifest, "--json")
    codes = [finding["code"] for finding in json.loads(done.stdout)["findings"]]
    assert done.exit_code == 1
    assert codes[:2] == ["DUP001", "PAT002"]
    out = tmp_path / "run"
    assert_one_error(run("compare", manifest, "--models", "dummy", "--out", out), "P0", "one part")


def test_a_table_of_features_is_checked(run: Run, tmp_path: Path) -> None:
    """Rows of features have copies, patients and columns, though no pixels."""
    rng = np.random.default_rng(0)
    rows = [f"{i},{'ill' if i % 2 else 'well'},{'A' if i % 2 else 'B'},"
            f"{rng.normal():.6f},{rng.normal():.6f}" for i in range(60)]  # fmt: skip
    table = tmp_path / "table.csv"
    head = "id,label,site,intensity_mean,intensity_variance"
    table.write_text("\n".join([head, *rows, rows[0].replace("0,well", "60,well", 1)]))
    found = json.loads(run("check", table, "--json").stdout)["findings"]
    assert [finding["code"] for finding in found] == ["DUP003", "PAT001", "CUT010"]
    assert_one_error(run("check", table, "--size", 8), "--size")
