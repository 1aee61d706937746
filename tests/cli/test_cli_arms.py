"""Every classifier of features goes through all verbs."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run
from PIL import Image

from imgpipe.bundle import load
from imgpipe.learn import CLASSIFIERS

ON_FEATURES = [name for name, builder in CLASSIFIERS.items() if not builder.raw_images]


@pytest.mark.parametrize("name", ["svm", "logistic", "knn", "boosted"])
def test_train_predict_evaluate(name: str, run: Run, trees: Path, tmp_path: Path) -> None:
    """A kept model says, in every verb, what it said before it was kept."""
    kept = tmp_path / f"{name}.joblib"
    args = ["--model", name, "--families", "intensity", "--jobs", 1, "--out", kept]
    assert run("train", trees, *args).exit_code == 0
    predictor = load(kept, trust=True)
    files = sorted(trees.rglob("*.png"))
    pixels = np.stack([np.asarray(Image.open(file)) for file in files])
    expected = predictor.model.pipeline.predict_proba(pixels)
    done = run("predict", kept, trees, "--trust", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = [[float(row["p_benign"]), float(row["p_malignant"])] for row in json.loads(done.stdout)]
    np.testing.assert_allclose(told, expected, rtol=1e-9)
    judged = run("evaluate", kept, trees, "--trust", "--jobs", 1, "--json", "--out", tmp_path / "r")
    assert judged.exit_code == 0, judged.stderr
    accuracy = json.loads(judged.stdout)["models"][name]["metrics"]["accuracy"]["value"]
    truth = np.array([file.parent.name == "malignant" for file in files])
    assert accuracy == pytest.approx((expected.argmax(axis=1) == truth).mean())


def test_all_arms_stand_in_one_leaderboard(run: Run, trees: Path, tmp_path: Path) -> None:
    """They are compared on the same folds, and listed in the order of the registry by the help."""
    names = ",".join(ON_FEATURES)
    args = ["--models", names, "--folds", 2, "--families", "intensity", "--jobs", 1, "--json"]
    done = run("compare", trees, *args, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    assert list(json.loads(done.stdout)["models"]) == ON_FEATURES
    listing = run("compare", "--help").stdout
    places = [listing.index(f"  {name}  ") for name in ON_FEATURES]
    assert places == sorted(places)
    assert "needs the extra [boost]" in listing
