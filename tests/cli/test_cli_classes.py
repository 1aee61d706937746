"""Which class is positive, what classes are called, and whether two spellings are one."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_helpers import Run, assert_one_error, write_tree

LIGHT = ("--models", "dummy", "--families", "intensity", "--folds", 2, "--jobs", 1)


@pytest.fixture
def ultrasound(tmp_path: Path) -> Path:
    """Folder tree whose last class in the alphabet is the healthy one."""
    tree = write_tree(tmp_path / "scans", per_class=10)
    (tree / "malignant").rename(tree / "cancer")
    (tree / "benign").rename(tree / "normal")
    return tree


def test_the_positive_class_is_said(run: Run, ultrasound: Path, tmp_path: Path) -> None:
    """Terminal, leaderboard, result and report name it: the finding, whatever the alphabet."""
    done = run("compare", ultrasound, *LIGHT, "--out", tmp_path / "run")
    assert "Positive class: cancer\n" in done.stdout
    board = pd.read_csv(tmp_path / "run" / "leaderboard.csv")
    assert board["positive_class"].tolist() == ["cancer"]
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["protocol"]["positive_class"] == "cancer"
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Sensitivity, precision and F1 are those of cancer, the positive class." in page


def test_the_positive_class_is_chosen(run: Run, ultrasound: Path, tmp_path: Path) -> None:
    """`--positive` turns sensitivity and specificity round."""
    out = [tmp_path / "a", tmp_path / "b"]
    models = ("--models", "forest", *LIGHT[2:], "--least", 1)
    run("compare", ultrasound, *models, "--out", out[0])
    done = run("compare", ultrasound, *models, "--positive", "Normal", "--out", out[1])
    assert "Positive class: normal\n" in done.stdout
    cancer, normal = (pd.read_csv(o / "leaderboard.csv").iloc[0] for o in out)
    assert normal["positive_class"] == "normal"
    assert cancer["auc"] == pytest.approx(normal["auc"])
    labels, called = (
        pd.read_csv(out[1] / "predictions.csv")[name] for name in ("label", "predicted")
    )
    by_fold = pd.read_csv(out[1] / "predictions.csv")["fold"]
    shares = [(called == "normal")[(labels == "normal") & (by_fold == k)].mean() for k in (1, 2)]
    assert normal["sensitivity"] == pytest.approx(np.mean(shares))


@pytest.mark.parametrize("verb", ["compare", "train"])
def test_what_cannot_be_positive(verb: str, run: Run, tmp_path: Path) -> None:
    """Another name, and one of three classes, is an error."""
    tree = write_tree(tmp_path / "scans", per_class=3)
    out = tmp_path / ("run" if verb == "compare" else "m.joblib")
    done = run(verb, tree, "--positive", "cyst", "--out", out)
    assert_one_error(done, "--positive cyst is no class; choose from benign, malignant")
    write_tree(tree / "deep", per_class=3)
    done = run(verb, tree, "--positive", "benign", "--out", out)
    assert_one_error(done, "goes with two classes; there are 3")


def test_a_model_keeps_its_positive_class(run: Run, ultrasound: Path, tmp_path: Path) -> None:
    """`train` says it, `evaluate` uses it, and another one asked for there is an error."""
    model = tmp_path / "m.joblib"
    args = ("--model", "dummy", "--families", "intensity", "--positive", "normal", "--jobs", 1)
    assert "Positive class: normal\n" in run("train", ultrasound, *args, "--out", model).stdout
    judge = ("evaluate", model, ultrasound, "--trust", "--jobs", 1, "--out", tmp_path / "run")
    assert "Positive class: normal\n" in run(*judge).stdout
    done = run(*judge[:-1], tmp_path / "other", "--positive", "cancer")
    assert_one_error(done, "--positive is cancer; the model was trained with normal")


def test_classes_are_named(run: Run, tmp_path: Path) -> None:
    """`--classes` names labels 0 and 1 of an archive; quotes keep a comma in a name."""
    rng = np.random.default_rng(0)
    path = tmp_path / "x.npz"
    np.savez(path, images=rng.integers(0, 255, (12, 9, 9), np.uint8), labels=np.arange(12) % 2)
    done = run("compare", path, *LIGHT, "--classes", '"normal, benign",cancer', "--out",
               tmp_path / "run")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    labels = pd.read_csv(tmp_path / "run" / "predictions.csv")["label"]
    assert set(labels) == {"normal, benign", "cancer"}
    for wrong in ("a", "a,,b", ""):
        done = run("compare", path, *LIGHT, "--classes", wrong, "--out", tmp_path / "no")
        assert_one_error(done, "--classes is", "by commas")


def test_a_comma_in_a_name_is_told_from_one_between_names(run: Run) -> None:
    """`datasets info` shows two classes as two."""
    assert 'classes  malignant, "normal, benign"\n' in run("datasets", "info", "breastmnist").stdout


def test_two_spellings_of_a_patient(run: Run, tmp_path: Path) -> None:
    """They are an error across a split, and `--ids exact` takes them as different."""
    tree = write_tree(tmp_path / "scans", per_class=8)
    rows = ["path,label,group,split"]
    for i, file in enumerate(sorted(tree.rglob("*.png"))):
        name, part = (f"0{i}", "test") if i % 2 else (f"{i + 1}", "train")
        rows.append(f"{file.relative_to(tmp_path)},{file.parent.name},{name},{part}")
    (tmp_path / "m.csv").write_text("\n".join(rows))
    args = ("compare", tmp_path / "m.csv", *LIGHT, "--out", tmp_path / "run")
    assert_one_error(run(*args), "patients '1' and '01'", "--ids exact")
    assert run(*args, "--ids", "exact").exit_code == 0
