"""`imgpipe detect`: what it reads, what it writes, and what it says of data without lesions."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error, write_scans
from click.testing import CliRunner

from imgpipe import bundle, detect, images
from imgpipe.cli import main
from imgpipe.segment import PixelClassifier

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


@pytest.fixture(scope="module")
def saved(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector of all scans, and the run that judged its like."""
    folder = tmp_path_factory.mktemp("saved")
    file = folder / "spots.imgpipe"
    args = ("--groups", "patient", "--min-size", 8, *QUICK, "--out", folder / "run")
    words = ["detect", scans, *args, "--save", file]
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 0, done.stderr
    assert f"Detector, trained on all 8 images: {file}" in done.stdout
    return file


def test_a_detector_is_trained_on_all_and_kept(run: Run, scans: Path, saved: Path) -> None:
    """It is that of the run's settings and all images; its file tells of the run."""
    data = detect.load_lesions(scans, groups="patient")
    size = 8 / 2 / np.sqrt(2)
    own = detect.Detector("logistic", min_sigma=size).fit(
        data.images, data.boxes, groups=data.patients
    )
    again = bundle.load(saved)
    for ours, theirs in zip(again.predict(data.images), own.predict(data.images), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    result = json.loads((saved.parent / "run" / "result.json").read_text())
    point = result["models"]["logistic"]["metrics"]["sensitivity_at_1"]
    text = run("inspect", saved).stdout
    ends = f"{point['value']:.3f} (95 % interval {point['low']:.3f} to {point['high']:.3f})"
    assert f"{ends} at 1 false positive an image" in text
    assert "in 2 folds of scans: 7 lesions, 4 patients" in text
    assert again.threshold_at(1) == pytest.approx(point["threshold"])
    assert again.threshold_at(0.01) == np.inf


def test_a_kept_detector_finds_in_new_images(
    run: Run, scans: Path, saved: Path, tmp_path: Path
) -> None:
    """Tables and pictures of images without lesions; a bad one is named, the others go on."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.png").write_bytes((scans.parent / "2.png").read_bytes())
    (tmp_path / "new" / "b.png").write_text("no picture")
    out, pictures = tmp_path / "found", tmp_path / "pictures"
    args = ("detect", tmp_path / "new", "--model", saved, "--out", out, "--jobs", 1)
    done = run(*args, "--overlay", pictures)
    assert done.exit_code == 1
    assert "b.png" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    with (out / "detections.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == "path,y0,x0,y1,x1,score"
    boxes = bundle.load(saved).predict([images.read(scans.parent / "2.png")])[0]
    told = [[float(row[name]) for name in ("y0", "x0", "y1", "x1", "score")] for row in rows]
    np.testing.assert_allclose(told, boxes)
    picture = images.read(pictures / "a.png")
    assert (np.asarray(picture.pixels) == (255, 210, 40)).all(axis=-1).any()
    assert [each.name for each in pictures.iterdir()] == ["a.png"]
    result = json.loads((out / "result.json").read_text())
    assert (result["images"], result["boxes"], len(result["failed"])) == (2, len(rows), 1)
    threshold = bundle.load(saved).threshold_at(1)
    assert result["boxes_at_threshold"] == np.count_nonzero(boxes[:, -1] >= threshold)
    assert run(*args, "--force", "--overlay", pictures).exit_code == 1
    for option, said in (("--groups who", "has no lesions"), ("--lang zh", "has no lesions")):
        assert_one_error(run(*args, "--force", *option.split()), option.split()[0], said)
    assert_one_error(run(*args, "--force", "--folds", 3), "--folds is for training")
    there = run(*args[:-4], "--out", tmp_path / "x", "--overlay", pictures)
    assert_one_error(there, "a.png would be replaced")


def test_a_kept_detector_is_judged_where_lesions_are_known(
    run: Run, scans: Path, saved: Path, tmp_path: Path
) -> None:
    """The same page, without folds; and it is told that these images were trained on."""
    out = tmp_path / "judged"
    done = run("detect", scans, "--groups", "patient", "--model", saved, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "the images that the detector was trained on" in done.stderr
    data = detect.load_lesions(scans, groups="patient")
    found = bundle.load(saved).predict(data.images)
    expected = detect.froc(found, data.boxes, groups=data.patients)
    result = json.loads((out / "result.json").read_text())
    metrics = result["models"]["logistic"]["metrics"]
    assert metrics["mean_sensitivity"]["value"] == pytest.approx(expected.mean)
    assert metrics["sensitivity_at_1"]["low"] == pytest.approx(expected.points[3].low)
    page = (out / "report.html").read_text()
    assert "was trained before" in page
    assert "folds" not in page
    assert (out / "detections.csv").read_text().startswith("path,patient,y0,")


def test_other_models_are_refused_by_detect(run: Run, scans: Path, tmp_path: Path) -> None:
    """A file of another kind, no file, a suffix that is none."""
    rng = np.random.default_rng(0)
    scribbles = rng.integers(0, 3, (12, 12))
    pixels = PixelClassifier(1, n_estimators=2).fit(rng.random((12, 12)), scribbles)
    bundle.save(pixels, tmp_path / "p.imgpipe")
    args = ("detect", scans, "--out", tmp_path / "run", "--model")
    assert_one_error(run(*args, tmp_path / "p.imgpipe"), "no detector", "imgpipe segment")
    assert_one_error(run(*args, tmp_path / "q.imgpipe"), "no such file")
    assert_one_error(run(*args, "svm", "--save", tmp_path / "d.joblib"), "suffix .imgpipe")
    assert_one_error(run(*args, "svm", "--overlay", tmp_path / "o"), "goes with --model FILE")
