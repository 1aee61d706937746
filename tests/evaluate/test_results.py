"""Results on disk: strict JSON, nothing lost, nothing half-written."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, compare, save_run

METRICS = {"accuracy", "balanced_accuracy", "precision", "recall", "f1", "auc"}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """A small comparison in which a class is missing from the test part, so that NaN occurs."""
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
    labels = np.r_[np.tile([0, 1], 10), np.zeros(10, int)]
    split = np.repeat(["train", "test"], [20, 10])
    return compare(["dummy", "svm"], Dataset("odd", images, labels, ("no", "yes"), None, split))


def refuse(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


def test_json_is_strict_and_complete(comparison: Comparison, tmp_path: Path) -> None:
    """The file reads back as `to_dict`, undefined numbers are null, and every metric is there."""
    comparison.to_json(tmp_path / "result.json")
    text = (tmp_path / "result.json").read_text(encoding="utf-8")
    content = json.loads(text, parse_constant=refuse)
    assert content == comparison.to_dict()
    for name in ("dummy", "svm"):
        metrics = content["models"][name]["metrics"]
        assert set(metrics) >= METRICS
        assert all(set(metric) == {"value", "low", "high"} for metric in metrics.values())
        assert metrics["auc"] == {"value": None, "low": None, "high": None}
        assert content["models"][name]["cost"]["model_bytes"] > 0
    assert any("class" in warning for warning in content["dataset"]["warnings"])


def test_a_run_folder_holds_every_table(comparison: Comparison, tmp_path: Path) -> None:
    """The files are there and hold what the comparison holds; run.json has their checksums."""
    save_run(comparison, tmp_path / "run")
    files = sorted(path.name for path in (tmp_path / "run").iterdir())
    kept = ["pictures.npz", "predictions.csv", "result.json", "run.json", "settings.yaml"]
    assert files == ["leaderboard.csv", *kept]
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert {"command", "versions", "seed", "data_hash", "cpu", "threads"} <= set(run)
    assert {"wall_seconds", "cpu_seconds"} <= set(run)
    assert run["format"] == 1
    for name in set(files) - {"run.json"}:
        content = (tmp_path / "run" / name).read_bytes()
        assert run["files"][name] == hashlib.sha256(content).hexdigest()
    table = pd.read_csv(tmp_path / "run" / "predictions.csv", dtype={"id": str})
    assert table.columns.tolist() == ["id", "split", "label", "model", "predicted", "p_no", "p_yes"]
    pd.testing.assert_frame_equal(table, comparison.predictions, check_dtype=False)
    board = pd.read_csv(tmp_path / "run" / "leaderboard.csv")
    assert sorted(board["model"]) == ["dummy", "svm"]


def test_the_leaderboard_is_sorted_by_auc() -> None:
    """The best AUC stands first, whatever the order of asking."""
    rng = np.random.default_rng(1)
    labels = np.arange(40) % 2
    images = (rng.integers(0, 90, (40, 8, 8)) + 90 * labels[:, None, None]).astype(np.uint8)
    board = compare(["dummy", "svm"], Dataset("easy", images, labels, ("a", "b")), folds=2)
    assert board.leaderboard()["model"].tolist() == ["svm", "dummy"]
    assert [model.name for model in board.models] == ["dummy", "svm"]
