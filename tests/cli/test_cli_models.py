"""`train`, `predict` and `evaluate`: a model on disk and what it says of other images."""

import csv
import io
import json
import os
import pickle
import shutil
from pathlib import Path

import joblib
import numpy as np
import pytest
from cli_helpers import Run, assert_one_error
from PIL import Image


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_predictions_are_the_pipeline_s(run: Run, model: Path, trees: Path) -> None:
    """`predict` prints what the fitted pipeline gives for the decoded pixels."""
    files = sorted(trees.rglob("*.png"))
    done = run("predict", model, "--trust", *files)
    assert (done.exit_code, done.stderr) == (0, "")
    content = joblib.load(model)
    pixels = np.stack([np.asarray(Image.open(file)) for file in files])
    expected = content["pipeline"].predict_proba(pixels)
    rows = table(done.stdout)
    assert [row["id"] for row in rows] == [str(file) for file in files]
    found = np.array([[float(row["p_benign"]), float(row["p_malignant"])] for row in rows])
    assert np.array_equal(found, expected)
    names = np.array(content["classes"])[expected.argmax(axis=1)]
    assert [row["predicted"] for row in rows] == names.tolist()


def test_bad_images_become_rows(run: Run, model: Path, tree: Path) -> None:
    """An image that cannot be used is a row with its reason and a line on stderr; exit code 1."""
    (tree / "note.png").write_text("not pixels")
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(tree / "large.png")
    red = np.zeros((12, 12, 3), np.uint8) + np.array([9, 0, 0], np.uint8)
    Image.fromarray(red).save(tree / "colour.png")
    Image.fromarray(np.zeros((12, 12), np.uint16)).save(tree / "deep.png")
    good = tree / "benign" / "00.png"
    bad = {
        "note.png": "not an image",
        "large.png": "20 x 20",
        "colour.png": "colour",
        "deep.png": "uint16",
        "gone.png": "no such file",
    }
    done = run("predict", model, "--trust", good, *(tree / name for name in bad))
    assert done.exit_code == 1
    rows = table(done.stdout)
    assert len(rows) == 6
    assert rows[0]["error"] == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    for row, line, (name, words) in zip(rows[1:], lines, bad.items(), strict=True):
        assert row["predicted"] == ""
        assert words in row["error"]
        assert line == f"Error: {row['error']}"
        assert name in line


@pytest.mark.parametrize("value", [np.nan, 1e302])
def test_bad_pixels_end_no_batch(value: float, run: Run, tmp_path: Path) -> None:
    """Pixels that give no features are a row with its reason; the other images are predicted."""
    rng = np.random.default_rng(0)
    for i, level in enumerate([1, 1, 1, 1, 5, 5, 5, 5]):
        folder = tmp_path / "scans" / f"level{level}"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{i}.npy", rng.normal(level, 1, (12, 12)))
    args = ["--model", "forest", "--families", "intensity,glcm", "--out", tmp_path / "m.joblib"]
    assert run("train", tmp_path / "scans", *args, "--jobs", 1).exit_code == 0
    good = sorted((tmp_path / "scans").rglob("*.npy"))
    alone = table(run("predict", tmp_path / "m.joblib", "--trust", *good).stdout)
    pixels = np.ones((12, 12))
    pixels[3] = value
    np.save(tmp_path / "bad.npy", pixels)
    files = [good[0], tmp_path / "bad.npy", *good[1:]]
    done = run("predict", tmp_path / "m.joblib", "--trust", *files)
    assert done.exit_code == 1
    rows = table(done.stdout)
    assert rows.pop(1)["error"].startswith(str(tmp_path / "bad.npy"))
    assert rows == alone
    assert done.stderr.startswith(f"Error: {tmp_path / 'bad.npy'}: ")
    assert done.stderr.count("\n") == 1


def test_predictions_to_a_file_and_as_json(
    run: Run, model: Path, trees: Path, tmp_path: Path
) -> None:
    """A folder stands for its images; the table in a file and the JSON say the same."""
    done = run("predict", model, trees / "benign", "--trust", "--out", tmp_path / "p.csv")
    assert done.exit_code == 0
    rows = table((tmp_path / "p.csv").read_text())
    found = json.loads(run("predict", model, trees / "benign", "--trust", "--json").stdout)
    assert len(rows) == 10
    assert [row["id"] for row in rows] == [item["id"] for item in found]
    assert [float(row["p_benign"]) for row in rows] == [item["p_benign"] for item in found]


def test_trust_is_asked_for(run: Run, model: Path, trees: Path) -> None:
    """Without --trust a joblib file is not opened."""
    assert_one_error(run("predict", model, trees / "benign" / "00.png"), "--trust", "run code")


def test_pickle_is_not_run(run: Run, trees: Path, tmp_path: Path) -> None:
    """A hostile file without --trust runs nothing."""

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "boom"),)

    (tmp_path / "m.joblib").write_bytes(pickle.dumps(Bomb()))
    assert_one_error(run("predict", tmp_path / "m.joblib", trees), "--trust")
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "not a readable joblib file"),
        (b"random bytes that are no pickle", "not a readable joblib file"),
        ({"pipeline": 1}, "not a model written by imgpipe"),
        ({"format": "imgpipe-joblib", "version": "0.0.1"}, "0.0.1"),
    ],
)
def test_files_that_are_no_models(
    content: object, words: str, run: Run, trees: Path, tmp_path: Path
) -> None:
    """What is no model of this version is refused in one line."""
    path = tmp_path / "m.joblib"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        joblib.dump(content, path, compress=3)
    assert_one_error(run("predict", path, trees, "--trust"), "m.joblib", words)


def test_truncated_model(run: Run, model: Path, trees: Path, tmp_path: Path) -> None:
    """A model cut short is refused in one line."""
    path = tmp_path / "m.joblib"
    for end in (-100, -1):
        path.write_bytes(model.read_bytes()[:end])
        done = run("predict", path, trees, "--trust")
        assert_one_error(done, "m.joblib: damaged", "not a readable joblib file")


def test_model_with_bytes_after_its_end(run: Run, model: Path, trees: Path, tmp_path: Path) -> None:
    """Bytes appended to a model are an error at once; joblib would read them forever."""
    path = tmp_path / "m.joblib"
    path.write_bytes(model.read_bytes() + b"junk")
    assert_one_error(run("predict", path, trees, "--trust"), "m.joblib: damaged", "after the end")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pipeline": None}, ["no usable pipeline"]),
        ({"classes": None}, ["no usable classes"]),
        ({"classes": ("benign",)}, ["1 class names", "codes 0, 1"]),
        ({"channel_axis": "x", "image_shape": 12}, ["no usable channel_axis, image_shape"]),
        ({"dtype": 8, "size": "large"}, ["no usable dtype, size"]),
    ],
)
def test_model_with_changed_parts(
    change: dict[str, object], words: list[str], run: Run, model: Path, trees: Path, tmp_path: Path
) -> None:
    """A model file whose parts have another type or number is refused in one line."""
    path = tmp_path / "m.joblib"
    joblib.dump(joblib.load(model) | change, path, compress=3)
    assert_one_error(run("predict", path, trees, "--trust"), "m.joblib: damaged", *words)


def test_size_belongs_to_the_model(run: Run, trees: Path, tmp_path: Path) -> None:
    """A model trained with --size resizes what it is given."""
    args = ["train", trees, "--model", "dummy", "--families", "intensity", "--size", 8]
    assert run(*args, "--out", tmp_path / "m.joblib").exit_code == 0
    Image.fromarray(np.zeros((30, 40), np.uint8)).save(tmp_path / "wide.png")
    done = run("predict", tmp_path / "m.joblib", tmp_path / "wide.png", "--trust")
    assert (done.exit_code, len(table(done.stdout))) == (0, 1)


def test_train_says_what_it_did(run: Run, trees: Path, tmp_path: Path) -> None:
    """--json names the file, the classes and how many images were fitted."""
    args = ["train", trees, "--model", "dummy", "--families", "intensity", "--json"]
    found = json.loads(run(*args, "--out", tmp_path / "m.joblib").stdout)
    assert found["classes"] == ["benign", "malignant"]
    assert found["images"] == 20
    assert found["out"] == str(tmp_path / "m.joblib")


def test_only_the_training_part_is_fitted(run: Run, trees: Path, tmp_path: Path) -> None:
    """Where a split is given, the images of the other parts are not trained on."""
    for part, source in (("train", "0[0-5]"), ("val", "0[67]"), ("test", "0[89]")):
        for path in trees.rglob(f"{source}.png"):
            target = tmp_path / "scans" / part / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    args = ["train", tmp_path / "scans", "--model", "dummy", "--families", "intensity", "--json"]
    assert json.loads(run(*args, "--out", tmp_path / "m.joblib").stdout)["images"] == 12


def test_evaluate_writes_a_run_folder(run: Run, model: Path, trees: Path, tmp_path: Path) -> None:
    """`evaluate` judges all images, and its accuracy is that of `predict`."""
    done = run("evaluate", model, trees, "--trust", "--out", tmp_path / "run", "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    tables = ["leaderboard.csv", "predictions.csv"]
    kept = [*tables, "report.html", "report.md", "result.json", "run.json", "settings.yaml"]
    assert sorted(os.listdir(tmp_path / "run")) == sorted(kept)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    rows = table(run("predict", model, trees, "--trust").stdout)
    right = [Path(row["id"]).parent.name == row["predicted"] for row in rows]
    score = result["models"]["forest"]["metrics"]["accuracy"]["value"]
    assert score == pytest.approx(np.mean(right))
    assert result["protocol"]["kind"] == "held-out evaluation"


def test_evaluate_counts_images_trained_on(
    run: Run, model: Path, tree: Path, tmp_path: Path
) -> None:
    """Judged images that the model was trained on are counted, and others are not."""
    for path in sorted(tree.rglob("0[4-9].png")):
        pixels = np.asarray(Image.open(path))
        Image.fromarray(255 - pixels).save(path)
    args = ["--trust", "--jobs", 1, "--json", "--out", tmp_path / "run"]
    warnings = json.loads(run("evaluate", model, tree, *args).stdout)["dataset"]["warnings"]
    assert [w for w in warnings if w.startswith("8 of 20 images were used to train")]


def test_model_without_digests_still_loads(
    run: Run, model: Path, trees: Path, tmp_path: Path
) -> None:
    """A file without the digests of its training images is judged without that check."""
    content = joblib.load(model)
    assert len(content.pop("trained_on")) == 20
    joblib.dump(content, tmp_path / "old.joblib", compress=3)
    args = ["--trust", "--jobs", 1, "--json", "--out", tmp_path / "run"]
    done = run("evaluate", tmp_path / "old.joblib", trees, *args)
    assert done.exit_code == 0, done.stderr
    warnings = json.loads(done.stdout)["dataset"]["warnings"]
    assert not [w for w in warnings if "used to train" in w]


def test_evaluate_goes_by_class_names(run: Run, model: Path, tree: Path, tmp_path: Path) -> None:
    """Classes are matched by name, even where the data lack the model's first one."""
    shutil.rmtree(tree / "benign")
    done = run("evaluate", model, tree, "--trust", "--jobs", 1, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())["models"]["forest"]
    rows = table(run("predict", model, tree, "--trust").stdout)
    called = [sum(row["predicted"] == name for row in rows) for name in ("benign", "malignant")]
    assert result["confusion"] == [[0, 0], called]
    assert result["metrics"]["auc"]["value"] is None
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "forest reaches an accuracy of" in page


def test_evaluate_refuses_unknown_classes(
    run: Run, model: Path, tree: Path, tmp_path: Path
) -> None:
    """A class that the model never saw is named."""
    (tree / "benign").rename(tree / "zebra")
    done = run("evaluate", model, tree, "--trust", "--out", tmp_path / "run")
    assert_one_error(done, "zebra", "benign, malignant")


@pytest.mark.parametrize(
    ("shape", "dtype", "words"),
    [((12, 12), np.uint16, ["odd.png", "uint16", "uint8"]), ((9, 9), np.uint8, ["9x9", "12x12"])],
)
def test_images_of_several_kinds(
    shape: tuple[int, int],
    dtype: type,
    words: list[str],
    run: Run,
    model: Path,
    tree: Path,
    tmp_path: Path,
) -> None:
    """`evaluate` takes no images of which one has another size or pixel type, `train` none of
    which one has another pixel type.
    """
    Image.fromarray(np.ones(shape, dtype)).save(tree / "malignant" / "odd.png")
    done = run("evaluate", model, tree, "--trust", "--out", tmp_path / "run")
    assert_one_error(done, *words)
    done = run("train", tree, "--model", "dummy", "--out", tmp_path / "new.joblib")
    trained = dtype is np.uint8
    if trained:
        assert done.exit_code == 0
    else:
        assert_one_error(done, *words)
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "new.joblib").exists() == trained


def test_evaluate_checks_the_images(run: Run, model: Path, tmp_path: Path, trees: Path) -> None:
    """Images of another size than the model's are refused."""
    out = tmp_path / "run"
    done = run("evaluate", model, trees, "--trust", "--size", 20, "--out", out)
    assert_one_error(done, "20 x 20", "12 x 12")
