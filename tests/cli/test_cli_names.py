"""Names of files that UTF-8 cannot encode, through every verb that reads images."""

import os
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import Run, write_tree


@pytest.fixture
def old(tmp_path: Path) -> str:
    """Folder tree from an old archive: the folder and a file are named in Latin-1."""
    tree = write_tree(tmp_path / "scans", per_class=4)
    renamed = os.fsencode(tmp_path) + b"/b\xfccher"
    os.rename(tree, renamed)
    os.rename(renamed + b"/benign/00.png", renamed + b"/benign/f\xfcnf.png")
    with open(renamed + b"/benign/b\xf6se.png", "wb") as file:
        file.write(b"no image")
    return os.fsdecode(renamed)


def test_every_verb_takes_them(run: Run, old: str, tmp_path: Path) -> None:
    """Tables and reports are written, a bad file among them is named, and runs are repeatable."""
    light = ("--families", "intensity", "--jobs", 1)
    done = run("extract", old, *light[:3], 1, "--out", tmp_path / "f.csv")
    assert done.exit_code == 1
    assert r"b\xfccher/benign/b\xf6se.png: a text file" in done.stderr
    table = pd.read_csv(tmp_path / "f.csv", keep_default_na=False)
    assert table["id"].str.endswith(r"b\xfccher/benign/f\xfcnf.png").sum() == 1
    assert table["label"].tolist() == ["benign"] * 5 + ["malignant"] * 4
    bad = os.fsencode(old) + b"/benign/b\xf6se.png"
    os.remove(bad)
    done = run("train", old, "--model", "dummy", *light, "--out", tmp_path / "m.joblib")
    assert done.exit_code == 0, done.stderr
    done = run("predict", tmp_path / "m.joblib", "--trust", old, "--out", tmp_path / "p.csv")
    assert done.exit_code == 0, done.stderr
    for verb in (("compare", old, "--models", "dummy", "--folds", 2, *light),
                 ("evaluate", tmp_path / "m.joblib", old, "--trust", "--jobs", 1)):  # fmt: skip
        done = run(*verb, "--force", "--out", tmp_path / "run")
        assert done.exit_code == 0, done.stderr
        assert r"b\xfccher" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
        ids = pd.read_csv(tmp_path / "run" / "predictions.csv")["id"]
        assert ids.str.endswith(r"f\xfcnf.png").sum() == 1
