"""`imgpipe detect`: what it reads, what it writes, and what it says of data without lesions."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error, write_scans

from imgpipe import images

QUICK = ("--model", "logistic", "--folds", "2", "--jobs", "1")


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scans(tmp_path_factory.mktemp("detect") / "scans")


def test_a_run_is_written_whole(run: Run, scans: Path, tmp_path: Path) -> None:
    """Each image is judged once, by a fold without its patient; tables, JSON and page agree."""
    out = tmp_path / "run"
    done = run("detect", scans, "--groups", "patient", *QUICK, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "3 of 8 images have no lesion" in done.stderr
    assert "7 lesions in 8 images of 4 patients" in done.stdout
    names = ["detections.csv", "lesions.csv", "report.html", "result.json", "run.json"]
    assert sorted(each.name for each in out.iterdir()) == names
    result = json.loads((out / "result.json").read_text())
    metrics = result["models"]["logistic"]["metrics"]
    assert metrics["sensitivity_at_8"]["value"] == 1
    assert metrics["mean_sensitivity"]["value"] > 0.8
    assert result["counts"]["lesions"] == 7
    with (out / "detections.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == "path,patient,fold,y0,x0,y1,x1,score,lesion"
    folds = {row["path"]: (row["patient"], row["fold"]) for row in rows}
    of_patient = dict(folds.values())
    assert all(of_patient[patient] == fold for patient, fold in folds.values())
    assert len({row["lesion"] for row in rows if row["path"] == "5.png"} - {""}) == 2
    page = (out / "report.html").read_text()
    assert "imgpipe detect" in page
    assert f"{metrics['mean_sensitivity']['value']:.3f}" in page
    record = json.loads((out / "run.json").read_text())
    assert record["command"].startswith("imgpipe detect")
    assert record["kind"] == "detection"
    again = run("detect", scans, "--groups", "patient", *QUICK, "--out", out)
    assert_one_error(again, "holds an earlier run", "--force")
    report = run("report", out, "--out", tmp_path / "page.html")
    assert_one_error(report, "imgpipe detect", "report.html")


def test_json_and_boxes_of_a_table(run: Run, scans: Path, tmp_path: Path) -> None:
    """A folder and a table of boxes; JSON for machines is what result.json holds."""
    table = tmp_path / "boxes.csv"
    spots = [(i, 10 + 22 * k, 20) for i in range(8) for k in range(i % 3)]
    lines = [f"{i}.png,{y - 4},{x - 14},{y + 8},{x + 20}" for i, y, x in spots]
    table.write_text("\n".join(["path,y0,x0,y1,x1", *lines]))
    out = tmp_path / "run"
    args = ("--boxes", table, "--max-size", 40, "--rule", "iou", "--overlap", 0.05)
    done = run("detect", scans.parent, *args, *QUICK, "--out", out, "--json", "--lang", "zh")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("out") == str(out)
    assert told == json.loads((out / "result.json").read_text())
    assert told["patients_known"] is False
    assert "0.05" in told["rule"]
    assert "taken for one patient" in done.stderr
    assert 'lang="zh-Hans"' in (out / "report.html").read_text()


def test_nothing_labelled_and_bad_options(run: Run, scans: Path, tmp_path: Path) -> None:
    """Without any lesion, and for options that exclude each other, there is one line and no run."""
    for i in range(3):
        images.write(tmp_path / "bare" / f"{i}.png", np.full((20, 20), 9 + i, np.uint8))
    out = ("--out", tmp_path / "run")
    assert_one_error(run("detect", tmp_path / "bare", *out), "no lesion in any of 3 images")
    assert_one_error(run("detect", scans, *out, "--model", "svn"), "did you mean svm?")
    assert_one_error(run("detect", scans, *out, "--groups", "who"), "'who'")
    assert_one_error(run("detect", scans, *out, "--folds", 9), "found 8 patients for 9 folds")
    small = run("detect", scans, *out, "--max-size", 2)
    assert_one_error(small, "max_size=2.0 is below the smallest lesion")
    large = run("detect", scans, *out, "--min-size", 90)
    assert_one_error(large, "min_size=90.0 is larger than the largest lesion")
    assert not (tmp_path / "run").exists()
