"""`compare` end to end: run folder, JSON, patients, Ctrl-C."""

import csv
import json
import os
import shlex
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from cli_helpers import Run, assert_one_error, left_beside, start

from imgpipe.datasets import load
from imgpipe.evaluate import compare
from imgpipe.learn import make_pipeline

FILES = [
    "leaderboard.csv",
    "pictures.npz",
    "predictions.csv",
    "report.html",
    "report.md",
    "result.json",
    "run.json",
    "settings.yaml",
]
METRICS = {"accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc"}


@pytest.fixture
def finished(run: Run, trees: Path, tmp_path: Path) -> Path:
    """A run folder of two models in two folds."""
    out = tmp_path / "runs" / "first"
    args = ["compare", trees, "--models", "forest,dummy", "--folds", 2, "--seed", 3, "--jobs", 1]
    done = run(*args, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert str(out / "report.html") in done.stdout
    assert done.stdout.index("forest") < done.stdout.index("dummy")
    return out


def test_run_folder_is_complete(finished: Path, trees: Path) -> None:
    """Every file of a run folder is there and says the same of every model."""
    assert sorted(os.listdir(finished)) == FILES
    assert left_beside(finished) == ["first"]
    result = json.loads((finished / "result.json").read_text())
    assert list(result["models"]) == ["forest", "dummy"]
    board = pd.read_csv(finished / "leaderboard.csv").set_index("model")
    page = (finished / "report.html").read_text(encoding="utf-8")
    for name, model in result["models"].items():
        assert set(model["metrics"]) >= METRICS
        assert model["cost"]
        for metric, score in model["metrics"].items():
            assert score["low"] <= score["value"] <= score["high"]
            assert board.loc[name, metric] == pytest.approx(score["value"])
            assert f"{score['value']:.3f}" in page
    facts = json.loads((finished / "run.json").read_text())
    assert facts["seed"] == 3
    assert facts["command"].startswith(f"imgpipe compare {shlex.quote(str(trees))}")
    assert facts["command"] in page


def test_predictions_hold_every_image_once_per_model(finished: Path, trees: Path) -> None:
    """predictions.csv has one row per image and model, with probabilities that sum to 1."""
    table = pd.read_csv(finished / "predictions.csv", dtype={"id": str})
    files = sorted(str(path) for path in trees.rglob("*.png"))
    for _, rows in table.groupby("model"):
        assert sorted(rows["id"]) == files
        shares = rows["p_benign"] + rows["p_malignant"]
        assert shares.to_numpy() == pytest.approx(1.0)
    assert {"fold", "repeat", "label", "predicted"} <= set(table.columns)
    assert table["fold"].nunique() == 2


def test_earlier_run_is_replaced(finished: Path, run: Run, trees: Path) -> None:
    """With --force a folder that holds an earlier run is written anew, as a whole."""
    (finished / "report.html").write_text("old")
    args = ["compare", trees, "--models", "dummy", "--folds", 2, "--jobs", 1, "--out", finished]
    assert_one_error(run(*args), str(finished), "--force")
    assert (finished / "report.html").read_text(encoding="utf-8") == "old"
    assert run(*args, "--force").exit_code == 0
    assert sorted(os.listdir(finished)) == FILES
    assert (finished / "report.html").read_text(encoding="utf-8") != "old"


def test_json_and_nothing_else(run: Run, trees: Path, tmp_path: Path) -> None:
    """--json prints what result.json holds, strictly, and where it is."""
    args = ["compare", trees, "--models", "dummy", "--folds", 2, "--repeats", 2, "--jobs", 1]
    done = run(*args, "--json", "--out", tmp_path / "run")
    assert done.exit_code == 0

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is no JSON")

    found = json.loads(done.stdout, parse_constant=refuse)
    saved = json.loads((tmp_path / "run" / "result.json").read_text())
    assert found.pop("out") == str(tmp_path / "run")
    assert found == saved
    assert saved["protocol"]["repeats"] == 2


def test_few_images_are_noted_below_the_scores(run: Run, trees: Path, tmp_path: Path) -> None:
    """That a class has few held-out images is no warning about the data: it stands on stdout.

    Below --least its metrics are not given at all.
    """
    files = [file for name in ("benign", "malignant") for file in sorted((trees / name).iterdir())]
    rows = [f"{file},{file.parent.name},P{i}" for i, file in enumerate([*files[:5], *files[10:15]])]
    (tmp_path / "few.csv").write_text("\n".join(["path,label,group", *rows]))
    args = ["compare", tmp_path / "few.csv", "--models", "dummy", "--folds", 2, "--jobs", 1]
    few = run(*args, "--out", tmp_path / "few")
    assert (few.exit_code, few.stderr) == (0, "")
    assert "class benign: metrics that rest on it are not given (fewer than 10)" in few.stdout
    assert "dummy  -    0." in few.stdout
    done = run(*args, "--least", 5, "--out", tmp_path / "run")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Note: only 5 held-out samples of class benign: its metrics are rough" in done.stdout
    assert "dummy  0.500 (" in done.stdout
    card = json.loads((tmp_path / "run" / "result.json").read_text())["dataset"]
    assert set(card["rough"]) <= set(card["warnings"])


def test_patients_stay_on_one_side(run: Run, trees: Path, tmp_path: Path) -> None:
    """With a column of patients, no patient is in two folds."""
    patients = {}
    with open(tmp_path / "scans.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "patient"])
        for i, path in enumerate(sorted(trees.rglob("*.png"))):
            patients[str(path)] = f"P{i // 2}"
            writer.writerow([path, path.parent.name, patients[str(path)]])
    args = ["compare", tmp_path / "scans.csv", "--groups", "patient", "--folds", 4, "--jobs", 1]
    done = run(*args, "--models", "dummy", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    table = pd.read_csv(tmp_path / "run" / "predictions.csv", dtype={"id": str})
    folds = table.groupby(table["id"].map(patients))["fold"].nunique()
    assert len(folds) == 10
    assert (folds == 1).all()
    card = json.loads((tmp_path / "run" / "result.json").read_text())["dataset"]
    assert (card["patients"], card["shared_patients"]) == (10, 0)


def test_families_are_the_models_features(run: Run, trees: Path, tmp_path: Path) -> None:
    """--families gives every model other features, with the scores of the library's."""
    args = ["compare", trees, "--models", "forest,dummy", "--folds", 2, "--jobs", 1]
    done = run(*args, "--families", "intensity", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())["models"]
    assert list(result) == ["forest", "dummy"]
    names = {item["feature"] for item in result["forest"]["importances"]}
    assert names
    assert all(name.startswith("intensity_") for name in names)
    models = {"forest": make_pipeline("forest", families="intensity", random_state=None)}
    expected = compare(models, load(trees), folds=2).models[0].metrics["auc"].value
    assert result["forest"]["metrics"]["auc"]["value"] == pytest.approx(expected)


def test_families_that_cannot_be(run: Run, trees: Path, tmp_path: Path) -> None:
    """A misspelt family, grids of other features, and networks alone are refused."""
    args = ["compare", trees, "--out", tmp_path / "run", "--families"]
    assert_one_error(run(*args, "intensty"), "intensty")
    assert_one_error(run(*args, "intensity", "--tune"), "--tune", "--families")
    assert_one_error(run(*args, "intensity", "--models", "cnn"), "cnn", "no features")
    assert_one_error(run(*args, "intensity", "--models", "svn"), "'svn'", "svm")
    assert not (tmp_path / "run").exists()


@pytest.mark.data
@pytest.mark.full
def test_given_split_of_real_data(run: Run, shared_data: Path, tmp_path: Path) -> None:
    """The official split of real data is used as it is: fitted on train, judged on test."""
    source = shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz"
    done = run("compare", source, "--models", "dummy", "--jobs", 1, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    table = pd.read_csv(tmp_path / "run" / "predictions.csv")
    assert table["split"].value_counts()["test"] == 624
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["protocol"]["kind"] == "given split"
    assert result["models"]["dummy"]["metrics"]["accuracy"]["value"] == pytest.approx(390 / 624)


@pytest.mark.slow
def test_interrupt_leaves_nothing(trees: Path, tmp_path: Path) -> None:
    """Ctrl-C in mid-run ends with 130, one line, and no file or folder anywhere beside."""
    args = ["compare", trees, "--models", "forest", "--repeats", 500, "--jobs", 1]
    cache = tmp_path / "cache"
    environment = {**os.environ, "IMGPIPE_CACHE": str(cache)}
    with start(*args, "--out", tmp_path / "runs" / "one", env=environment) as process:
        deadline = time.monotonic() + 120
        # features are cached before the fitting begins
        while not list(cache.rglob("output.pkl")) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "Error: interrupted; nothing was written\n"
    assert left_beside(cache) == ["cache"]
